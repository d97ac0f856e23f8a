"""业务通知: from when to when one is shown, and what it may say."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import FieldProblems
from domain.notices import LONGEST_TITLE, NoticeText, Standing, standing
from domain.vocabulary import Audience

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)


@pytest.mark.parametrize(
    ("today", "stands"),
    [
        (date(2026, 8, 31), Standing.UPCOMING),
        (FIRST, Standing.SHOWN),
        (LAST, Standing.SHOWN),
        (date(2026, 10, 1), Standing.OVER),
    ],
)
def test_both_its_days_count(today: date, stands: Standing) -> None:
    assert standing(FIRST, LAST, withdrawn=False, today=today) is stands
    assert standing(FIRST, LAST, withdrawn=True, today=today) is Standing.WITHDRAWN


def test_without_a_last_day_it_is_shown_on() -> None:
    assert standing(FIRST, None, withdrawn=False, today=date(2036, 1, 1)) is Standing.SHOWN


def test_paragraphs_stay_and_blanks_around_them_go() -> None:
    kept = NoticeText(" 审验时间 ", "\n第一段。 \n\n　　第二段。\n", Audience.HOLDERS, FIRST).tidied()

    assert (kept.title, kept.body) == ("审验时间", "第一段。\n\n第二段。")


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(FieldProblems) as refusal:
        NoticeText("长" * (LONGEST_TITLE + 1), " \n ", Audience.HOLDERS, LAST, FIRST).tidied()

    assert [problem.field for problem in refusal.value.problems] == ["title", "body", "ends_on"]
