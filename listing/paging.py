"""Pages of a long list without OFFSET: each begins where the last one ended, named by the id of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute, Query

PAGE = 50


@dataclass(frozen=True, slots=True)
class Order:
    """A sort by one column with the id behind it, so that no row is shown twice or left out between pages."""

    column: InstrumentedAttribute[Any]
    id: InstrumentedAttribute[Any]
    descending: bool = False

    @property
    def reversed(self) -> Order:
        return Order(self.column, self.id, not self.descending)

    def sorted(self, query: Query[Any], *, backwards: bool = False) -> Query[Any]:
        """Return the query in this order; rows without a value come last, backwards first."""
        down = self.descending != backwards
        value = self.column.desc() if down else self.column.asc()
        if self._may_lack:
            value = value.nulls_first() if backwards else value.nulls_last()
        ties = () if self._is_id else (self.id.desc() if down else self.id.asc(),)
        return query.order_by(value, *ties)

    def beyond(self, pivot: Any, *, backwards: bool = False) -> Any:
        """Return the condition for the rows behind the pivot row, or before it."""
        row, value = pivot.id, getattr(pivot, self.column.key)
        down = self.descending != backwards
        next_id = self.id < row if down else self.id > row
        if self._is_id:
            return next_id
        if value is None:
            return or_(self.column.is_not(None), next_id) if backwards else and_(self.column.is_(None), next_id)
        further = self.column < value if down else self.column > value
        lacking = self.column.is_(None) if self._may_lack and not backwards else false()
        return or_(further, and_(self.column == value, next_id), lacking)

    @property
    def _is_id(self) -> bool:
        return self.column.key == self.id.key

    @property
    def _may_lack(self) -> bool:
        return bool(self.column.property.columns[0].nullable)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and whether there is more on either side."""

    rows: list[Any]
    more_before: bool
    more_after: bool


def page_of(query: Query[Any], order: Order, *, after: Any = None, before: Any = None, size: int = PAGE) -> Page:
    """Read one page behind `after` or before `before` (rows), or the first."""
    if before is not None:
        found = order.sorted(query.filter(order.beyond(before, backwards=True)), backwards=True).limit(size + 1).all()
        return Page(found[:size][::-1], len(found) > size, True)
    if after is not None:
        query = query.filter(order.beyond(after))
    found = order.sorted(query).limit(size + 1).all()
    return Page(found[:size], after is not None, len(found) > size)
