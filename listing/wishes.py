"""What a list is asked for and what it answers: wishes and the ways to them, orders, places in an order, pages, counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer, Select, bindparam

Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How an index leads to rows: by conditions behind the scope's own, or, wherever rows belong, by a query of ids.

    `sort` names the order in which the index then yields them; without one they come in no order. `alone` says in
    words what these rows are where, too many to be sorted, they are listed alone and in that order. Of a `loose` way
    not all rows meet the wish.
    """

    conditions: Conditions = ()
    sort: str = ""
    ids: Select[Any] | None = None
    alone: str = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing asked for: the condition itself and the ways that together lead to all rows that meet it.

    `parts` are ways to some of the rows, listed alone where those are few and all are too many.
    """

    condition: ColumnElement[bool]
    ways: tuple[Way, ...] = ()
    parts: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A sort by one column with the id behind it; rows without a value come last. `indexed`: an index yields it."""

    name: str
    column: Any
    id: Any
    descending: bool = False
    indexed: bool = True

    @property
    def by_id(self) -> bool:
        return bool(self.column.key == self.id.key)

    @property
    def nullable(self) -> bool:
        return bool(self.column.property.columns[0].nullable)

    def turned(self, column: Any, *, back: bool) -> Any:
        return column.desc() if self.descending != back else column.asc()


@dataclass(frozen=True, slots=True)
class Pivot:
    """The row a page begins behind, or ends before: where it stands in the order.

    Its values are sent beside a statement, so that one statement serves all pages of a kind.
    """

    id: int
    value: Any
    back: bool = False

    @property
    def alike(self) -> Pivot:
        """The one that stands for all of its kind."""
        return Pivot(0, None if self.value is None else "", self.back)


PIVOT_ID = bindparam("pivot_id", type_=Integer)


def pivot_value(type_: Any) -> Any:
    return bindparam("pivot_value", type_=type_)


def values_of(pivot: Pivot | None) -> dict[str, Any] | None:
    return {"pivot_id": pivot.id, "pivot_value": pivot.value} if pivot else None


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one page, whether there is more on either side, and where a search that tried enough goes on."""

    rows: list[Any]
    more_before: bool
    more_after: bool
    stopped: Pivot | None = None

    @property
    def ids(self) -> list[int]:
        return [row.id for row in self.rows]

    @property
    def stopped_at(self) -> int | None:
        return self.stopped.id if self.stopped else None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are: exactly, more than that many, or at least that many as far as was read."""

    number: int
    kind: Literal["exact", "over", "unknown"] = "exact"


@dataclass(frozen=True, slots=True)
class Few:
    """A small set that holds all that is asked for: the wish that is answered by it, and the ways to it.

    `part` says in words what it holds where it does not hold all.
    """

    ways: tuple[Way, ...]
    wish: Wish | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """A wish with how many rows each of its ways and parts finds, up to one more than a small set has."""

    wish: Wish
    ways: list[tuple[Way, int]]
    parts: list[tuple[Way, int]]

    @property
    def size(self) -> int:
        return sum(size for _, size in self.ways)
