"""Which rows below a header are rows of its table, and which are notes, sums, or the header once more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.cell_reading import words
from domain.cells import CellError, CellValue, Formula
from domain.certificate_fields import Kind, named
from importing.layout import CERTAIN, SheetLayout, header_text
from workbooks import Row

_NOTE = re.compile(
    r"(?:本页|本表|说明|填表|填报|备注|注[:：]|注意|制表|审核|复核|经办|负责人|单位负责|联系|电话|日期|合计|小计|总计|共计|以上|\*|※)"
    r"|[（(]?[0-9一二三四五六七八九十]{1,2}[)）.．、]\s*[^0-9\s]"
)
_SUM = re.compile(r"[共计]?\s*+[0-9][0-9,.]*+\s*+[人名个本份条行册]?")
_LONG_FOR_A_LONE_CELL = 15


class RowFilter:
    """Tells the rows of a table from what stands below it: notes, prepared but empty rows, the header once more."""

    def __init__(self, layout: SheetLayout) -> None:
        self._data = [at for at, field in layout.fields.items() if field.kind is not Kind.SERIAL]
        first = self._data[0] if self._data else 0
        self._pair = first, next((at for at in self._data[1:] if layout.fields[at].required), first)
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
        number, text = cells[first], cells[second]
        return type(number) is str and number.isdigit() and type(text) is str and bool(text) and not text.isspace()

    def _is_data(self, row: Row) -> bool:
        filled, serial = list(_filled(row.cells, self._data)), list(_filled(row.cells, self._serial))
        if (
            (serial and _is_note([*serial, *filled]))
            or _is_note(filled)
            or (not filled and any(map(_is_words, serial)))
        ):
            self.pass_over(row.number)
            return False
        return bool(filled) and not (len(filled) > 1 and self._is_header_again(filled[0], row.cells))

    def _is_header_again(self, first: CellValue, cells: Sequence[CellValue]) -> bool:
        """Whether a row repeats the header, or a line of it, as at the top of a printed page."""
        word = header_text(first)
        if word not in self._header.values() and named(word) is None:
            return False
        there = {at: header_text(cells[at] if at < len(cells) else None) for at in self._data}
        return all(self._header[at] == text for at, text in there.items()) or (
            sum(named(text) is not None for text in there.values()) >= CERTAIN
        )

    def pass_over(self, number: int) -> None:
        """Count a row that is none of the table's."""
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


def _is_note(cells: Sequence[CellValue]) -> bool:
    """Whether a row says something about the table: a remark, who filled it in, its sums."""
    if len(cells) == 1 and isinstance(cells[0], str) and len(cells[0].strip()) > _LONG_FOR_A_LONE_CELL:
        return True
    return bool(cells) and _speaks(cells[0]) and all(_speaks(cell) or _is_sum(cell) for cell in cells[1:])


def _is_sum(cell: CellValue) -> bool:
    if isinstance(cell, str):
        return _SUM.fullmatch(cell.strip()) is not None
    return isinstance(cell, int | float | Formula)


def _is_words(cell: CellValue) -> bool:
    return isinstance(cell, str) and not cell.strip().isdigit()


def is_numbering(cells: Sequence[CellValue]) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3, as below the headers of printed forms."""
    there = [words(cell).strip() for cell in cells if cell is not None and not isinstance(cell, CellError | Formula)]
    return len(there) >= CERTAIN and all(word == str(at) for at, word in enumerate(there, 1))
