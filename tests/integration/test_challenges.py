"""验证码: bound to who was asked, good for one try, hard to guess, and written down only when answered."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from extensions import db, writing
from models import Challenge
from operations import challenges
from tests.captchas import answer_to
from tests.factories import at_once
from web.incoming import LONGEST_WORD

ME, ANOTHER = "1" * 32, "2" * 32


def use_up(asked):
    with writing():
        return challenges.use_up(asked)


def rows():
    return db.session.query(Challenge).count()


def test_what_is_asked_travels_in_the_form_and_writes_nothing(app):
    asked = challenges.pose(ME)

    assert challenges.opened(asked.sealed(), ME) == asked
    assert asked.signs not in asked.sealed()
    assert rows() == 0


def test_in_another_browser_the_same_form_is_worth_nothing(app):
    assert challenges.opened(challenges.pose(ME).sealed(), ANOTHER) is None


@pytest.mark.parametrize("token", ["", "x", "A" * 200, "韦", "=" * 50])
def test_junk_is_no_challenge(app, token):
    assert challenges.opened(token, ME) is None


def test_after_ten_minutes_it_is_too_late(app):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        sealed = challenges.pose(ME).sealed()
        clock.shift(timedelta(minutes=10))
        in_time = challenges.opened(sealed, ME)
        clock.shift(timedelta(seconds=1))

        assert in_time is not None
        assert challenges.opened(sealed, ME) is None


def test_of_eight_who_answer_the_same_at_once_one_counts(app):
    asked = challenges.pose(ME)

    told = at_once(app, *[lambda: use_up(asked)] * 8)

    assert Counter(told) == {True: 1, False: 7}
    assert rows() == 1


def test_what_has_run_out_is_cleared_away(app):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        use_up(challenges.pose(ME))
        clock.shift(timedelta(hours=1))
        use_up(challenges.pose(ME))

    assert rows() == 1


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_picture_and_question_have_answers_of_their_own(app):
    asked = challenges.pose(ME)

    assert challenges.answers(asked, f" {asked.signs.lower()} ")
    assert challenges.answers(asked, asked.answer)
    assert challenges.answers(asked, challenges.in_words(int(asked.answer)))
    assert not challenges.answers(asked, asked.answer, picture_only=True)
    assert not challenges.answers(asked, "")
    assert not challenges.answers(challenges.passed(ME), "")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_question_can_be_answered_and_no_answer_is_a_good_guess(app):
    asked = [challenges.pose(ME) for _ in range(2000)]

    assert all(answer_to(one.question) == one.answer for one in asked)
    assert all(10 <= int(one.answer) <= 99 for one in asked)
    assert max(Counter(one.answer for one in asked).values()) < 0.06 * len(asked)
    assert set("".join(one.signs for one in asked)) == set(challenges.SIGNS)
    assert max(len(one.sealed()) for one in asked) < LONGEST_WORD
    assert not set("01OIQLUVZ2S5B8G6") & set(challenges.SIGNS) - {"8"}
