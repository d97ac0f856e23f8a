"""Which rows and columns are hidden in .ods and .xlsb: read beside calamine, which does not tell."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from workbooks.careful_sheet import LAST_COLUMN
from workbooks.package import Package
from workbooks.sniff import Format
from workbooks.xlsx import relations_of
from workbooks.xml_text import Attributes, XmlReader, local_attribute

CONTENT, DIRECTORY = "content.xml", "xl/workbook.bin"
_ROW, _COLUMNS, _SHEET = 0, 60, 156
_NAMED = (_ROW, _COLUMNS, _SHEET)
_LONGEST_RECORD = 1 << 16
_READ_BYTES = 1 << 20


@dataclass(slots=True)
class Concealed:
    """What is hidden of one sheet: rows by the number that is shown, in the order of the file, and columns from 0."""

    rows: list[range] = field(default_factory=list)
    columns: set[int] = field(default_factory=set)

    def hides(self) -> Iterator[bool]:
        """Yield for row 1, row 2 and so on whether it is hidden."""
        number = 1
        for hidden in self.rows:
            while number < hidden.start:
                yield False
                number += 1
            while number < hidden.stop:
                yield True
                number += 1
        while True:
            yield False


def concealed(package: Package, kind: Format) -> Mapping[str, Concealed]:
    """Return by the name of the sheet what is hidden in it."""
    if kind is Format.ODS:
        return _OpenDocument().read(package)
    return _binary(package) if kind is Format.XLSB else {}


class _OpenDocument:
    """Counts rows and columns as they come; one element may stand for many."""

    def __init__(self) -> None:
        self._found: dict[str, Concealed] = {}
        self._sheet, self._depth = Concealed(), 0
        self._row, self._column = 1, 0

    def read(self, package: Package) -> Mapping[str, Concealed]:
        with package.stream(CONTENT) as stream:
            for _ in XmlReader(self._start, self._end).chunks(stream):
                pass
        return self._found

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "table":
            self._depth += 1
            if self._depth == 1:
                self._sheet, self._row, self._column = Concealed(), 1, 0
                self._found[local_attribute(attributes, "name")] = self._sheet
        elif self._depth == 1 and name == "table-row":
            times = _times(attributes, "number-rows-repeated")
            if _is_hidden(attributes):
                self._sheet.rows.append(range(self._row, self._row + times))
            self._row += times
        elif self._depth == 1 and name == "table-column":
            times = _times(attributes, "number-columns-repeated")
            if _is_hidden(attributes):
                self._sheet.columns.update(range(self._column, min(self._column + times, LAST_COLUMN)))
            self._column += times

    def _end(self, name: str) -> None:
        if name == "table":
            self._depth -= 1


def _times(attributes: Attributes, name: str) -> int:
    times = local_attribute(attributes, name)
    return int(times) if times.isdecimal() and len(times) < 10 else 1


def _is_hidden(attributes: Attributes) -> bool:
    return local_attribute(attributes, "visibility") in ("collapse", "filter")


def _binary(package: Package) -> Mapping[str, Concealed]:
    found, relations = {}, relations_of(package, DIRECTORY)
    with package.stream(DIRECTORY) as stream:
        sheets = [_named(content) for kind, content in _records(stream) if kind == _SHEET]
    for relation, name in sheets:
        part = relations.get(relation)
        if part is not None and part.part in package:
            with package.stream(part.part) as stream:
                found[name] = _of_binary_sheet(stream)
    return found


def _named(content: bytes) -> tuple[str, str]:
    """Return what a sheet is called in the package, and by people."""
    relation, end = _wide(content, 8)
    return relation, _wide(content, end)[0]


def _wide(content: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", content, at)
    end = at + 4 + 2 * length
    return content[at + 4 : end].decode("utf-16-le", "replace"), end


def _of_binary_sheet(stream: IO[bytes]) -> Concealed:
    sheet = Concealed()
    for kind, content in _records(stream):
        if kind == _ROW and len(content) > 11 and content[11] & 0x10:
            (row,) = struct.unpack_from("<I", content)
            sheet.rows.append(range(row + 1, row + 2))
        elif kind == _COLUMNS and len(content) > 16 and content[16] & 1:
            first, last = struct.unpack_from("<2I", content)
            sheet.columns.update(range(first, min(last + 1, LAST_COLUMN)))
    return sheet


def _records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the records that matter here; the others are passed over."""
    while (kind := _number(stream, 2)) is not None:
        length = _number(stream, 4) or 0
        if kind in _NAMED and length < _LONGEST_RECORD:
            yield kind, stream.read(length)
        else:
            _pass_over(stream, length)


def _pass_over(stream: IO[bytes], length: int) -> None:
    while length > 0 and (passed := len(stream.read(min(length, _READ_BYTES)))):
        length -= passed


def _number(stream: IO[bytes], most: int) -> int | None:
    """Read a number of seven bits a byte, the lowest first; None at the end."""
    value = 0
    for at in range(most):
        byte = stream.read(1)
        if not byte:
            return None
        value |= (byte[0] & 0x7F) << 7 * at
        if byte[0] < 0x80:
            break
    return value
