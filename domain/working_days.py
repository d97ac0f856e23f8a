"""Counting the days an office works: Monday to Friday, holidays out, the days worked instead of them in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

_A_WEEK, _WORKED_A_WEEK = 7, 5


def is_worked(day: date, holidays: Collection[date] = (), extra: Collection[date] = ()) -> bool:
    """Whether offices work that day; a day that stands among both is worked."""
    return day in extra or (day.weekday() < _WORKED_A_WEEK and day not in holidays)


def working_days_between(start: date, end: date, holidays: Collection[date] = (), extra: Collection[date] = ()) -> int:
    """Count the working days after `start` up to and with `end`: what came in on Friday has waited one day on Monday."""
    if end <= start:
        return 0
    weeks, rest = divmod((end - start).days, _A_WEEK)
    last_days = (end - timedelta(days=back) for back in range(rest))
    count = weeks * _WORKED_A_WEEK + sum(is_worked(day) for day in last_days)
    count -= sum(start < day <= end and is_worked(day) and day not in extra for day in set(holidays))
    return count + sum(start < day <= end and not is_worked(day) for day in set(extra))
