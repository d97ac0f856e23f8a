"""What is hidden in a sheet and holds values: kept count of while reading, told at the end of the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from workbooks.events import Part

PLACES_NAMED = 10


@dataclass(slots=True)
class Hidden:
    """Places are one-based row numbers, or column positions from 0; only the first few are kept."""

    columns: set[int] = field(default_factory=set)
    rows_with_values: int = 0
    first_rows: list[int] = field(default_factory=list)
    columns_with_values: set[int] = field(default_factory=set)

    def row(self, number: int) -> None:
        self.rows_with_values += 1
        if len(self.first_rows) < PLACES_NAMED:
            self.first_rows.append(number)

    def told(self, sheet: str) -> Iterator[Omission]:
        if self.rows_with_values:
            yield Omission(sheet, Part.ROWS, self.rows_with_values, self.first_rows)
        if self.columns_with_values:
            columns = sorted(self.columns_with_values)
            yield Omission(sheet, Part.COLUMNS, len(columns), columns[:PLACES_NAMED])


@dataclass(frozen=True, slots=True)
class Omission:
    """Something left out, before it is put into words."""

    sheet: str
    part: Part
    count: int
    places: list[int] = field(default_factory=list)
