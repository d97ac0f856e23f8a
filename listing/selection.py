"""A list as an address asks for it: its declaration, and the selection made from it for somebody's place.

Whatever stands in an address that is not understood is left aside; no address is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from typing import Any

from sqlalchemy import and_, inspect, or_, select, true
from sqlalchemy.orm import joinedload, load_only

from domain.access import Permission, Place
from domain.vocabulary import OfficeKind
from extensions import db, read
from listing import search
from listing.filters import GridFilter
from listing.reading import COUNTED, IDS, PAGE, Ids, Reader, sizes_of
from listing.wishes import Conditions, Count, Found, Order, Pivot, Wish, values_of
from models import Event
from operations.prepared import Prepared

TAB_COUNTED = 99
STANDING_COUNTED = 1_000
PAGE_ARGUMENTS = ("after", "before")


def _everything() -> Sequence[Conditions]:
    return [()]


@dataclass(frozen=True)
class Tab:
    """A built-in view of a list: rows that meet one of its alternatives; without any it shows everything.

    `counted_for` names whom the count concerns, where not everybody. `sorts` are the orders its indexes yield, where it does not have all of the list's.
    """

    name: str
    label: str
    alternatives: Callable[[], Sequence[Conditions]] = _everything
    counted: bool = False
    counted_for: Permission | None = None
    sorts: tuple[str, ...] | None = None

    @property
    def condition(self) -> Any:
        """Return the alternatives as one condition."""
        return or_(*(and_(true(), *one) for one in self.alternatives()))


@dataclass(frozen=True)
class Column:
    """What a list can show and an export writes; `read` returns the plain value of a row.

    `needs` names what it reads of the row, where that is not the column of its own name.
    """

    name: str
    label: str
    read: Callable[[Any], Any]
    shown: bool = True
    width: int = 14
    needs: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        return self.needs or (self.name,)


@dataclass(frozen=True, eq=False)
class Listing:
    """A big list, declared once for the page, the export and the background. `sorts`: by name, whether indexed."""

    name: str
    label: str
    model: Any
    permission: Permission
    subject: str
    columns: tuple[Column, ...]
    filters: tuple[GridFilter, ...]
    sorts: Mapping[str, bool]
    default_sort: str
    searched: Callable[[search.Sought], Wish]
    tabs: tuple[Tab, ...] = ()
    always: tuple[str, ...] = ()
    _by_name: dict[str, Column] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._by_name.update({column.name: column for column in self.columns})

    def column(self, name: str) -> Column | None:
        return self._by_name.get(name)

    def dressing(self, names: Sequence[str], *also: str) -> Ids:
        """Return how rows are read with what these columns show, and also some others: nothing else is decrypted."""
        shown = (need for one in self.columns if one.name in names for need in one.reads)
        wanted = {*self.always, *also, *shown} - {"id"}
        return _dress(self.model, tuple(sorted(wanted))) if names else IDS

    def tab_named(self, name: str) -> Tab | None:
        return next((tab for tab in self.tabs if tab.name == name), self.tabs[0] if self.tabs else None)

    def sort_named(self, name: str) -> str:
        return name if name.removeprefix("-") in self.sorts else self.default_sort

    def order(self, sort: str, tab: Tab | None) -> Order:
        name = sort.removeprefix("-")
        indexed = name in tab.sorts if tab and tab.sorts is not None else self.sorts[name]
        return Order(name, getattr(self.model, name), self.model.id, sort.startswith("-"), indexed)


class Dress(Ids):
    """Reads some columns of a page's rows; where they show only themselves, they are no entities."""

    def __init__(self, model: Any, names: Sequence[str]) -> None:
        joined = [getattr(model, name) for name in names if name in inspect(model).relationships]
        plain = [getattr(model, name) for name in names if name not in inspect(model).relationships]
        self.id, self.names = model.id, ("id", *names)
        self.slim = None if joined else _slim(model)
        whole = select(model).options(load_only(model.id, *plain), *map(joinedload, joined))
        self.query = whole if joined else select(model.id, *plain)

    def dressed(self, ids: Any, ordering: Callable[[Any], list[Any]]) -> Any:
        source = ids.subquery()
        return self.query.join(source, self.id == source.c.id).order_by(*ordering(source))

    def rows(self, statement: Any, values: Mapping[str, Any] | None) -> list[Any]:
        slim, names = self.slim, self.names
        if slim is None:
            return list(db.session.scalars(statement, values))
        found = statement.seen(values or {}) if isinstance(statement, Prepared) else read(statement, values)
        return [slim(zip(names, row, strict=True)) for row in found]

    def prepared(self, statement: Any) -> Any:
        """Return the statement so that it is read again and again with less work, where it returns plain columns."""
        return Prepared(statement) if self.slim else statement


