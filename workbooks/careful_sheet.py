"""The careful reader of a sheet: a real XML parser, for what the fast one does not know. Slower, just as small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from workbooks import wire
from workbooks.cell_values import CellValues
from workbooks.columns import column_position
from workbooks.refusals import Damaged
from workbooks.shared_strings import Pieces
from workbooks.sheet_shape import EncodedRow, SheetShape
from workbooks.wire import Encoded
from workbooks.xml_text import Attributes, XmlReader, is_true, without_escapes

LAST_COLUMN = 16_384

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?[0-9]{1,10}").fullmatch


def careful_rows(stream: IO[bytes], sheet: SheetShape, values: CellValues) -> Iterator[EncodedRow]:
    parser = _SheetParser(sheet, values)
    for _ in parser.reader.chunks(stream):
        yield from parser.taken_rows()


def hidden_columns(whole_xml: bytes) -> set[int]:
    """The positions of the columns that the head of a sheet declares hidden."""
    columns: set[int] = set()
    XmlReader(lambda name, attributes: columns.update(_hidden_by(name, attributes))).parse(whole_xml)
    return columns


def _hidden_by(name: str, attributes: Attributes) -> range:
    if name != "col" or not is_true(attributes.get("hidden")):
        return range(0)
    first, last = attributes.get("min", ""), attributes.get("max", "")
    if not (first.isdecimal() and last.isdecimal()):
        return range(0)
    return range(int(first) - 1, min(int(last), LAST_COLUMN))


class _Cell:
    """One cell while its parts come in."""

    def __init__(self, kind: str = "", style: str = "") -> None:
        self.kind, self.style = kind, style
        self.value: list[str] | None = None
        self.inline = Pieces()
        self.formula = False

    def encoded(self, values: CellValues) -> bytes:
        value = "".join(self.value or ())
        if self.formula and not value and not (self.kind == "str" and self.value is not None):
            return wire.WITHOUT_VALUE
        if value and self.kind != "inlineStr":
            return values.encoded(self.kind, self.style, without_escapes(value))
        return wire.text(without_escapes(self.inline.joined()))


class _SheetParser:
    """Collects the rows of a sheet as the parser meets them."""

    def __init__(self, sheet: SheetShape, values: CellValues) -> None:
        self.reader = XmlReader(self._start, self._end, self._text)
        self._sheet, self._values = sheet, values
        self._rows: list[EncodedRow] = []
        self._cells: dict[int, bytes] = {}
        self._number = self._last_with_values = self._position = 0
        self._row_hidden = self._in_value = self._in_data = False
        self._cell: _Cell | None = None

    def taken_rows(self) -> list[EncodedRow]:
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: Attributes) -> None:
        if self._cell is not None:
            self._start_part(self._cell, name)
        elif name == "c" and self._in_data:
            self._start_cell(attributes)
        elif name == "row" and self._in_data:
            self._start_row(attributes)
        elif name == "sheetData":
            self._in_data = True
        else:
            self._sheet.hidden.columns.update(_hidden_by(name, attributes))

    def _start_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        if (number and not number.isdecimal()) or len(number) > 10:
            raise Damaged
        self._number = int(number) if number else self._number + 1
        self._row_hidden = is_true(attributes.get("hidden"))
        self._position = -1

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r", "")
        named = _REFERENCE(reference)
        if reference and not named:
            raise Damaged
        self._position = column_position(named[1].upper()) if named else self._position + 1
        self._cell = _Cell(attributes.get("t", ""), attributes.get("s", ""))

    def _start_part(self, cell: _Cell, name: str) -> None:
        if name == "v":
            self._in_value = True
            cell.value = []
        elif name == "f":
            cell.formula = True
        else:
            cell.inline.start(name)

    def _text(self, text: str) -> None:
        if self._cell is None:
            return
        if self._in_value and self._cell.value is not None:
            self._cell.value.append(text)
        else:
            self._cell.inline.text(text)

    def _end(self, name: str) -> None:
        if self._cell is not None:
            self._end_part(self._cell, name)
        elif name == "row" and self._in_data:
            self._end_row()
        elif name == "sheetData":
            self._in_data = False

    def _end_part(self, cell: _Cell, name: str) -> None:
        if name == "c":
            self._end_cell(cell)
        elif name == "v":
            self._in_value = False
        else:
            cell.inline.end(name)

    def _end_cell(self, cell: _Cell) -> None:
        encoded = cell.encoded(self._values)
        self._cell = None
        if encoded == wire.EMPTY:
            return
        if self._position >= self._sheet.limits.columns:
            raise self._sheet.too_far_right(self._number, self._position)
        self._cells[self._position] = encoded

    def _end_row(self) -> None:
        if not self._cells:
            return
        self._sheet.check_row(self._number, self._last_with_values)
        self._last_with_values = self._number
        row: list[Encoded] = [self._cells.get(position, wire.EMPTY) for position in range(max(self._cells) + 1)]
        self._cells = {}
        if not (cells := self._sheet.finished(self._number, row)):
            return
        if self._row_hidden:
            self._sheet.hidden.row(self._number)
        else:
            self._rows.append((self._number, cells))
