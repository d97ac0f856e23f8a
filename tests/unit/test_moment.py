"""Answers that may be a moment old: kept for seconds, never for ever, and never so many that none is kept any more."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

import extensions
from extensions import Moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(extensions.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    monkeypatch.setattr(Moment, "MOST", 3)
    return Moment()


def test_an_answer_is_kept_for_its_seconds_and_until_something_is_written(moment: Moment, clock: list[float]) -> None:
    asked = count()

    def ask() -> Any:
        return moment.keep("pending", lambda: next(asked))

    answers = [ask(), ask()]
    clock[0] += Moment.SECONDS + 1
    answers += [ask(), ask()]
    moment.forget()
    answers += [ask()]

    assert answers == [0, 0, 1, 1, 2]


def test_a_full_memory_makes_room_by_what_is_old_and_keeps_what_is_not(moment: Moment, clock: list[float]) -> None:
    for key in "abc":
        moment.keep(key, lambda: "first")
    refused = [moment.keep("d", lambda: "new"), moment.keep("d", lambda: "newer")]
    clock[0] += Moment.SECONDS + 1

    kept = [moment.keep("d", lambda: "new"), moment.keep("d", lambda: "newer")]

    assert (refused, kept) == (["new", "newer"], ["new", "new"])
