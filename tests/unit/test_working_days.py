"""Working days: weekends and holidays out, the Saturdays that are worked in their place in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.working_days import is_worked, working_days_between

FRIDAY = date(2026, 11, 20)
NATIONAL_DAY = {date(2026, 10, 1) + timedelta(days=n) for n in range(7)}
WORKED_SATURDAY = {date(2026, 10, 10)}
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("end", "days"),
    [
        (FRIDAY, 0), (date(2026, 11, 21), 0), (date(2026, 11, 22), 0), (date(2026, 11, 23), 1),
        (date(2026, 11, 27), 5), (date(2026, 11, 30), 6), (date(2026, 11, 19), 0),
    ],
)  # fmt: skip
def test_the_day_it_came_in_is_not_counted_and_weekends_are_not(end: date, days: int) -> None:
    assert working_days_between(FRIDAY, end) == days


def test_a_week_of_holidays_counts_only_the_saturday_worked_for_it() -> None:
    assert working_days_between(date(2026, 9, 30), date(2026, 10, 11), NATIONAL_DAY, WORKED_SATURDAY) == 3


@given(start=DAYS, end=DAYS, holidays=st.sets(DAYS, max_size=30), extra=st.sets(DAYS, max_size=30))
def test_it_is_the_sum_of_the_days_one_by_one(start: date, end: date, holidays: set[date], extra: set[date]) -> None:
    after = (start + timedelta(days=n) for n in range(1, max(0, (end - start).days) + 1))

    assert working_days_between(start, end, holidays, extra) == sum(is_worked(day, holidays, extra) for day in after)