@lru_cache(maxsize=512)
def _dress(model: Any, names: tuple[str, ...]) -> Dress:
    return Dress(model, names)


@lru_cache(maxsize=1_024)
def _of_everything(
    listing: Listing, place: Place, tab: str, sort: str, size: int, dress: Ids, pivot: Pivot | None
) -> Any:
    """Return the statement for a page of all there is: putting it together takes longer than running it."""
    return dress.prepared(Selection(listing, {"tab": tab, "sort": sort}, place).reader.statement(pivot, size, dress))


class _Slim:
    """A row with the columns that were read and the properties of its model."""

    def __init__(self, values: Iterable[tuple[str, Any]]) -> None:
        self.__dict__.update(values)


@cache
def _slim(model: type[Any]) -> type[_Slim]:
    properties = {
        name: one for cls in reversed(model.__mro__) for name, one in vars(cls).items() if isinstance(one, property)
    }
    return type("Slim", (_Slim,), properties)


@lru_cache(maxsize=512)
def _within(model: Any, place: Place) -> Any:
    return model.within(place)


def _scoped(tab: Tab | None, scope: Any) -> list[Conditions]:
    return [(scope, *one) for one in (tab.alternatives() if tab else [()])]


class Selection:
    """The rows of a listing that an address asks for, within a place."""

    def __init__(
        self, listing: Listing, arguments: Mapping[str, str], place: Place, sort: str = "", among: Sequence[Wish] = ()
    ) -> None:
        self.listing, self.arguments, self.place = listing, arguments, place
        self._usual_sort = listing.sort_named(sort)
        self._among = among

    def among(self, *conditions: Any) -> Selection:
        """Return the same selection with only those rows that the conditions leave."""
        wishes = [Wish(condition) for condition in conditions]
        return Selection(self.listing, self.arguments, self.place, self._usual_sort, wishes)

    @cached_property
    def tab(self) -> Tab | None:
        return self.listing.tab_named(self.arguments.get("tab", ""))

    @cached_property
    def sought(self) -> search.Sought | None:
        return search.asked(self.arguments)

    @cached_property
    def sort(self) -> str:
        wanted = self.arguments.get("sort", "")
        return self.listing.sort_named(wanted) if wanted else self._usual_sort

    @cached_property
    def filters(self) -> list[GridFilter]:
        """The filters as this place has them; where no office stands below, there is none to choose."""
        lowest = self.place.kind in (OfficeKind.COUNTY, OfficeKind.SERIES)
        return [one.bound(self.place) for one in self.listing.filters if not (one.narrows and lowest)]

    @cached_property
    def scope(self) -> Any:
        """The condition all rows meet: the place, or the smaller one that a filter names within it; and a span of ids."""
        narrower, spans = self._spans
        return and_(*(narrower[:1] or [_within(self.listing.model, self.place)]), *spans)

    @cached_property
    def _spans(self) -> tuple[list[Any], list[Any]]:
        narrower = self._conditions_of([one for one in self.filters if one.narrows])
        return narrower, self._conditions_of([one for one in self.filters if one.bounds])

    def _conditions_of(self, filters: Iterable[GridFilter]) -> list[Any]:
        given = ((one, one.values(self.arguments)) for one in filters)
        return [one.condition(*values) for one, values in given if values is not None]

    @cached_property
    def wishes(self) -> list[Wish]:
        given = [one for one in self.filters if not (one.narrows or one.bounds)]
        wishes = [*self._among, *(wish for one in given for wish in one.wishes(self.arguments))]
        return [*wishes, self.listing.searched(self.sought)] if self.sought else wishes

    @cached_property
    def reader(self) -> Reader:
        order, usual = (self.listing.order(sort, self.tab) for sort in (self.sort, self.listing.default_sort))
        leads = _scoped(self.tab, self.scope)
        return Reader(self.listing.model, leads, self.wishes, order, usual, lambda name: self._order_of(name, usual))

    def _order_of(self, name: str, usual: Order) -> Order:
        return usual if usual.name == name else self.listing.order(name, self.tab)

    def page(
        self, *, after: int | None = None, before: int | None = None, size: int = PAGE, names: Sequence[str] = ()
    ) -> Found:
        """Return the page behind a row or before one; a row that is gone or out of scope means the first page.

        Its rows have what these columns show; without any they have only their ids.
        """
        given, reader, dress = before or after, self.reader, self.listing.dressing(names)
        pivot = self._pivot(given, back=before is not None) if given else None
        if not self._asks_everything:
            return reader.page(pivot, size, dress)
        tab = self.tab.name if self.tab else ""
        statement = _of_everything(self.listing, self.place, tab, self.sort, size, dress, pivot and pivot.alike)
        return reader.found(dress.rows(statement, values_of(pivot)), pivot, size)

    @property
    def _asks_everything(self) -> bool:
        """Whether nothing but an order is asked of the rows in reach: then the statement is the same for all who ask."""
        bare = self.tab is None or self.tab.alternatives is _everything
        return bare and not self.wishes and not any(self._spans) and self.reader.order.indexed

    def pages(self, size: int, names: Sequence[str] = ()) -> Iterator[list[Any]]:
        """Yield all rows in their order, a page at a time; where a list shows a part, these are the others too."""
        whole = replace(self.reader, by=None)
        dress = self.listing.dressing(names, whole.sorted_by.column.key)
        found = whole.page(None, size, dress)
        while found.more_after:
            behind = whole.behind(found)
            yield found.rows
            found = whole.page(behind, size, dress)
        yield found.rows

    def unchanged(self, ids: Sequence[int], event_id: int) -> dict[int, int]:
        """Return the version of each row that nobody has touched since that event: what came later is not among them."""
        model = self.listing.model
        later = select(Event.id).where(
            Event.subject_type == self.listing.subject, Event.subject_id == model.id, Event.id > event_id
        )
        query = select(model.id, model.version).where(model.id.in_(ids), model.within(self.place), ~later.exists())
        left = {row.id: row.version for row in read(query)}
        return {one: left[one] for one in ids if one in left}

    def _pivot(self, row_id: int, *, back: bool) -> Pivot | None:
        """Return where a row stands in the order; in the order of the ids a row that is gone has its place too."""
        model, order = self.listing.model, self.reader.sorted_by
        if order.by_id:
            return Pivot(row_id, row_id, back)
        query = select(order.column).where(model.id == row_id, model.within(self.place))
        row = read(query).one_or_none()
        return Pivot(row_id, row[0], back) if row is not None else None

    def count(self, most: int = COUNTED) -> Count:
        return self.reader.count(most)

    def standing(self, row_id: int) -> tuple[int, int] | None:
        """Return which of how many a row is, or None where it is not among them or too far back to say."""
        here = select(self.listing.model.id).where(self.listing.model.id == row_id, self.condition())
        pivot = self._pivot(row_id, back=True) if db.session.scalar(here) else None
        before = self.reader.count_before(pivot, STANDING_COUNTED) if pivot else None
        if before is None or before >= STANDING_COUNTED:
            return None
        return before + 1, self.reader.count(STANDING_COUNTED).number

    def tab_counts(self, tabs: Sequence[Tab]) -> dict[str, int]:
        """Return how many rows these tabs hold, whatever is filtered, counted up to TAB_COUNTED and one more."""
        scope = self.listing.model.within(self.place)
        sizes = sizes_of(self.listing.model.__table__, [_scoped(tab, scope) for tab in tabs], TAB_COUNTED)
        return {tab.name: size for tab, size in zip(tabs, sizes, strict=True)}

    def condition(self) -> Any:
        """Return everything that is asked for as one condition."""
        tab = [self.tab.condition] if self.tab else []
        return and_(self.scope, *tab, *(wish.condition for wish in self.wishes))

    def spoken(self) -> Iterator[str]:
        """Yield in words what is selected, for the trail and for the person who asked."""
        if self.tab:
            yield self.tab.label
        for one in self.filters:
            yield from one.spoken(self.arguments)
        if self.sought:
            yield f"搜索：{self.sought.shown}"

    def kept_arguments(self) -> dict[str, str]:
        """Return the arguments that mean something here, without the page."""
        names = ["tab", search.SEARCH, search.PERSON, "sort"]
        names += [name for one in self.filters for name in one.arguments]
        return {name: value for name in names if (value := self.arguments.get(name))}
