"""The last eight weeks of the queue as a picture: how many cases came in and how many ended; templates only draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from admin_views.cells import number_up_to
from domain.access import Place
from listing.filters import between
from listing.reading import sizes_of
from models import VerificationCase as Case

WEEKS = 8
MOST = 9_999
"""A week is counted up to here: reading further would make the page grow with the table."""
FLOOR, HEIGHT, FIRST, APART, BAR = 212, 190, 38, 41, 13
"""Where the picture's floor is, how high its highest bar, where the bars begin, how far weeks and bars stand apart."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it says, its corner and its height."""

    words: str
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Week:
    label: str
    came: int
    ended: int

    @property
    def sentence(self) -> str:
        return f"{self.label}提交 {number_up_to(MOST, self.came)} 件，审完 {number_up_to(MOST, self.ended)} 件"


def drawn(place: Place, day: date, zone: ZoneInfo) -> dict[str, Any] | None:
    """Return the picture as the template takes it; None where nothing happened in these weeks."""
    weeks = counted(place, day, zone)
    highest = max(max(week.came, week.ended) for week in weeks)
    if not highest:
        return None
    top = _rounded(highest)
    most = max(weeks, key=lambda week: week.came)
    return {
        "weeks": [(week, *_bars(at, week, top)) for at, week in enumerate(weeks)],
        "lines": [(FLOOR - HEIGHT * part // 2, f"{top * part // 2:,}") for part in range(3)],
        "sentence": f"近 {WEEKS} 周每周提交和审完的件数。提交最多的一周：{most.sentence}；{weeks[-1].sentence}",
    }


def counted(place: Place, day: date, zone: ZoneInfo) -> list[Week]:
    """Count what was submitted and what ended in each week, the present one last; each by one bounded range of an index."""
    mondays = [day - timedelta(days=day.weekday(), weeks=back) for back in range(WEEKS - 1, -2, -1)]
    spans = list(pairwise(datetime.combine(monday, time(), zone).astimezone(UTC) for monday in mondays))
    came = [[(Case.within(place), between(Case.submitted_at)(*span))] for span in spans]
    ended = [[(Case.within(place), Case.deleted_at.is_(None), between(Case.decided_at)(*span))] for span in spans]
    numbers = sizes_of(Case.__table__, [*came, *ended], MOST)
    labels = [*(f"{monday:%m-%d}" for monday in mondays[: WEEKS - 1]), "本周"]
    return [Week(*of) for of in zip(labels, numbers[:WEEKS], numbers[WEEKS:], strict=True)]


def _bars(at: int, week: Week, top: int) -> Sequence[Bar]:
    kinds = (("提交", week.came), ("审完", week.ended))
    left = FIRST + APART * at
    return [
        _bar(f"{week.label} {kind} {number_up_to(MOST, number)} 件", left + (BAR + 1) * side, HEIGHT * number // top)
        for side, (kind, number) in enumerate(kinds)
    ]


def _bar(words: str, x: int, height: int) -> Bar:
    return Bar(words, x, FLOOR - height, height)


def _rounded(highest: int) -> int:
    """Return an even number above, of one sign that counts: 1, 2, 4, 6 or 8 and noughts."""
    step = 10 ** (len(str(highest)) - 1)
    return max(2, next(step * times for times in (1, 2, 4, 6, 8, 10) if step * times >= highest))
