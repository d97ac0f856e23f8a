"""Workbooks that only python-calamine reads: .xlsb, .ods, and files too odd for the readers of our own.

It holds a whole sheet in memory and gives up the process on some files, which is why it runs where it can only harm itself.
It does not tell which rows and columns are hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from domain.cells import CellValue
from workbooks import wire
from workbooks.events import Part, SheetStarted
from workbooks.hidden import Omission
from workbooks.limits import Limits
from workbooks.refusals import Reason, Refused
from workbooks.serials import SECONDS_OF_A_DAY
from workbooks.sheet_shape import EncodedRow, SheetShape

Value = str | int | float | bool | date | time | timedelta


def read_other(file: BinaryIO, limits: Limits) -> Iterator[SheetStarted | EncodedRow | Omission]:
    file.seek(0)
    book = _opened(file)
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if not sheets:
        raise Refused(Reason.NO_SHEET)
    for sheet in sheets:
        if sheet.visible == SheetVisibleEnum.Visible:
            yield SheetStarted(sheet.name)
            yield from _rows(book.get_sheet_by_name(sheet.name), SheetShape(sheet.name, limits))
        else:
            yield Omission(sheet.name, Part.SHEET, 1)


def _opened(file: BinaryIO) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise Refused(Reason.ENCRYPTED) from None


def _rows(sheet: CalamineSheet, shape: SheetShape) -> Iterator[EncodedRow]:
    if sheet.start is None:
        return
    margin = [wire.EMPTY] * sheet.start[1]  # rows are counted from the first, columns only from the first that is used
    for number, values in enumerate(sheet.iter_rows(), 1):
        shape.check_row(number, number - 1)
        cells = [wire.encoded(_plain(value)) for value in values]
        if cells := shape.finished(number, margin + cells):
            yield number, cells


def _plain(value: Value) -> CellValue:
    """A time of day or a span of time is kept as the part of a day it is."""
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / SECONDS_OF_A_DAY
    if isinstance(value, timedelta):
        return value.total_seconds() / SECONDS_OF_A_DAY
    return value
