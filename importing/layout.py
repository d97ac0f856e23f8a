"""Where the table of a sheet begins and which column is which, in a header of one line or of two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from domain.cell_reading import words
from domain.cells import CellError, CellValue, Formula
from domain.certificate_fields import BY_KEY, STORED, Field, Kind, likely, named
from domain.identifiers import without_long_numbers
from domain.partial_dates import DateProblem, parse_text
from workbooks import Row

HEADER_WITHIN = 30
"""The header is looked for in so many rows that hold something."""
CERTAIN = 3
"""So many known names make a row a header beyond doubt, or twice as many that are known or resemble one."""
WIDE = 5
"""A row with fewer known names may still be one, if it is at least so wide."""
EXPLANATION = "错误说明"
"""The column that the error workbook adds; on the way in it means nothing."""
LONGEST_HEADER = 60
LONGEST_EXAMPLE = 20
NOT_IMPORTED = ""

Answers = Mapping[str | int, str]
"""Which field a column is, by its header or its position; NOT_IMPORTED leaves it out."""

_LONG_FOR_A_HEADER = 20
_NO_HEADER = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: `field` is None where nothing of it is imported, `likely` what it may mean nevertheless."""

    at: int
    header: str
    field: Field | None = None
    likely: Field | None = None
    example: str = ""


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

    @cached_property
    def recognised(self) -> int:
        """How many columns are or may be some of ours."""
        return sum(bool(column.field or column.likely) for column in self.columns)

    @property
    def is_certain(self) -> bool:
        return len(self.fields) >= CERTAIN or self.recognised >= 2 * CERTAIN


def header_text(cell: CellValue) -> str:
    """Return a header as it is shown and remembered: without blanks and line breaks."""
    return "".join(cell.split())[:LONGEST_HEADER] if isinstance(cell, str) else ""


def find_layout(sheet: str, rows: Sequence[Row], answers: Answers) -> SheetLayout | None:
    """Return the layout by the row, or the two rows, in which most cells have known names; None where there are none."""
    headers = [(row.number, _one_line(row)) for row in rows]
    headers += [
        (lower.number, _two_lines(upper, lower)) for upper, lower in pairwise(rows) if _may_be_two(upper, lower)
    ]
    layouts = (SheetLayout(sheet, number, _columns(header, answers)) for number, header in headers)
    best = max(layouts, key=lambda layout: layout.recognised, default=None)
    if best is None or not best.recognised:
        return None
    return best if best.recognised >= CERTAIN or len(best.columns) >= WIDE else None


def _one_line(row: Row) -> list[str]:
    return [header_text(cell) for cell in row.cells]


def _may_be_two(upper: Row, lower: Row) -> bool:
    """Whether the second row may go on with a header: short words only, right below."""
    return lower.number == upper.number + 1 and all(
        isinstance(cell, str) and len(cell) <= _LONG_FOR_A_HEADER and not _NO_HEADER.search(cell)
        for cell in lower.cells
        if cell is not None
    )


def _two_lines(upper: Row, lower: Row) -> list[str]:
    """Return a header of two lines as one: a heading over several columns belongs to each of them."""
    above, below = _one_line(upper), _one_line(lower)
    width, times = max(len(above), len(below)), Counter(below)
    above += [""] * (width - len(above))
    below += [""] * (width - len(below))
    joined, heading = [], ""
    for own, word in zip(above, below, strict=True):
        heading = own or (heading if word else "")
        joined.append(_joined(heading, own, word, is_alone=times[word] == 1))
    return joined


def _joined(heading: str, own: str, word: str, *, is_alone: bool) -> str:
    both = f"{heading}{word}"[:LONGEST_HEADER]
    if not word or named(both):
        return both if word else own
    if named(own) and not named(word):
        return own
    return word if is_alone or named(word) else both


def _columns(headers: Iterable[str], answers: Answers) -> tuple[Column, ...]:
    taken: set[str] = set()
    columns = []
    for at, header in enumerate(headers):
        if header and header != EXPLANATION:
            field = _field(at, header, answers)
            if field is not None and field.key in taken:
                field = None
            elif field is not None:
                taken.add(field.key)
            columns.append(Column(at, header, field))
    return tuple(_guessed(columns, taken, answers))


def _field(at: int, header: str, answers: Answers) -> Field | None:
    answer = answers.get(at, answers.get(header))
    return named(header) if answer is None else BY_KEY.get(answer)


def _guessed(columns: Iterable[Column], taken: set[str], answers: Answers) -> Iterator[Column]:
    """Yield the columns; one of which nothing is known or was answered may be one that the table still lacks."""
    for column in columns:
        open_ = column.field is None and column.at not in answers and column.header not in answers
        guess = likely(column.header) if open_ else None
        if guess is not None and guess.key not in taken:
            taken.add(guess.key)
            column = replace(column, likely=guess)
        yield column


def with_examples(layout: SheetLayout, cells: Sequence[CellValue]) -> SheetLayout:
    """Return the layout with what the first row of data has in each column."""
    return replace(layout, columns=tuple(replace(one, example=_example(cells, one.at)) for one in layout.columns))


def _example(cells: Sequence[CellValue], at: int) -> str:
    """Return a cell as it may be kept in the open: a date as it stands, whatever else is long and of digits masked."""
    cell = cells[at] if at < len(cells) else None
    if cell is None or isinstance(cell, CellError | Formula):
        return ""
    text = "".join(words(cell).split())
    return (text if _is_date(text) else without_long_numbers(text))[:LONGEST_EXAMPLE]


def _is_date(text: str) -> bool:
    """Digits alone may be a date or a document's number."""
    try:
        return not text.isdecimal() and bool(parse_text(text))
    except DateProblem:
        return False
