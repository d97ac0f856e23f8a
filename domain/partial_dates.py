"""A date known to the day or only to the month: every way people write one, and comparing without guessing."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from domain import normalizing
from domain.cells import CellError, CellValue, Formula
from domain.errors import DomainError


class DateProblem(DomainError):
    """It cannot be read as a date; the sentence says how to write one."""


_HOW_TO_WRITE = "请写成 2014-01-01，只知道月份的写成 2014-01"
_ONLY_A_YEAR = "只写了年份，请照原件补上月份，如 2014-01；知道哪一天的写成 2014-01-01"
_EARLIEST_YEAR = 1901
_LATEST_YEAR = 2100
"""Digits without separators (20140101, 201401) and serial numbers are only read up to here."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date that exists, after 1900; without a day it is known to the month and stays so."""

    year: int
    month: int
    day: int | None = None
    iso: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not _EARLIEST_YEAR <= self.year <= date.max.year:
            raise DateProblem(f"{self.year} 年太早，请照原件核对年份")
        if not 1 <= self.month <= 12:
            raise DateProblem(f"没有 {self.month} 月，请照原件核对")
        if self.day is not None and not 1 <= self.day <= _days_in(self.year, self.month):
            raise DateProblem(f"{self.year} 年 {self.month} 月没有 {self.day} 日，请照原件核对")
        month = f"{self.year}-{self.month:02}"
        object.__setattr__(self, "iso", month if self.day is None else f"{month}-{self.day:02}")

    @classmethod
    def from_iso(cls, iso: str) -> PartialDate:
        """Read the stored form, 2013-07 or 2013-07-01."""
        return _from_iso(iso)

    @classmethod
    def from_date(cls, day: date) -> PartialDate:
        return cls(day.year, day.month, day.day)

    def earliest(self) -> date:
        return date(self.year, self.month, self.day or 1)

    def latest(self) -> date:
        return date(self.year, self.month, self.day or _days_in(self.year, self.month))

    def certainly_before(self, other: PartialDate) -> bool:
        """Compare at the coarser precision: 2013-07 is not before 2013-07-31."""
        if (self.year, self.month) != (other.year, other.month):
            return (self.year, self.month) < (other.year, other.month)
        return self.day is not None and other.day is not None and self.day < other.day

    def agrees_with(self, other: PartialDate) -> bool:
        """Whether the two may be one day, as far as both are known."""
        return not (self.certainly_before(other) or other.certainly_before(self))

    def certainly_after(self, today: date) -> bool:
        """Whether it lies in the future of `today` beyond doubt."""
        return self.earliest() > today

    def certainly_younger_than(self, birth: date, years: int) -> bool:
        """Whether somebody born then had not reached that age on this date, beyond doubt."""
        if self.year - birth.year > years:
            return False
        last = self.latest()
        return (last.year - years, last.month, last.day) < (birth.year, birth.month, birth.day)


