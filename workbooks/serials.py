"""Dates as spreadsheets keep them: a count of days, and a number format that says so."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

# The program's own formats that show a day; 27-36 and 50-58 do so in the Chinese, Japanese and Korean editions.
BUILT_IN_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
LAST_SERIAL = 2_958_465  # 9999-12-31
THE_DAY_THAT_NEVER_WAS = 60  # 1900-02-29, kept by spreadsheets for the sake of an older program
SECONDS_OF_A_DAY = 86_400

_NO_PART_OF_THE_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|[\\_*].|general|am/pm|a/p|e[+-]', re.IGNORECASE | re.DOTALL)


def shows_a_day(number_format: str) -> bool:
    """Whether numbers in this format are shown as dates. A mere time of day is none: its number is kept."""
    shown = _NO_PART_OF_THE_FORMAT.sub("", number_format.split(";")[0]).lower()
    if any(sign in shown for sign in "yde"):
        return True
    return "m" in shown and "h" not in shown and "s" not in shown


def day_of(serial: float, *, since_1904: bool) -> date | None:
    """The date (with its time, if it has one) that a serial stands for; None where no calendar has such a day."""
    whole, seconds = divmod(round(serial * SECONDS_OF_A_DAY), SECONDS_OF_A_DAY)
    start = _day_zero(whole, since_1904=since_1904)
    if start is None or not 0 <= whole <= LAST_SERIAL - (1462 if since_1904 else 0):
        return None
    moment = start + timedelta(days=whole, seconds=seconds)
    return moment if seconds else moment.date()


def _day_zero(whole: int, *, since_1904: bool) -> datetime | None:
    if since_1904:
        return datetime(1904, 1, 1)
    if whole < 1 or whole == THE_DAY_THAT_NEVER_WAS:
        return None
    return datetime(1899, 12, 31) if whole < THE_DAY_THAT_NEVER_WAS else datetime(1899, 12, 30)
