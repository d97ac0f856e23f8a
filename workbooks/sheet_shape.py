"""What both readers of a sheet need to know, and must refuse alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbooks import wire
from workbooks.columns import column_name
from workbooks.hidden import Hidden
from workbooks.limits import Limits
from workbooks.refusals import Damaged, Reason, Refused
from workbooks.wire import Encoded

EncodedRow = tuple[int, list[Encoded]]


@dataclass(slots=True)
class SheetShape:
    """A sheet's name, its bounds, and what of it is hidden."""

    name: str
    limits: Limits
    hidden: Hidden = field(default_factory=Hidden)

    def check_row(self, number: int, previous: int) -> None:
        if number > self.limits.rows:
            raise Refused(Reason.TOO_MANY_ROWS, self.name, self.limits.rows)
        if number <= previous:
            raise Damaged

    def finished(self, number: int, cells: list[Encoded]) -> list[Encoded]:
        """The row without what its hidden columns hold and without empty cells at its end."""
        if self.hidden.columns:
            self._without_hidden_columns(cells)
        while cells and cells[-1] == wire.EMPTY:
            cells.pop()
        if len(cells) > self.limits.columns:
            raise self.too_far_right(number, len(cells) - 1)
        if sum(map(len, cells)) > self.limits.row_bytes:
            raise Refused(Reason.LONG_ROW, self.name, number)
        return cells

    def _without_hidden_columns(self, cells: list[Encoded]) -> None:
        for position in self.hidden.columns.intersection(range(len(cells))):
            if cells[position] != wire.EMPTY:
                self.hidden.columns_with_values.add(position)
                cells[position] = wire.EMPTY

    def too_far_right(self, row: int, position: int) -> Refused:
        return Refused(Reason.TOO_MANY_COLUMNS, self.name, row, column_name(position), self.limits.columns)