@lru_cache(maxsize=4096)
def _days_in(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def parse_cell(value: CellValue) -> PartialDate:
    """Read a date from a cell of any type, or raise a DateProblem."""
    if isinstance(value, str):
        return parse_text(value)
    if isinstance(value, date):
        return PartialDate.from_date(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    raise DateProblem(_why_no_date(value))


def parse_text(value: str) -> PartialDate:
    """Read a date as people write it, or raise a DateProblem."""
    if len(value) > _LONGEST:
        raise DateProblem(f"看不出是哪一天，{_HOW_TO_WRITE}")
    return _parse_short_text(value)


_LONGEST = 60
_DIGITS = "零一二三四五六七八九"
_ZEROS = str.maketrans("〇○◯Oo", "零零零零零")

_iso = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_time_of_day = re.compile(r"(?<![\sT])[\sT]++[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?$")
_dashes = re.compile("[\u2010-\u2015\u2212]")
_blanks_at_separators = re.compile(r"(?<=[-/.、年月日号])\s++|(?<!\s)\s++(?=[-/.、年月日号])")
_separated = re.compile(r"([0-9]{1,4})([-/.、])([0-9]{1,2})(?:\2([0-9]{1,2}))?")
_compact = re.compile(r"((?:19|20|21)[0-9]{2})([0-9]{2})([0-9]{2})?")
_in_words = re.compile(rf"([0-9{_DIGITS}]{{1,4}})年([0-9元{_DIGITS}十]{{1,3}})月(?:([0-9{_DIGITS}十]{{1,3}})[日号]?)?")
_year_only = re.compile(rf"约?(?:(?:19|20|21)[0-9]{{2}}|[{_DIGITS}]{{4}})年?|[0-9]{{4}}年")
_short_year = re.compile(r"[0-9]{4}|[0-9]{6}|[0-9]{2}年")


@lru_cache(maxsize=1024)
def _from_iso(iso: str) -> PartialDate:
    if not (found := _iso.fullmatch(iso)):
        raise DateProblem(f"看不出是哪一天，{_HOW_TO_WRITE}")
    year, month, day = found.groups()
    return PartialDate(int(year), int(month), int(day) if day else None)


@lru_cache(maxsize=16_384)
def _parse_short_text(value: str) -> PartialDate:
    written = _dashes.sub("-", _time_of_day.sub("", normalizing.code(value)))
    written = _blanks_at_separators.sub("", written)
    if found := _separated.fullmatch(written):
        return _dated(found[1], found[3], found[4])
    if found := _compact.fullmatch(written):
        return _dated(found[1], found[2], found[3])
    if found := _in_words.fullmatch(written.translate(_ZEROS)):
        return _dated(*found.groups())
    raise DateProblem(_why_unreadable(written))


def _dated(year: str, month: str, day: str | None) -> PartialDate:
    if len(year) != 4:
        raise DateProblem(f"年份要写四位，{_HOW_TO_WRITE}")
    return PartialDate(_year(year), _in_month(month), None if day is None else _in_month(day))


def _year(written: str) -> int:
    digits = "".join(str(_DIGITS.index(sign)) if sign in _DIGITS else sign for sign in written)
    return int(digits)


def _spellings() -> dict[str, int]:
    """Spell 1 to 31 as months and days are written: 元, 十一, 二十三, 〇一, 一〇."""
    spelt = {"元": 1}
    for number in range(1, 32):
        tens, ones = divmod(number, 10)
        spelt[f"{_DIGITS[tens]}{_DIGITS[ones]}"] = number
        spelt[f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones] if ones else ''}"] = number
    return spelt


_SPELLINGS = _spellings()


def _in_month(written: str) -> int:
    """Read a month or a day; what spells no number is a month or day that does not exist."""
    if written.isdigit() and len(written) <= 2:
        return int(written)
    if (number := _SPELLINGS.get(written)) is None:
        raise DateProblem(f"看不出“{written.replace('零', '〇')}”是几，{_HOW_TO_WRITE}")
    return number


def _why_unreadable(written: str) -> str:
    if not written:
        return "还没有填日期"
    if _year_only.fullmatch(written.translate(_ZEROS)):
        return _ONLY_A_YEAR
    if _short_year.fullmatch(written):
        return f"年份要写四位，{_HOW_TO_WRITE}"
    return f"看不出是哪一天，{_HOW_TO_WRITE}"


_EXCEL_DAY_ZERO = date(1899, 12, 30)
_FIRST_SERIAL = (date(_EARLIEST_YEAR, 1, 1) - _EXCEL_DAY_ZERO).days
_LAST_SERIAL = (date(_LATEST_YEAR, 12, 31) - _EXCEL_DAY_ZERO).days


def _number(value: float) -> PartialDate:
    """Read 20140101, 201401, or else a serial number of the 1900 system."""
    if not 0 <= value < 100_000_000:
        raise DateProblem(f"这个数字不是日期，{_HOW_TO_WRITE}")
    whole = int(value)
    if _EARLIEST_YEAR <= whole <= _LATEST_YEAR:
        raise DateProblem(_why_not_month(value))
    if whole == value and _EARLIEST_YEAR <= whole // 100 <= _LATEST_YEAR:
        return PartialDate(whole // 100, whole % 100)
    if whole == value and _EARLIEST_YEAR <= whole // 10_000 <= _LATEST_YEAR:
        return PartialDate(whole // 10_000, whole // 100 % 100, whole % 100)
    if _FIRST_SERIAL <= whole <= _LAST_SERIAL:
        return PartialDate.from_date(_EXCEL_DAY_ZERO + timedelta(days=whole))
    raise DateProblem(f"数字 {value:.15g} 不是日期，{_HOW_TO_WRITE}")


def _why_not_month(value: float) -> str:
    """Say why 2014, 2014.1 and 2014.5 as numbers are not read: a trailing zero may be lost."""
    year, _, fraction = f"{value:.15g}".partition(".")
    if not fraction:
        return _ONLY_A_YEAR
    if fraction == "1":
        return f"数字 {year}.1 可能是 1 月，也可能是 10 月，请照原件写成 {year}-01 或 {year}-10"
    return f"数字 {year}.{fraction} 不是日期，{_HOW_TO_WRITE}"


def _why_no_date(value: object) -> str:
    if value is None:
        return "还没有填日期"
    if isinstance(value, CellError):
        return f"单元格里是错误值 {value.code}，{_HOW_TO_WRITE}"
    if value is Formula.WITHOUT_VALUE:
        return "公式没有保存计算结果，请在表格软件里打开并保存一次，或者直接写日期"
    return f"这里要填日期，{_HOW_TO_WRITE}"
