"""Reaching the rows of a list by an index, whatever is asked for: no step reads more than a bounded number of rows.

What is asked for is a list of wishes. Where one of them finds at most SMALL rows by an index of its own, those rows
are taken and everything else is decided among them: any order, any condition, exact counts. Where none does, the list
is walked in its order, along an index that yields that order; wishes without an index are then tried on the next
SMALL rows only, and the page says where it stopped. Rows that would be a needle in each of those SMALL lead the walk
themselves, in the order of their own index, and the page says that too. A LIMIT stands between the two steps, so that
no planner of either database gets the idea to walk a whole table for a rare match. See docs/adr/0010.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

from sqlalchemy import Select, and_, func, literal_column, or_, select, tuple_, union, union_all
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import ClauseAdapter

from extensions import read
from listing.wishes import (
    PIVOT_ID,
    Conditions,
    Count,
    Few,
    Found,
    Order,
    Pivot,
    Reached,
    Way,
    Wish,
    pivot_value,
    values_of,
)

SMALL = 1_000
COUNTED, COUNTED_ON_REQUEST = 2_000, 10_000
"""Beyond this a list is only said to be longer, so that no page waits for its total; who asks is told up to the other."""
PAGE = 50


class Ids:
    """Reads no more of a page's rows than their ids."""

    def dressed(self, ids: Any, ordering: Callable[[Any], list[Any]]) -> Any:
        """Return the query for the rows that another query names, ordered like it."""
        return ids

    def rows(self, statement: Any, values: Mapping[str, Any] | None) -> list[Any]:
        return list(read(statement, values))

    def prepared(self, statement: Any) -> Any:
        return statement


IDS = Ids()


