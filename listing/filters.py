"""The filters of a grid: visible form fields whose names in the address never change, and the condition each becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import and_, true

from domain import lengths, normalizing
from domain.access import Place
from domain.errors import DomainError
from domain.partial_dates import PartialDate, parse_text
from extensions import db, moment
from listing.wishes import Way, Wish
from operations.dictionary_changes import series_names
from tables.columns import PlainText

LONGEST, LONGEST_PERSON = 100, 400
"""A search for a person travels as a token, which is longer than what it stands for."""
_year = re.compile(r"([0-9]{4})年?")
RANGES = ("date_range", "month_range")
CHOICES = ("select", "choice")

Options = Callable[[], list[tuple[str, str]]]


@dataclass(frozen=True)
class GridFilter:
    """One filter. `kind` is text, select, choice (a text with suggestions), date_range or month_range.

    `condition` takes the text typed or the option chosen; for a range it takes its two ends, None where open: moments
    in UTC for date_range, ISO text for month_range, the upper end exclusive. `options` are asked for at each request.
    `ways` takes the same and returns by which indexes the rows are reached, `parts` by which some of them; `narrows`
    says that the condition is a scope of its own, smaller than the actor's, with every index the scope has. `bounds`
    says that it is a span of ids: every index of the scope ends in the id, so it holds beside the scope whatever else
    is asked.
    """

    name: str
    label: str
    kind: str
    condition: Callable[..., Any]
    options: Options = list
    ways: Callable[..., tuple[Way, ...]] | None = None
    parts: Callable[..., tuple[Way, ...]] | None = None
    narrows: bool = False
    bounds: bool = False

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to") if self.kind in RANGES else (self.name,)

    def bound(self, place: Place) -> GridFilter:
        """Return the filter for somebody at this place."""
        return self

    def is_given(self, arguments: Mapping[str, str]) -> bool:
        """Whether the address says anything for this filter; most say nothing, and nothing more is asked of them."""
        return any(arguments.get(name) for name in self.arguments)

    def _ends(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """The two boxes, and the month a bare year means in each."""
        return (self.arguments[0], 1), (self.arguments[1], 12)

    def control(self, arguments: Mapping[str, str]) -> dict[str, Any]:
        """Return what the template draws."""
        drawn: dict[str, Any] = {"name": self.name, "label": self.label, "kind": self.kind}
        if self.kind in RANGES:
            typed = [arguments.get(name, "") for name in self.arguments]
            return drawn | {"value_from": typed[0], "value_to": typed[1]}
        if self.kind in CHOICES:
            drawn["options"] = [*([("", "全部")] if self.kind == "select" else []), *self.options()]
        return drawn | {"value": arguments.get(self.name, "")}

    def values(self, arguments: Mapping[str, str]) -> tuple[Any, ...] | None:
        """Return what the address asks for where it can be read; anything else is no filter."""
        if not self.is_given(arguments):
            return None
        if self.kind in RANGES:
            first, last = (_read_day(arguments.get(name, ""), month) for name, month in self._ends())
            return _RANGE_ENDS[self.kind](first, last) if first or last else None
        value = normalizing.text(arguments.get(self.name, ""))
        return (value,) if value and (self.kind == "text" or value in dict(self.options())) else None

    def wishes(self, arguments: Mapping[str, str]) -> Iterator[Wish]:
        values = self.values(arguments)
        if values is not None:
            ways, parts = (reach(*values) if reach else () for reach in (self.ways, self.parts))
            yield Wish(self.condition(*values), ways, parts)

    def spoken(self, arguments: Mapping[str, str]) -> Iterator[str]:
        """Yield in words what is filtered by."""
        if self.values(arguments) is None:
            return
        typed = [arguments.get(name, "").strip() for name in self.arguments]
        words = dict(self.options()).get(typed[0], typed[0]) if self.kind in CHOICES else "至".join(typed)
        yield f"{self.label}：{words}"

    def unread(self, arguments: Mapping[str, str]) -> Iterator[str]:
        """Yield a sentence for what was typed and cannot be read."""
        for name, month in self._ends() if self.kind in RANGES else ():
            typed = arguments.get(name, "").strip()
            if typed and _read_day(typed, month) is None:
                yield f"“{self.label}”里的“{typed[:20]}”看不出是哪一天，没有按它筛选，请写成 2026-11-01、2026-11 或 2026"
        typed = arguments.get(self.name, "").strip() if self.kind == "choice" else ""
        if typed and self.values(arguments) is None:
            yield f"“{self.label}”里没有“{typed[:20]}”，没有按它筛选，请从候选里选一个"


class Understood(NamedTuple):
    """What an address or a form of filters asks for: what may be read of it, and a sentence for what is too long."""

    arguments: dict[str, str]
    refused: tuple[str, ...] = ()


def understood(filters: Iterable[GridFilter], typed: Mapping[str, str]) -> Understood:
    """Bound what was typed before anything reads it, each value and all together: they have to fit into one address."""
    labels = {"search": "搜索的内容"} | {name: f"“{one.label}”" for one in filters for name in one.arguments}
    longest = dict.fromkeys(typed, LONGEST) | {"person": LONGEST_PERSON}
    too_long = [name for name, value in typed.items() if not lengths.fits(value, longest[name])]
    told = [
        f"{lengths.too_long(labels[name], LONGEST)}，没有按它筛选，请写短一点" for name in too_long if name in labels
    ]
    kept = {name: value.strip() for name, value in typed.items() if name not in too_long}
    together = {name: value for name, value in kept.items() if name in labels or name == "person"}
    if len(urlencode(together)) <= lengths.ADDRESS:
        return Understood(kept, tuple(told))
    told.append("筛选条件加起来太长了，没有筛选，请减少一些或写短一点")
    return Understood({name: value for name, value in kept.items() if name not in together}, tuple(told))


def series() -> list[tuple[str, str]]:
    """The title series as options."""
    names = moment.keep("series", lambda: tuple(series_names()))
    return [(name, name) for name in names]


def equals(column: Any) -> Callable[[str], Any]:
    return lambda value: column == value


def begins(column: Any) -> Callable[[str], Any]:
    """A range is found by an index, where LIKE reads every row; PostgreSQL keeps only PlainText in the order of signs."""

    def condition(value: str) -> Any:
        if db.engine.dialect.name == "sqlite" or isinstance(column.type, PlainText):
            return and_(column >= value, column < value + "\U0010ffff")
        return column.startswith(value, autoescape=True)

    return condition


def contains(column: Any) -> Callable[[str], Any]:
    return lambda value: column.contains(value, autoescape=True)


def between(column: Any) -> Callable[[Any, Any], Any]:
    """From the first moment on, before the second; either may be open."""

    def condition(start: Any, end: Any) -> Any:
        from_start = column >= start if start is not None else true()
        before_end = column < end if end is not None else true()
        return and_(from_start, before_end)

    return condition


def _read_day(typed: str, month_of_a_year: int) -> PartialDate | None:
    year = _year.fullmatch(typed.strip())
    try:
        if year:
            return parse_text(f"{year[1]}-{month_of_a_year:02}")
        return parse_text(typed) if typed.strip() else None
    except DomainError:
        return None


def _day_after(last: PartialDate) -> date | None:
    """Return the first day that is out; the calendar ends in 9999."""
    return last.latest() + timedelta(days=1) if last.latest() < date.max else None


def _moments(first: PartialDate | None, last: PartialDate | None) -> tuple[datetime | None, datetime | None]:
    zone = ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])

    def midnight(day: date | None) -> datetime | None:
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) if day else None

    return midnight(first.earliest() if first else None), midnight(_day_after(last) if last else None)


def _iso_ends(first: PartialDate | None, last: PartialDate | None) -> tuple[str | None, str | None]:
    """A date known to the month sorts before the days of that month, so 2013-07 is found from 2013-07 on."""
    after = _day_after(last) if last else None
    return first.iso if first else None, _iso_end(last, after) if last and after else None


def _iso_end(last: PartialDate, after: date) -> str:
    return after.isoformat() if last.day else f"{after:%Y-%m}"


_RANGE_ENDS: dict[str, Callable[[PartialDate | None, PartialDate | None], tuple[Any, Any]]] = {
    "date_range": _moments,
    "month_range": _iso_ends,
}
