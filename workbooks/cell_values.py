"""What a cell of an .xlsx sheet means, from its type, its style and its value as written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from workbooks import wire
from workbooks.refusals import Damaged
from workbooks.serials import day_of
from workbooks.shared_strings import SharedStrings

_WHOLE = re.compile(r"0|[1-9][0-9]{0,14}").fullmatch
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?").fullmatch


@dataclass(frozen=True, slots=True)
class CellValues:
    """A workbook's way of writing values: its shared texts, its date styles, its calendar."""

    strings: SharedStrings
    date_styles: frozenset[str]
    since_1904: bool

    def encoded(self, kind: str, style: str, value: str) -> bytes:
        """The value of a cell of type `kind` (its t attribute), XML already undone."""
        if kind in ("", "n"):
            return self._number(style, value)
        if kind == "s":
            return self._shared(value)
        if kind == "b":
            return b"true" if value.strip() in ("1", "true") else b"false"
        if kind == "e":
            return wire.error(value)
        return _iso_day(value) if kind == "d" else wire.text(value)

    def _shared(self, value: str) -> bytes:
        if not value.strip().isdecimal():
            raise Damaged
        return bytes(self.strings[int(value)])

    def _number(self, style: str, value: str) -> bytes:
        if style in self.date_styles:
            return _dated(value, self.since_1904)
        return value.encode() if _WHOLE(value) else _number(value)


def _number(value: str) -> bytes:
    value = value.strip()
    return wire.number(float(value)) if _NUMBER(value) else wire.text(value)


def _dated(value: str, since_1904: bool) -> bytes:
    found = day_of(float(value), since_1904=since_1904) if _NUMBER(value) else None
    return wire.day(found) if found else _number(value)


def _iso_day(value: str) -> bytes:
    try:
        moment = datetime.fromisoformat(value.strip()).replace(tzinfo=None)
    except ValueError:
        return wire.text(value)
    return wire.day(moment if "T" in value else date(moment.year, moment.month, moment.day))
