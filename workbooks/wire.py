"""A cell on its way from the reading process to its parent: one JSON value, a tagged list where JSON has no such type.

Readers write cells already encoded, so that text can go from the file to the pipe without being taken apart.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from math import isfinite

from domain.cells import CellError, CellValue, Formula
from workbooks.refusals import Damaged, Reason, Refused

Encoded = bytes | bytearray

EMPTY = b"null"
WITHOUT_VALUE = b'["f"]'
LONGEST_TEXT = 32_767
LARGEST_WHOLE_NUMBER = 10**15 - 1


def text(value: str) -> bytes:
    if len(value) > LONGEST_TEXT:
        raise Refused(Reason.LONG_TEXT, LONGEST_TEXT)
    if not value:
        return EMPTY
    return json.dumps(value.replace("\0", ""), ensure_ascii=False).encode("utf-8", "replace")


def number(value: float) -> bytes:
    """Whole numbers stay whole up to fifteen digits; a spreadsheet does not keep more."""
    if not isfinite(value):
        return text(str(value))
    if value == int(value) and abs(value) <= LARGEST_WHOLE_NUMBER:
        return b"%d" % int(value)
    return repr(float(value)).encode()


def day(value: date) -> bytes:
    tag = "t" if isinstance(value, datetime) else "d"
    return f'["{tag}","{value.isoformat()}"]'.encode()


def error(code: str) -> bytes:
    return b'["e",' + text(code or "#") + b"]"


def encoded(value: CellValue) -> bytes:
    """Any typed value, for readers that have values rather than the file's own text."""
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, date):
        return day(value)
    return error(value.code) if isinstance(value, CellError) else WITHOUT_VALUE


def decoded(value: object) -> CellValue:
    """One cell that is neither text nor empty; whatever is not exactly a cell is damage."""
    if type(value) is list:
        return _tagged(value)
    if type(value) is int and abs(value) <= LARGEST_WHOLE_NUMBER:
        return value
    if type(value) is bool:
        return value
    if type(value) is float and isfinite(value):
        return value
    raise Damaged


def _tagged(value: list[object]) -> CellValue:
    match value:
        case ["d", str(iso)]:
            return date.fromisoformat(iso)
        case ["t", str(iso)]:
            return datetime.fromisoformat(iso)
        case ["e", str(code)]:
            return CellError(code)
        case ["f"]:
            return Formula.WITHOUT_VALUE
    raise Damaged
