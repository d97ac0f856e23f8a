"""What reading a workbook tells its caller, in the order of the file: sheets, their rows, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from domain.cells import CellValue


class Part(Enum):
    """What can be hidden in a workbook, and so is not read."""

    SHEET = "sheet"
    ROWS = "rows"
    COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class SheetStarted:
    """A visible sheet begins; the rows that follow are its own: about so many, where the file says so."""

    name: str
    rows: int | None = None


@dataclass(slots=True)
class Row:
    """A row that holds something, by the number the spreadsheet program shows; empty cells at its end are cut off."""

    number: int
    cells: list[CellValue]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something hidden that holds values: said at the end of its sheet, or in place of a hidden sheet."""

    sheet: str
    part: Part
    count: int
    sentence: str


Event = SheetStarted | Row | LeftOut
