"""Builds workbooks as offices send them: titles above the header, columns in any order, notes below the rows.

`workbook().row(cert_no="0812").save(folder)` has every column and one faultless row; what is given replaces a value.
"""

from __future__ import annotations

from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Self

import xlsxwriter

from commands.cast import id_number
from domain.cells import CellValue
from domain.certificate_fields import BY_KEY, FIELDS
from workbooks import Event, Row, SheetStarted

HEADERS = tuple(field.starred for field in FIELDS)
BODY = "灵山县职称改革领导小组办公室"
_SERIALS = count(1)


def person(at: int | None = None) -> str:
    """Return an ID number: of the same person for the same number, else of somebody new."""
    one = next(_SERIALS) if at is None else at
    return id_number("452824", f"{1940 + one // 900 % 40}0315", f"{one % 900 + 100}")


def good_row(**given: Any) -> dict[str, Any]:
    """Return a row that a county imports without a word, about a certificate and a person of its own."""
    at = next(_SERIALS)
    return {
        "serial": at, "cert_no": f"07{at:05d}", "name": "农志远", "id_number": person(), "title_series": "工程系列",
        "title_level": "助理级", "title": "助理工程师", "specialty": "工业与民用建筑", "awarding_body": BODY,
        "awarded_on": "2008-09-27", "issued_on": "2008-11-16", "obtained_by": "评审", "cert_status": "正常", **given,
    }  # fmt: skip


class Workbook:
    """Sheets of plain cells, written as a file or handed over as the events that reading the file would yield."""

    def __init__(self) -> None:
        self._sheets: list[tuple[str, list[list[Any]]]] = []
        self._hidden: set[str] = set()
        self._keys: list[str] = []

    def sheet(self, name: str, *, hidden: bool = False) -> Self:
        self._sheets.append((name, []))
        self._keys = []
        self._hidden |= {name} if hidden else set()
        return self

    def line(self, *cells: Any) -> Self:
        """Add a row of whatever cells."""
        if not self._sheets:
            self.sheet("明细表")
        self._sheets[-1][1].append(list(cells))
        return self

    def header(self, *headers: str, keys: list[str] | None = None) -> Self:
        """Add the header: the template's, or these; `keys` names what stands below them."""
        self.line(*(headers or HEADERS))
        self._keys = keys or [field.key for field in FIELDS]
        return self

    def columns(self, *keys: str) -> Self:
        """Add a header of these fields under their own names, in this order."""
        return self.header(*(BY_KEY[key].header for key in keys), keys=list(keys))

    def row(self, **given: Any) -> Self:
        """Add a row below the header: a faultless one, but for what is given."""
        if not self._keys:
            self.header()
        values = good_row(**given)
        return self.line(*(values.get(key) for key in self._keys))

    def events(self) -> list[Event]:
        """Return what reading the saved file would yield."""
        found: list[Event] = []
        for name, lines in self._sheets:
            found.append(SheetStarted(name))
            found += [Row(number, _cut(cells)) for number, cells in enumerate(lines, 1) if any(map(_is_there, cells))]
        return found

    def save(self, folder: Path, name: str = "历年证书.xlsx") -> Path:
        path = folder / name
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for sheet_name, lines in self._sheets:
                sheet = book.add_worksheet(sheet_name)
                if sheet_name in self._hidden:
                    sheet.hide()
                for number, cells in enumerate(lines):
                    for at, cell in enumerate(cells):
                        if _is_there(cell):
                            sheet.write(number, at, cell, day if isinstance(cell, date) else None)
        return path


def workbook() -> Workbook:
    return Workbook()


def _is_there(cell: CellValue) -> bool:
    return cell is not None and cell != ""


def _cut(cells: list[CellValue]) -> list[CellValue]:
    """Leave out the empty cells at the end, as the reader does."""
    last = max((at for at, cell in enumerate(cells) if _is_there(cell)), default=-1)
    return [cell if _is_there(cell) else None for cell in cells[: last + 1]]
