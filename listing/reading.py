"""Reaching the rows of a list by an index, whatever is asked for: no step reads more than a bounded number of rows.

What is asked for is a list of wishes. Where one of them finds at most SMALL rows by an index of its own, those rows
are taken and everything else is decided among them: any order, any condition, exact counts. Where none does, the list
is walked in its order, along an index that yields that order; wishes without an index are then tried on the next
SMALL rows only, and the page says where it stopped. A LIMIT stands between the two steps, so that no planner of
either database gets the idea to walk a whole table for a rare match. See docs/adr/0010.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, literal, literal_column, or_, select, tuple_, union, union_all
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import ClauseAdapter

from extensions import read

SMALL = 1_000
COUNTED = 10_000
"""Beyond this a list is only said to be longer: officers search, nobody pages that far."""
PAGE = 50

Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How an index leads to rows: by conditions behind the scope's own, or, wherever rows belong, by a query of ids.

    `sort` names the order in which the index then yields them; without one they come in no order.
    """

    conditions: Conditions = ()
    sort: str = ""
    ids: Select[Any] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing asked for: the condition itself and the ways that together lead to all rows that meet it."""

    condition: ColumnElement[bool]
    ways: tuple[Way, ...] = ()


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
    """The row a page begins behind, or ends before: where it stands in the order."""

    id: int
    value: Any
    back: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of one page, whether there is more on either side, and the row from which a search goes on."""

    ids: list[int]
    more_before: bool
    more_after: bool
    stopped_at: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are: exactly, more than that many, or at least that many as far as was read."""

    number: int
    kind: Literal["exact", "over", "unknown"] = "exact"


@dataclass(frozen=True)
class Reader:
    """One list as asked for: `leads` are the alternatives every index begins with (the scope, and the tab's states)."""

    model: Any
    leads: Sequence[Conditions]
    wishes: Sequence[Wish]
    order: Order
    fallback: Order

    @property
    def table(self) -> Any:
        return self.model.__table__

    @cached_property
    def small(self) -> tuple[Way, ...] | None:
        """The ways to a small set that holds all that is asked for, or None."""
        groups = [wish.ways for wish in self.wishes if wish.ways]
        if self.wishes or not self.order.indexed:
            groups.append((Way(),))
        sizes = self._sizes(groups)
        best = min(range(len(groups)), key=sizes.__getitem__, default=None)
        return groups[best] if best is not None and sizes[best] <= SMALL else None

    @cached_property
    def sorted_by(self) -> Order:
        """The order that was asked for, or the list's own where too many rows would have to be sorted."""
        return self.order if self.small is not None or self.order.indexed else self.fallback

    @cached_property
    def driver(self) -> Wish | None:
        """The wish whose index yields the order of the walk."""
        for wish in self.wishes:
            one_way = len(wish.ways) == 1 and wish.ways[0]
            if one_way and one_way.ids is None and one_way.sort == self.sorted_by.name:
                return wish
        return None

    @cached_property
    def residual(self) -> list[Any]:
        """What is left to try row by row."""
        if self.small is None:
            return [wish.condition for wish in self.wishes if wish is not self.driver]
        foreign = any(way.ids is not None for way in self.small)
        lead = [or_(*(and_(*lead) for lead in self.leads))] if foreign else []
        covered = len(self.small) == 1 and not foreign
        return lead + [wish.condition for wish in self.wishes if not (covered and wish.ways is self.small)]

    # Pages.

    def page(self, pivot: Pivot | None = None, size: int = PAGE) -> Found:
        back = pivot is not None and pivot.back
        ids = list(read(self._page_query(pivot, back, size + 1)).scalars())
        full = len(ids) > size
        stopped = None if full else self._stopped_at(pivot, back)
        shown = ids[:size]
        on = full or stopped is not None
        if back:
            return Found(shown[::-1], on, True, stopped)
        return Found(shown, pivot is not None, on, stopped)

    def _page_query(self, pivot: Pivot | None, back: bool, most: int) -> Any:
        if self.small is not None:
            source = self._small_set().subquery()
            beyond = [or_(*(and_(*part) for part in self._parts(pivot, back)))] if pivot else []
            return self._picked(source, [*self.residual, *beyond], back).limit(most)
        if not self.residual:
            return self._walk(pivot, back, most)
        source = self._walk(pivot, back, SMALL).subquery()
        return self._picked(source, self.residual, back).limit(most)

    def _stopped_at(self, pivot: Pivot | None, back: bool) -> int | None:
        """Return the last row that was tried, where the walk ended before the list did."""
        if self.small is not None or not self.residual:
            return None
        source = self._walk(pivot, back, SMALL, self._ordered_columns).subquery()
        query = select(source.c.id).order_by(*self._ordering(source, back))
        return read(query.offset(SMALL - 1).limit(1)).scalar()

    def _picked(self, source: Any, conditions: Sequence[Any], back: bool) -> Any:
        adapter = ClauseAdapter(source)
        fitting = [adapter.traverse(condition) for condition in conditions]
        return select(source.c.id).where(*fitting).order_by(*self._ordering(source, back))

    def _ordering(self, source: Any, back: bool) -> list[Any]:
        order, column = self.sorted_by, source.c[self.sorted_by.column.key]
        by_id = order.turned(source.c.id, back=back)
        if order.by_id:
            return [by_id]
        lacking = column.is_(None)
        last = [lacking.desc() if back else lacking.asc()] if order.nullable else []
        return [*last, order.turned(column, back=back), by_id]

    # Sources.

    @property
    def _ordered_columns(self) -> list[Any]:
        """The id and what the order asks for: an index of its own holds them, and no row is opened."""
        names = dict.fromkeys(("id", self.sorted_by.column.key))
        return [self.table.c[name] for name in names]

    def _columns(self) -> list[Any]:
        """The id and what order and residual conditions ask for: wide rows are not carried through the sort."""
        wanted = {column.key: column for column in self._ordered_columns}
        for condition in self.residual:
            for part in visitors.iterate(condition):
                if getattr(getattr(part, "table", None), "name", None) == self.table.name:
                    wanted[part.key] = self.table.c[part.key]  # type: ignore[attr-defined]
        return list(wanted.values())

    def _small_set(self) -> Any:
        assert self.small is not None
        return _joined([self._reached(way, lead, self._columns()) for way, lead in self._ways_and_leads(self.small)])

    def _ways_and_leads(self, ways: Sequence[Way]) -> Iterator[tuple[Way, Conditions]]:
        for way in ways:
            for lead in self.leads if way.ids is None else [()]:
                yield way, lead

    def _reached(self, way: Way, lead: Conditions, columns: Sequence[Any]) -> Select[Any]:
        if way.ids is None:
            return select(*columns).where(*lead, *way.conditions).limit(SMALL + 1)
        found = way.ids.limit(SMALL + 1).subquery()
        return select(*columns).join(found, self.table.c.id == found.c[0]).limit(SMALL + 1)

    def _walk(self, pivot: Pivot | None, back: bool, most: int, columns: Sequence[Any] = ()) -> Any:
        """Return the next rows in order, merged from the ends of the indexes that hold them.

        Rows without a value are asked for in the index's whole order too: PostgreSQL does not see that it is theirs.
        """
        given = self.driver.ways[0].conditions if self.driver else ()
        order = self.sorted_by
        keys = [
            order.turned(column, back=back) for column in ((order.id,) if order.by_id else (order.column, order.id))
        ]
        selects = [
            select(*(columns or self._columns())).where(*lead, *given, *part).order_by(*keys).limit(most)
            for lead in self.leads
            for part in self._parts(pivot, back)
        ]
        if len(selects) == 1:
            return selects[0]
        source = union_all(*(select(one.subquery()) for one in selects)).subquery()
        return select(source).order_by(*self._ordering(source, back)).limit(most)

    def _parts(self, pivot: Pivot | None, back: bool) -> list[Any]:
        """Return the conditions of the rows beyond the pivot: those with a value, and those without one."""
        order = self.sorted_by
        down = order.descending != back
        if order.by_id or not order.nullable:
            return [[_beyond(order, pivot, down)] if pivot else []]
        valued: list[Any] | None = [order.column.is_not(None)]
        empty: list[Any] | None = [order.column.is_(None)]
        if pivot and pivot.value is None:
            valued = valued if back else None
            empty = [order.column.is_(None), order.id < pivot.id if down else order.id > pivot.id]
        elif pivot:
            valued = [_beyond(order, pivot, down)]
            empty = None if back else empty
        return [part for part in (valued, empty) if part is not None]

    # Counts.

    def count(self, most: int = COUNTED) -> Count:
        if self.small is not None:
            source = self._small_set().subquery()
            adapter = ClauseAdapter(source)
            fitting = [adapter.traverse(condition) for condition in self.residual]
            return Count(read(select(func.count()).select_from(source).where(*fitting)).scalar_one())
        if self.residual:
            return Count(SMALL, "unknown")
        given = self.driver.ways if self.driver else (Way(),)
        number = self._sizes([given], most)[0]
        return Count(most, "over") if number > most else Count(number)

    def count_before(self, pivot: Pivot, most: int) -> int | None:
        """Count the rows before the pivot, up to `most`; None where that would take trying them one by one."""
        if self.small is None and self.residual:
            return None
        if self.small is None:
            source = self._walk(pivot, True, most).subquery()
            return read(select(func.count()).select_from(source)).scalar()
        source = self._small_set().subquery()
        adapter = ClauseAdapter(source)
        before = or_(*(and_(*part) for part in self._parts(pivot, True)))
        fitting = [adapter.traverse(condition) for condition in (*self.residual, before)]
        return read(select(func.count()).select_from(source).where(*fitting)).scalar()

    def _sizes(self, groups: Sequence[Sequence[Way]], most: int = SMALL) -> list[int]:
        if not groups:
            return []
        counts = [_sum([self._size(way, lead, most) for way, lead in self._ways_and_leads(ways)]) for ways in groups]
        return list(read(select(*counts)).one())

    def _size(self, way: Way, lead: Conditions, most: int) -> Any:
        return _size(self.table, (*lead, *way.conditions), most) if way.ids is None else _length(way.ids, most)


def sizes_of(table: Any, groups: Sequence[Sequence[Conditions]], most: int) -> list[int]:
    """Return for each group of alternatives how many rows meet one, counted up to one more than `most`, in one query."""
    if not groups:
        return []
    counts = [_sum([_size(table, conditions, most) for conditions in alternatives]) for alternatives in groups]
    return list(read(select(*counts)).one())


def _size(table: Any, conditions: Conditions, most: int) -> Any:
    return _length(select(literal_column("1").label("one")).select_from(table).where(*conditions), most)


def _length(rows: Select[Any], most: int) -> Any:
    return select(func.count()).select_from(rows.limit(most + 1).subquery()).scalar_subquery()


def _sum(numbers: Sequence[Any]) -> Any:
    return reduce(operator.add, numbers)


def _beyond(order: Order, pivot: Pivot, down: bool) -> Any:
    if order.by_id:
        return order.id < pivot.id if down else order.id > pivot.id
    here = tuple_(order.column, order.id)
    there = tuple_(literal(pivot.value, order.column.type), literal(pivot.id))
    return here < there if down else here > there


def _joined(selects: Sequence[Select[Any]]) -> Any:
    if len(selects) == 1:
        return selects[0]
    return union(*(select(one.subquery()) for one in selects))
