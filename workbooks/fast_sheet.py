"""The fast reader of a sheet: cells cut out of the XML by one expression, nothing taken apart that need not be.

It reads only what it knows. Every cell of a row must match the expression, else the row has another shape and nothing
of it is given out: comments, rich text, formulas without a stored value, missing references, unusual attributes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import IO
from xml.parsers.expat import ExpatError

from workbooks import wire
from workbooks.careful_sheet import hidden_columns
from workbooks.cell_values import CellValues
from workbooks.columns import column_name, column_position
from workbooks.refusals import Damaged
from workbooks.row_shapes import KnownShapes
from workbooks.sheet_shape import EncodedRow, SheetShape
from workbooks.wire import Encoded
from workbooks.xml_text import encoded_text, unescaped

BLOCK_BYTES = 1 << 19
LONGEST_HEAD_BYTES = 1 << 20
LONGEST_ROW_BYTES = 16 << 20
VALUES_REMEMBERED = 4096
SHARED_REMEMBERED = 20_000

_PROLOGUE = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*+(?:<\?xml version="1.0"(?: encoding="(?:UTF|utf)-8")?[^?>]*+\?>\s*+)?<worksheet[ >]'
).match
_ROW = re.compile(rb'<row r="(\d{1,10})"([^>]*)>').match
_WHOLE_NUMBER = re.compile(rb"0|[1-9][0-9]{0,14}").fullmatch
_HIDDEN = re.compile(rb' hidden="(?:1|true)"').search
_CELLS = re.compile(
    rb'<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?'
    rb'(?: t="s"><v>(\d+)</v></c>'
    rb"|/>"
    rb'| t="str"><f[^>]*(?:/>|>[^<]*</f>)<v></v></c>'
    rb'|(?: t="(\w+)")?>'
    rb"(?:<f[^>]*(?:/>|>[^<]*</f>)(?=<v>[^<]))?"
    rb"(?:<v>([^<]*)</v>|<v/>|<is><t(?: [^>]*)?>([^<]*)</t></is>)?</c>)"
).findall


class OtherShape(Exception):
    """The sheet is not written in the usual shape; what has been given out so far is right."""


def fast_rows(stream: IO[bytes], sheet: SheetShape, values: CellValues) -> Iterator[EncodedRow]:
    head, rest = _head(stream)
    sheet.hidden.columns = _hidden_columns(head)
    reader, previous = _RowReader(sheet, values), 0
    for piece in _pieces(stream, rest):
        if b"</c" not in piece:
            continue
        start = piece.rfind(b"<row")
        row = _ROW(piece, start)
        if row is None or b"<c" in piece[:start]:
            raise OtherShape
        number = int(row[1])
        sheet.check_row(number, previous)
        previous = number
        if cells := reader.cells(number, piece, row.end()):
            if _HIDDEN(row[2]):
                sheet.hidden.row(number)
            else:
                yield number, cells


def _head(stream: IO[bytes]) -> tuple[bytes, bytes]:
    head, found, rest = stream.read(LONGEST_HEAD_BYTES).partition(b"<sheetData>")
    if not found or not _PROLOGUE(head):
        raise OtherShape
    return head, rest


def _hidden_columns(head: bytes) -> set[int]:
    try:
        return hidden_columns(head + b"</worksheet>")
    except ExpatError:
        raise OtherShape from None


def _pieces(stream: IO[bytes], rest: bytes) -> Iterator[bytes]:
    """What stands between two ends of rows: a row, perhaps with closed empty rows before it."""
    while True:
        rows, end, _ = rest.partition(b"</sheetData>")
        if b"<!" in rows or b"<?" in rows:
            raise OtherShape
        *whole, rest = rows.split(b"</row>")
        yield from whole
        if len(rest) > LONGEST_ROW_BYTES or (end and b"<c" in rest):
            raise OtherShape
        if end:
            return
        if not (block := stream.read(BLOCK_BYTES)):
            raise Damaged
        rest += block


class _RowReader:
    """Turns the XML of a row into encoded cells in their places."""

    def __init__(self, sheet: SheetShape, values: CellValues) -> None:
        self._sheet, self._values = sheet, values
        self._known: dict[bytes, Encoded] = {}
        self._shapes = KnownShapes(self._known, self._shared)
        self._remembered = lru_cache(VALUES_REMEMBERED)(self._typed)
        self._date_styles = {style.encode() for style in values.date_styles}
        self._positions = {column_name(position).encode(): position for position in range(sheet.limits.columns)}

    def cells(self, number: int, piece: bytes, start: int) -> list[Encoded]:
        row = self._shapes.cells(piece, start)
        if row is None:
            found = _CELLS(piece)
            if len(found) != piece.count(b"<c"):
                raise OtherShape
            row = self._placed(number, found)
            self._learn(found)
        return self._sheet.finished(number, row)

    def _learn(self, found: list[tuple[bytes, ...]]) -> None:
        positions = [self._positions.get(cell[0], -1) for cell in found]
        if found and -1 not in positions:
            self._shapes.learn(found, positions, lambda kind, style: partial(self._value, kind, style))

    def _placed(self, number: int, found: list[tuple[bytes, ...]]) -> list[Encoded]:
        positions, row = self._positions, list[Encoded]()
        for column, style, shared, kind, value, inline in found:
            if shared:
                cell = self._shared(shared)
            elif inline:
                cell = encoded_text(inline)
            elif value:
                cell = self._value(kind, style, value)
            else:
                continue
            position = positions.get(column, -1)
            if position > len(row):
                row += [wire.EMPTY] * (position - len(row))
            elif position < len(row):
                self._misplaced(number, column, cell)
                continue
            row.append(cell)
        return row

    def _shared(self, position: bytes) -> Encoded:
        """A shared text; those that repeat are met early, so the first ones are kept at hand."""
        cell = self._values.strings[int(position)]
        if len(self._known) < SHARED_REMEMBERED:
            self._known[position] = cell
        return cell

    def _value(self, kind: bytes, style: bytes, value: bytes) -> bytes:
        if kind == b"str":
            return encoded_text(value)
        if not kind and _WHOLE_NUMBER(value) and style not in self._date_styles:
            return value
        return self._remembered(kind, style, value)

    def _typed(self, kind: bytes, style: bytes, value: bytes) -> bytes:
        return self._values.encoded(kind.decode(), style.decode(), unescaped(value.decode("utf-8", "replace")))

    def _misplaced(self, number: int, column: bytes, cell: Encoded) -> None:
        """A cell out of order is another reader's matter; one too far right may only be empty."""
        if column in self._positions:
            raise OtherShape
        if cell != wire.EMPTY:
            raise self._sheet.too_far_right(number, column_position(column.decode()))
