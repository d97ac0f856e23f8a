"""Workbooks that only python-calamine reads: .xlsb, .ods, and files too odd for the readers of our own.

It holds a whole sheet in memory, and some files make it give up its process: it runs where it harms only itself.
It does not tell which rows and columns are hidden; that is read beside it (concealed.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import BinaryIO

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from domain.cells import CellValue
from workbooks import wire
from workbooks.concealed import Concealed
from workbooks.events import Part, SheetStarted
from workbooks.hidden import Omission
from workbooks.limits import Limits
from workbooks.refusals import Damaged, Reason, Refused
from workbooks.serials import SECONDS_OF_A_DAY
from workbooks.sheet_shape import EncodedRow, SheetShape
from workbooks.wire import Encoded

Value = str | int | float | bool | date | time | timedelta


def read_other(
    file: BinaryIO, limits: Limits, hidden: Mapping[str, Concealed]
) -> Iterator[SheetStarted | EncodedRow | Omission]:
    file.seek(0)
    book = _opened(file)
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if not sheets:
        raise Damaged
    for sheet in sheets:
        if sheet.visible == SheetVisibleEnum.Visible:
            yield SheetStarted(sheet.name)
            shape, concealed = SheetShape(sheet.name, limits), hidden.get(sheet.name, Concealed())
            shape.hidden.columns = concealed.columns
            yield from _rows(book.get_sheet_by_name(sheet.name), shape, concealed)
            yield from shape.hidden.told(sheet.name)
        else:
            yield Omission(sheet.name, Part.SHEET, 1)


def _opened(file: BinaryIO) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise Refused(Reason.ENCRYPTED) from None


def _rows(sheet: CalamineSheet, shape: SheetShape, concealed: Concealed) -> Iterator[EncodedRow]:
    if sheet.start is None:
        return
    margin: list[Encoded] = [wire.EMPTY] * sheet.start[
        1
    ]  # it gives the empty rows above the first cell, not the columns
    for number, (values, is_hidden) in enumerate(zip(sheet.iter_rows(), concealed.hides(), strict=False), 1):
        shape.check_row(number, number - 1)
        cells = shape.finished(number, [*margin, *(wire.encoded(_plain(value)) for value in values)])
        if cells and is_hidden:
            shape.hidden.row(number)
        elif cells:
            yield number, cells


def _plain(value: Value) -> CellValue:
    """A time of day or a span of time is kept as the part of a day it is."""
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / SECONDS_OF_A_DAY
    if isinstance(value, timedelta):
        return value.total_seconds() / SECONDS_OF_A_DAY
    return value