@dataclass(frozen=True)
class Reader:
    """One list as asked for: `leads` are the alternatives every index begins with (the scope, and the tab's states).

    `by` returns the order of a name, where another than the one asked for has to be taken; without it nothing is left
    out and nothing leads, however long a rare row is looked for.
    """

    model: Any
    leads: Sequence[Conditions]
    wishes: Sequence[Wish]
    order: Order
    fallback: Order
    by: Callable[[str], Order] | None = None

    @property
    def table(self) -> Any:
        return self.model.__table__

    @cached_property
    def _reached(self) -> list[Reached]:
        """The wishes that indexes answer, asked in one query."""
        reached = [wish for wish in self.wishes if wish.ways]
        sizes = iter(self._sizes([way for wish in reached for way in (*wish.ways, *wish.parts)]))
        return [Reached(wish, _beside(wish.ways, sizes), _beside(wish.parts, sizes)) for wish in reached]

    @cached_property
    def small(self) -> Few | None:
        """The small set, where there is one; a way that finds nothing is not gone again."""
        best = min(self._reached, key=lambda one: one.size, default=None)
        if best is not None and best.size <= SMALL:
            return Few(tuple(way for way, size in best.ways if size), best.wish)
        return Few((Way(),)) if self._scope_is_small() else self._small_part()

    def _scope_is_small(self) -> bool:
        """Whether the scope itself is few rows, where that would help; it is not if a part of it is many."""
        if not self.wishes and self.order.indexed:
            return False
        if any(way.ids is None and size > SMALL for one in self._reached for way, size in one.ways):
            return False
        return self._sizes([Way()])[0] <= SMALL

    def _small_part(self) -> Few | None:
        """A part that is few rows, where all are too many."""
        parts = [(one.wish, way, size) for one in self._reached for way, size in one.parts]
        few = (Few((way,), wish, way.alone) for wish, way, size in parts if 0 < size <= SMALL)
        return next(few, None) if self.by else None

    @cached_property
    def led(self) -> tuple[Wish, Way] | None:
        """The wish, and the way to it, whose many rows are listed alone instead of looked for one by one."""
        if self.small is not None or self.by is None:
            return None
        for one in self._reached:
            for way, size in one.ways:
                if way.alone and size > SMALL and self.by(way.sort).indexed:
                    return one.wish, way
        return None

    @property
    def part(self) -> str:
        """What of all that is asked for is listed, in words; empty where it is all."""
        if self.small is not None:
            return self.small.part
        wish, way = self.led or (None, Way())
        return way.alone if wish is not None and len(wish.ways) > 1 else ""

    @cached_property
    def sorted_by(self) -> Order:
        """The order that was asked for, or another where too many rows would have to be sorted."""
        if self.led and self.by and self.led[1].sort != self.order.name:
            return self.by(self.led[1].sort)
        return self.order if self.small is not None or self.order.indexed else self.fallback

    @cached_property
    def driver(self) -> tuple[Wish, Way] | None:
        """The wish and the way that yield the order of the walk."""
        if self.led:
            return self.led
        for wish in self.wishes:
            way = wish.ways[0] if len(wish.ways) == 1 else Way()
            if way.ids is None and way.sort == self.sorted_by.name:
                return wish, way
        return None

    @cached_property
    def residual(self) -> list[Any]:
        """What a walk leaves to try row by row."""
        return self._left_by(*(self.driver or (None, Way())))

    def _left_by(self, wish: Wish | None, way: Way) -> list[Any]:
        """Return what a way does not answer; ids lead to rows anywhere."""
        lead = [or_(*(and_(*lead) for lead in self.leads))] if way.ids is not None else []
        return [*lead, *(one.condition for one in self.wishes if one is not wish or way.loose)]

    # Pages.

    def page(self, pivot: Pivot | None = None, size: int = PAGE, dress: Ids = IDS) -> Found:
        if self.small is not None and not self.small.ways:
            return self.found([], pivot, size)
        rows = dress.rows(self.statement(pivot, size, dress), values_of(pivot))
        return self.found(rows, pivot, size)

    def statement(self, pivot: Pivot | None, size: int, dress: Ids) -> Any:
        """Return the query for a page and one row more; of the pivot only its kind stands in it."""
        back = pivot is not None and pivot.back
        return dress.dressed(self._page_query(pivot, back, size + 1), lambda source: self._ordering(source, back))

    def found(self, rows: list[Any], pivot: Pivot | None, size: int) -> Found:
        """Return the page that the statement has found."""
        back = pivot is not None and pivot.back
        full = len(rows) > size
        stopped = None if full else self._stopped(pivot, back)
        shown = rows[:size]
        on = full or stopped is not None
        if back:
            return Found(shown[::-1], on, True, stopped)
        return Found(shown, pivot is not None, on, stopped)

    def _page_query(self, pivot: Pivot | None, back: bool, most: int) -> Any:
        if self.small is None:
            rows = self._walk(pivot, back, SMALL if self.residual else most, self._columns(self.residual))
            return self._picked(rows, self.residual, back, most) if self.residual else rows
        beyond = self._beyond(pivot)
        picked = [self._picked(rows, [*left, *beyond], back, most) for rows, left in self._few(self.small, pivot, back)]
        return picked[0] if len(picked) == 1 else self._merged(picked, union, back, most)

    def _few(self, small: Few, pivot: Pivot | None, back: bool) -> Iterator[tuple[Select[Any], list[Any]]]:
        """Yield the rows of each way, in the order of the list where an index has it, and what is left to try on them."""
        for way, lead in self._ways_and_leads(small.ways):
            left = self._left_by(small.wish, way)
            columns = self._columns(left)
            if way.ids is not None and way.sort == self.sorted_by.name:
                yield self._streamed(way.ids, pivot, back, SMALL + 1, columns), left
            else:
                yield self._rows_of(way, lead, columns), left

    def behind(self, found: Found) -> Pivot:
        """Return where the next page begins, whatever has become meanwhile of the row that this one ends with."""
        return found.stopped or Pivot(found.rows[-1].id, getattr(found.rows[-1], self.sorted_by.column.key))

    def _stopped(self, pivot: Pivot | None, back: bool) -> Pivot | None:
        """Return the last row that was tried, where the walk ended before the list did."""
        if self.small is not None or not self.residual:
            return None
        source = self._walk(pivot, back, SMALL, self._ordered_columns).subquery()
        query = select(source.c.id, source.c[self.sorted_by.column.key].label("value"))
        last = query.order_by(*self._ordering(source, back)).offset(SMALL - 1).limit(1)
        row = read(last, values_of(pivot)).one_or_none()
        return Pivot(row.id, row.value) if row else None

    def _picked(self, rows: Select[Any], conditions: Sequence[Any], back: bool, most: int) -> Any:
        """Return the first of those rows that meet the conditions: the id, and what they are ordered by."""
        source = rows.subquery()
        found = select(*(source.c[column.key] for column in self._ordered_columns)).where(*_on(source, conditions))
        return found.order_by(*self._ordering(source, back)).limit(most)

    def _merged(self, selects: Sequence[Any], how: Callable[..., Any], back: bool, most: int) -> Any:
        """Return the first rows of several queries that each are in order."""
        source = how(*(select(one.subquery()) for one in selects)).subquery()
        return select(source).order_by(*self._ordering(source, back)).limit(most)

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

    def _columns(self, conditions: Sequence[Any]) -> list[Any]:
        """The id and what order and conditions ask for: wide rows are not carried through the sort."""
        wanted = {column.key: column for column in self._ordered_columns}
        for condition in conditions:
            for part in visitors.iterate(condition):
                if getattr(getattr(part, "table", None), "name", None) == self.table.name:
                    wanted[part.key] = self.table.c[part.key]  # type: ignore[attr-defined]
        return list(wanted.values())

    def _ways_and_leads(self, ways: Sequence[Way]) -> Iterator[tuple[Way, Conditions]]:
        for way in ways:
            for lead in self.leads if way.ids is None else [()]:
                yield way, lead

    def _rows_of(self, way: Way, lead: Conditions, columns: Sequence[Any]) -> Select[Any]:
        if way.ids is None:
            return select(*columns).where(*lead, *way.conditions).limit(SMALL + 1)
        found = way.ids.limit(SMALL + 1).subquery()
        return select(*columns).join(found, self.table.c.id == found.c[0]).limit(SMALL + 1)

    def _walk(self, pivot: Pivot | None, back: bool, most: int, columns: Sequence[Any]) -> Any:
        """Return the next rows in order, merged from the ends of the indexes that hold them.

        Rows without a value are asked for in the index's whole order too: PostgreSQL does not see that it is theirs.
        """
        way = self.driver[1] if self.driver else Way()
        if way.ids is not None:
            return self._streamed(way.ids, pivot, back, most, columns)
        order = self.sorted_by
        keys = [
            order.turned(column, back=back) for column in ((order.id,) if order.by_id else (order.column, order.id))
        ]
        selects = [
            select(*columns).where(*lead, *way.conditions, *part).order_by(*keys).limit(most)
            for lead in self.leads
            for part in self._parts(pivot, back)
        ]
        return selects[0] if len(selects) == 1 else self._merged(selects, union_all, back, most)

    def _streamed(self, ids: Select[Any], pivot: Pivot | None, back: bool, most: int, columns: Sequence[Any]) -> Any:
        """Return the next rows along a query of ids; where nothing but the id is wanted, no row is opened."""
        number, down = ids.selected_columns[0], self.sorted_by.descending != back
        if pivot:
            ids = ids.where(number < PIVOT_ID if down else number > PIVOT_ID)
        found = ids.order_by(number.desc() if down else number.asc()).limit(most).subquery()
        if [column.key for column in columns] == ["id"]:
            return select(found.c[0].label("id"))
        rows = select(*columns).join(found, self.table.c.id == found.c[0])
        return rows.order_by(found.c[0].desc() if down else found.c[0].asc()).limit(most)

    def _beyond(self, pivot: Pivot | None) -> list[Any]:
        return [or_(*(and_(*part) for part in self._parts(pivot, pivot.back)))] if pivot else []

    def _parts(self, pivot: Pivot | None, back: bool) -> list[Any]:
        """Return the conditions of the rows beyond the pivot: those with a value, and those without one."""
        order = self.sorted_by
        down = order.descending != back
        if order.by_id or not order.nullable:
            return [[_further(order, down)] if pivot else []]
        valued: list[Any] | None = [order.column.is_not(None)]
        empty: list[Any] | None = [order.column.is_(None)]
        if pivot and pivot.value is None:
            valued = valued if back else None
            empty = [order.column.is_(None), order.id < PIVOT_ID if down else order.id > PIVOT_ID]
        elif pivot:
            valued = [_further(order, down)]
            empty = None if back else empty
        return [part for part in (valued, empty) if part is not None]

    # Counts.

    def count(self, most: int = COUNTED) -> Count:
        if self.part or (self.small is None and self.residual):
            return Count(SMALL, "unknown")
        if self.small is not None:
            return Count(self._number_of(self.small))
        number = self._sizes([self.driver[1] if self.driver else Way()], most)[0]
        return Count(most, "over") if number > most else Count(number)

    def count_before(self, pivot: Pivot, most: int) -> int | None:
        """Count the rows before the pivot, up to `most`; None where not all are listed or are tried one by one."""
        if self.part or (self.small is None and self.residual):
            return None
        if self.small is not None:
            return self._number_of(self.small, pivot)
        rows = self._walk(pivot, True, most, self._ordered_columns).subquery()
        return read(select(func.count()).select_from(rows), values_of(pivot)).scalar()

    def _number_of(self, small: Few, before: Pivot | None = None) -> int:
        found = []
        for rows, left in self._few(small, None, False):
            source = rows.subquery()
            found.append(select(source.c.id).where(*_on(source, [*left, *self._beyond(before)])))
        if not found:
            return 0
        ids = (union(*found) if len(found) > 1 else found[0]).subquery()
        return int(read(select(func.count()).select_from(ids), values_of(before)).scalar_one())

    def _sizes(self, ways: Sequence[Way], most: int = SMALL) -> list[int]:
        """Return how many rows each way finds within the scope, up to one more than `most`, in one query."""
        if not ways:
            return []
        counts = [_sum([self._size(one, lead, most) for one, lead in self._ways_and_leads([way])]) for way in ways]
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


def _further(order: Order, down: bool) -> Any:
    if order.by_id:
        return order.id < PIVOT_ID if down else order.id > PIVOT_ID
    here = tuple_(order.column, order.id)
    there = tuple_(pivot_value(order.column.type), PIVOT_ID)
    return here < there if down else here > there


def _beside(ways: Sequence[Way], sizes: Iterator[int]) -> list[tuple[Way, int]]:
    """Return each way with its size, taking no more sizes than there are ways."""
    return [(way, next(sizes)) for way in ways]


def _on(source: Any, conditions: Sequence[Any]) -> list[Any]:
    """Return the conditions about the table as conditions about rows taken from it."""
    adapter = ClauseAdapter(source)
    return [adapter.traverse(condition) for condition in conditions]
