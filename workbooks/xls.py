"""The old .xls workbook, read through xlrd."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import xlrd

from domain.cells import CellError
from workbooks import wire
from workbooks.events import Part, SheetStarted
from workbooks.hidden import Hidden, Omission
from workbooks.limits import Limits
from workbooks.refusals import Reason, Refused
from workbooks.serials import BUILT_IN_DATE_FORMATS, day_of, shows_a_day
from workbooks.sheet_shape import EncodedRow, SheetShape
from workbooks.wire import Encoded


def read_xls(data: bytes, limits: Limits) -> Iterator[SheetStarted | EncodedRow | Omission]:
    book = _opened(data)
    if not book.nsheets:
        raise Refused(Reason.NO_SHEET)
    date_formats = _date_formats(book)
    for index, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(index)
        if sheet.visibility:
            yield Omission(name, Part.SHEET, 1)
        else:
            yield SheetStarted(name)
            yield from _SheetReader(book, sheet, date_formats, limits).rows()
        book.unload_sheet(index)


def _opened(data: bytes) -> Any:
    try:
        return xlrd.open_workbook(
            file_contents=data, logfile=StringIO(), formatting_info=True, on_demand=True, ragged_rows=True
        )
    except xlrd.XLRDError as refusal:
        if "encrypted" in str(refusal):
            raise Refused(Reason.ENCRYPTED) from None
        raise


def _date_formats(book: Any) -> frozenset[int]:
    """The cell formats, by position, that show a day."""
    return frozenset(
        position
        for position, cell_format in enumerate(book.xf_list)
        if _shows_a_day(cell_format.format_key, book.format_map.get(cell_format.format_key))
    )


def _shows_a_day(key: int, number_format: Any) -> bool:
    if key in BUILT_IN_DATE_FORMATS:
        return True
    return number_format is not None and shows_a_day(number_format.format_str or "")


class _SheetReader:
    """One sheet, once xlrd has it in memory."""

    def __init__(self, book: Any, sheet: Any, date_formats: frozenset[int], limits: Limits) -> None:
        self._book, self._sheet, self._date_formats = book, sheet, date_formats
        columns = {position for position, column in sheet.colinfo_map.items() if column.hidden}
        self._shape = SheetShape(sheet.name, limits, Hidden(columns))

    def rows(self) -> Iterator[EncodedRow | Omission]:
        for index in range(self._sheet.nrows):
            cells = self._shape.finished(index + 1, self._cells(index))
            if cells and self._is_hidden(index):
                self._shape.hidden.row(index + 1)
            elif cells:
                yield index + 1, cells
        yield from self._shape.hidden.told(self._shape.name)

    def _is_hidden(self, index: int) -> bool:
        row = self._sheet.rowinfo_map.get(index)
        return bool(row and row.hidden)

    def _cells(self, index: int) -> list[Encoded]:
        kinds, values = self._sheet.row_types(index), self._sheet.row_values(index)
        return [self._encoded(index, *cell) for cell in enumerate(zip(kinds, values, strict=True))]

    def _encoded(self, row: int, column: int, cell: tuple[int, Any]) -> bytes:
        kind, value = cell
        if kind == xlrd.XL_CELL_TEXT:
            return wire.text(value)
        if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            return self._number(row, column, value)
        if kind == xlrd.XL_CELL_BOOLEAN:
            return wire.encoded(bool(value))
        if kind == xlrd.XL_CELL_ERROR:
            return wire.encoded(CellError(xlrd.error_text_from_code.get(value, "#N/A")))
        return wire.EMPTY

    def _number(self, row: int, column: int, value: float) -> bytes:
        if self._sheet.cell_xf_index(row, column) not in self._date_formats:
            return wire.number(value)
        found = day_of(value, since_1904=bool(self._book.datemode))
        return wire.day(found) if found else wire.number(value)
