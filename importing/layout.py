"""Where the table of a sheet begins, which column is which, and which rows below are no rows of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.cells import CellValue
from domain.certificate_fields import BY_KEY, STORED, Field, Kind, named
from workbooks import Row

HEADER_WITHIN = 30
"""The header is looked for in so many rows that hold something."""
CERTAIN = 3
"""So many known names make a row a header beyond doubt."""
WIDE = 5
"""A row with fewer known names may still be one, if it is at least so wide."""
EXPLANATION = "错误说明"
"""The column that the error workbook adds; on the way in it means nothing."""
LONGEST_HEADER = 60
NOT_IMPORTED = ""

Answers = Mapping[str | int, str]
"""Which field a column is, by its header or its position; NOT_IMPORTED leaves it out."""

_NOTE = re.compile(
    r"(?:说明|填表|填报|备注|注[:：]|注意|制表|审核|复核|经办|负责人|单位负责|联系|电话|日期|合计|小计|总计|共计|以上|\*|※)"
    r"|[（(]?[0-9一二三四五六七八九十]{1,2}[)）.．、]\s*[^0-9\s]"
)
_LONG_FOR_A_LONE_CELL = 15


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: `field` is None where nothing of it is imported."""

    at: int
    header: str
    field: Field | None = None


@dataclass(frozen=True)
class SheetLayout:
    """The table of one sheet: its header and its columns."""

    sheet: str
    header_row: int
    columns: tuple[Column, ...]

    @cached_property
    def fields(self) -> dict[int, Field]:
        return {column.at: column.field for column in self.columns if column.field is not None}

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """The fields by which its rows are held against the record."""
        return tuple(field.key for field in self.fields.values() if field.kind is not Kind.SERIAL)

    @cached_property
    def missing(self) -> list[Field]:
        there = {field.key for field in self.fields.values()}
        return [field for field in STORED if field.required and field.key not in there]

    @property
    def is_certain(self) -> bool:
        return len(self.fields) >= CERTAIN


def header_text(cell: CellValue) -> str:
    """Return a header as it is shown and remembered: without blanks and line breaks."""
    return "".join(cell.split())[:LONGEST_HEADER] if isinstance(cell, str) else ""


def find_layout(sheet: str, rows: Sequence[Row], answers: Answers) -> SheetLayout | None:
    """Return the layout by the row in which most cells have known names, or None where there is no such row."""
    layouts = [_layout(sheet, row, answers) for row in rows]
    best = max(layouts, key=lambda layout: len(layout.fields), default=None)
    if best is None or not best.fields:
        return None
    return best if best.is_certain or len(best.columns) >= WIDE else None


def _layout(sheet: str, row: Row, answers: Answers) -> SheetLayout:
    taken: set[str] = set()
    columns = []
    for at, cell in enumerate(row.cells):
        header = header_text(cell)
        if header and header != EXPLANATION:
            field = _field(at, header, answers)
            if field is not None and field.key in taken:
                field = None
            elif field is not None:
                taken.add(field.key)
            columns.append(Column(at, header, field))
    return SheetLayout(sheet, row.number, tuple(columns))


def _field(at: int, header: str, answers: Answers) -> Field | None:
    answer = answers.get(at, answers.get(header))
    return named(header) if answer is None else BY_KEY.get(answer)


class RowFilter:
    """Tells the rows of a table from what stands below it: notes, prepared but empty rows, the header once more."""

    def __init__(self, layout: SheetLayout) -> None:
        self._data = [at for at, field in layout.fields.items() if field.kind is not Kind.SERIAL]
        self._pair = self._data[0], next((at for at in self._data[1:] if layout.fields[at].required), self._data[0])
        self._serial = [at for at, field in layout.fields.items() if field.kind is Kind.SERIAL]
        self._header = {column.at: column.header for column in layout.columns}
        self.notes = 0
        self.first_notes: list[int] = []

    def holds_data(self, row: Row) -> bool:
        return self._begins_like_data(row.cells) or self._is_data(row)

    def _begins_like_data(self, cells: Sequence[CellValue]) -> bool:
        """Whether it takes no second look: digits in the first column, words in the next that must have some."""
        first, second = self._pair
        if first == second or len(cells) <= second:
            return False
        number, words = cells[first], cells[second]
        return type(number) is str and number.isdigit() and type(words) is str and bool(words) and not words.isspace()

    def _is_data(self, row: Row) -> bool:
        filled = list(_filled(row.cells, self._data))
        if len(filled) > 1 and not (_speaks(filled[0]) and all(map(_speaks, filled))):
            return not self._is_header_again(row.cells)
        if len(filled) == 1 and not _is_lone_note(filled[0]):
            return True
        if filled or any(_is_words(cell) for cell in _filled(row.cells, self._serial)):
            self._count_note(row.number)
        return False

    def _is_header_again(self, cells: Sequence[CellValue]) -> bool:
        at = self._data[0]
        if header_text(cells[at] if at < len(cells) else None) != self._header[at]:
            return False
        return all(header_text(cell) == self._header.get(at, "") for at, cell in enumerate(cells) if at in self._data)

    def _count_note(self, number: int) -> None:
        self.notes += 1
        if len(self.first_notes) < 3:
            self.first_notes.append(number)

    def remarks(self, sheet: str) -> Iterator[str]:
        """Yield what is to be said of the rows that were not read; their words are not repeated."""
        if self.notes:
            places = "、".join(map(str, self.first_notes)) + (" 等" if self.notes > len(self.first_notes) else " ")
            yield f"工作表“{sheet}”第 {places}行（共 {self.notes} 行）是说明文字，没有读入"


def _filled(cells: Sequence[CellValue], columns: Sequence[int]) -> Iterator[CellValue]:
    for at in columns:
        cell = cells[at] if at < len(cells) else None
        if cell is not None and not (isinstance(cell, str) and not cell.strip()):
            yield cell


def _speaks(cell: CellValue) -> bool:
    return isinstance(cell, str) and _NOTE.match(cell.strip()) is not None


def _is_lone_note(cell: CellValue) -> bool:
    return _speaks(cell) or (isinstance(cell, str) and len(cell.strip()) > _LONG_FOR_A_LONE_CELL)


def _is_words(cell: CellValue) -> bool:
    return isinstance(cell, str) and not cell.strip().isdigit()
