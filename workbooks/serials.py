"""Dates as spreadsheets keep them: a count of days, and a number format that says so."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

# The program's own formats that show a day; 27-36 and 50-58 do so in the Chinese, Japanese and Korean editions.
BUILT_IN_DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
THE_DAY_THAT_NEVER_WAS = 60  # 1900-02-29, kept by spreadsheets for the sake of an older program
LAST_SERIAL = 2_958_465  # 9999-12-31 when days are counted from 1900
SECONDS_OF_A_DAY = 86_400

_NO_PART_OF_THE_FORMAT = re.compile(r'"[^"]*"|\[[^\[\]]*+\]|[\\_*].|general|am/pm|a/p|e[+-]', re.IGNORECASE | re.DOTALL)


def shows_a_day(number_format: str) -> bool:
    """Whether numbers in this format are shown as dates. A mere time of day is none: its number is kept."""
    shown = _NO_PART_OF_THE_FORMAT.sub("", number_format.split(";")[0]).lower()
    if any(sign in shown for sign in "yde"):
        return True
    return "m" in shown and "h" not in shown and "s" not in shown


def day_of(serial: float, *, since_1904: bool) -> date | None:
    """The date (with its time, if it has one) that a serial stands for; None where no calendar has such a day."""
    if not 0 <= serial <= LAST_SERIAL:
        return None
    whole, seconds = divmod(round(serial * SECONDS_OF_A_DAY), SECONDS_OF_A_DAY)
    day_zero = _day_zero(whole, since_1904=since_1904)
    if day_zero is None or whole > (date.max - day_zero).days:
        return None
    day = day_zero + timedelta(days=whole)
    return datetime.combine(day, time()) + timedelta(seconds=seconds) if seconds else day


def _day_zero(whole: int, *, since_1904: bool) -> date | None:
    if since_1904:
        return date(1904, 1, 1)
    if whole < 1 or whole == THE_DAY_THAT_NEVER_WAS:
        return None
    return date(1899, 12, 31) if whole < THE_DAY_THAT_NEVER_WAS else date(1899, 12, 30)
