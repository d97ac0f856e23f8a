"""A grid as the address asks for it: rows, heads, tabs, filters and the links between its pages.

Whatever stands in an address that is not understood is left aside; no address is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import get_template_attribute, url_for
from markupsafe import Markup
from sqlalchemy import func, literal, select

from admin_views.batch import BatchAction, as_id
from admin_views.grid_rows import Drawn, rows_of
from extensions import db, moment
from listing import search
from listing.filters import GridFilter, understood
from listing.paging import Order, Page
from listing.selection import PAGE_ARGUMENTS, Tab
from web import incoming
from web.access import can, current_actor

ALWAYS_OPEN = 5
COUNTED = 10_000
"""Beyond this a grid is only said to be longer."""


class Grid:
    """One request for a grid: `view` declares what there is, `args` says what is wanted."""

    def __init__(self, view: Any, args: Mapping[str, str]) -> None:
        self.view = view
        self.typed = incoming.parts(args)
        self.args, self.refused = understood(view.grid_filters, self.typed)

    # What was asked for.

    @cached_property
    def filters(self) -> Sequence[GridFilter]:
        given: Sequence[GridFilter] = self.view.grid_filters
        return given

    @property
    def columns(self) -> Sequence[str]:
        given: Sequence[str] = self.view.column_list
        return given

    @property
    def tab(self) -> Tab | None:
        return None

    @cached_property
    def actions(self) -> Sequence[BatchAction]:
        may = can(self.view.permission_of("action_view"))
        given: Sequence[BatchAction] = self.view.offered_actions() if may else ()
        return given

    @cached_property
    def sought(self) -> search.Sought | None:
        return search.asked(self.args) if self.view.search_hint else None

    @cached_property
    def sort(self) -> str:
        wanted = self.args.get("sort", "")
        return wanted if wanted.removeprefix("-") in self.view.sortable else self.view.default_sort

    @property
    def sorted_as(self) -> str:
        """The order the rows stand in; not always the one asked for."""
        return self.sort

    @property
    def order(self) -> Order:
        column = getattr(self.view.model, self.sort.removeprefix("-"))
        return Order(column, self.view.model.id, self.sort.startswith("-"))

    @cached_property
    def _used(self) -> Sequence[GridFilter]:
        return [one for one in self.filters if one.is_given(self.args)]

    @cached_property
    def _filled_in(self) -> Sequence[GridFilter]:
        """The filters that are used, and those that were refused: what was typed stays in their boxes."""
        return [one for one in self.filters if one.is_given(self.typed)] if self.refused else self._used

    @cached_property
    def _given(self) -> dict[str, str]:
        """What the address says that means something here."""
        names = [
            "tab",
            search.SEARCH,
            search.PERSON,
            "sort",
            "count",
            *(name for one in self._used for name in one.arguments),
        ]
        return {name: self.args[name] for name in names if self.args.get(name)}

    def arguments(self, *, with_page: bool = False, **changed: str | None) -> dict[str, str]:
        """Return the address's own arguments that mean something here, with some changed or taken out."""
        pages = {name: self.args.get(name) for name in PAGE_ARGUMENTS} if with_page else {}
        return {name: value for name, value in (self._given | pages | changed).items() if value}

    @cached_property
    def _address(self) -> str:
        return url_for(f"{self.view.endpoint}.index_view")

    def url(self, **changed: str | None) -> str:
        asked = urlencode(self.arguments(**changed))
        return f"{self._address}?{asked}" if asked else self._address

    def action_url(self) -> str | None:
        if not self.actions:
            return None
        return url_for(f"{self.view.endpoint}.action_view", **self.arguments(with_page=True))

    def unread(self) -> Iterator[str]:
        yield from self.refused
        for one in self._used:
            yield from one.unread(self.args)

    def moved(self) -> str | None:
        """Return where a personal number that came in an address is looked for without standing in it."""
        typed = self.args.get(search.SEARCH, "") if self.view.search_hint else ""
        found = self.searched(typed)
        return self.url(search=None, **found) if search.PERSON in found else None

    def searched(self, typed: str) -> dict[str, str]:
        """Return the arguments of a new search."""
        return search.arguments_for(typed, self.view.is_certificate_number)

    def sent(self) -> str:
        """Return the address of what the filter form asks for; the masked number in the box still means that person."""
        form = self.args
        typed, kept = form.get(search.SEARCH, ""), search.asked({search.PERSON: form.get(search.PERSON, "")})
        again = kept is not None and typed.strip() == kept.shown
        found = {search.PERSON: form[search.PERSON]} if again else self.searched(typed)
        names = ["tab", "sort", *(name for one in self.filters for name in one.arguments)]
        wanted = {name: form.get(name, "").strip() for name in names}
        for name, value in wanted.items():
            if search.is_id_number(value):
                wanted[name], found = "", self.searched(value)
        given = {name: value for name, value in wanted.items() if value}
        return url_for(f"{self.view.endpoint}.index_view", **given, **found)

    # What was found.

    def narrowed(self, query: Any) -> Any:
        """Return the query with filters and search; the scope is in it already."""
        conditions = [wish.condition for one in self._used for wish in one.wishes(self.args)]
        if self.sought:
            conditions.append(self.view.search_condition(self.sought.text))
        return query.filter(*conditions)

    @cached_property
    def page(self) -> Page:
        after, before = (self._pivot(name) for name in PAGE_ARGUMENTS)
        return self.view.read_page(self.narrowed(self.view.list_query()), self.order, after, before)

    def _pivot(self, name: str) -> Any:
        """Return the row at which the page begins; one that is gone or out of scope means the first page."""
        given = self.args.get(name)
        return self.view.get_one(given) if given else None

    def total_text(self) -> str:
        found = capped(self.narrowed(self.view.get_count_query()), COUNTED)
        return f"超过 {COUNTED:,} 条，请加筛选条件" if found > COUNTED else f"共 {found:,} 条"

    # What the template draws.

    def context(self) -> dict[str, Any]:
        view, (fields, further) = self.view, self._drawn_filters()
        return {
            "tabs": self.drawn_tabs(),
            "filter_fields": fields,
            "further_fields": further,
            "search": self._in_search_box() if view.search_hint else None,
            "person": self.args.get(search.PERSON, "") if self.sought and self.sought.is_personal else "",
            "search_hint": view.search_hint,
            "filter_action": url_for(f"{view.endpoint}.find_view"),
            "clear_url": url_for(f"{view.endpoint}.index_view", **self._off_first_tab()),
            "kept_arguments": [(name, value) for name, value in self.arguments().items() if name in ("tab", "sort")],
            "heads": self._heads(),
            "rows": self._drawn_rows(),
            "actions": self._batch_bar(),
            "action_url": self.action_url(),
            "pager": self._pager(),
            "refresh_url": self.url(**{name: self.args.get(name) for name in PAGE_ARGUMENTS}),
            **self._empty(),
        }

    def _in_search_box(self) -> str:
        return self.sought.shown if self.sought else self.typed.get(search.SEARCH, "") if self.refused else ""

    def _drawn_filters(self) -> tuple[Markup, Markup]:
        """The first ones and those in use stand open, the others are folded away; drawn once for a while for all."""
        asked = tuple((name, self.typed.get(name)) for one in self._filled_in for name in one.arguments)
        key = ("filters", self.view.endpoint, current_actor().role, current_actor().place, asked)
        drawn: tuple[Markup, Markup] = moment.keep(key, self._draw_filters)
        return drawn

    def _draw_filters(self) -> tuple[Markup, Markup]:
        near, further = [], []
        for index, one in enumerate(self.filters):
            (near if index < ALWAYS_OPEN or one in self._filled_in else further).append(one.control(self.typed))
        draw = get_template_attribute("_macros/listing.html", "filter_controls")
        return draw(near), draw(further)

    def drawn_tabs(self) -> list[dict[str, Any]]:
        return []

    def _off_first_tab(self) -> dict[str, str]:
        return {}

    @property
    def is_narrowed(self) -> bool:
        return bool(set(self.arguments()) - {"tab", "sort", "count"})

    def _empty(self) -> dict[str, Any]:
        if self.is_narrowed:
            return {"empty_text": "没有符合条件的记录", "empty_action": ("清除筛选条件", self.url(**self._cleared()))}
        return {"empty_text": self.view.empty_text or "这里还没有记录", "empty_action": None}

    def _cleared(self) -> dict[str, None]:
        return dict.fromkeys(name for name in self.arguments() if name != "tab")

    def _head(self, name: str) -> dict[str, Any]:
        direction = {name: "asc", f"-{name}": "desc"}.get(self.sorted_as, "")
        turned = f"-{name}" if direction == "asc" else name
        return {
            "label": self.view.label_of(name),
            "sortable": name in self.view.sortable,
            "sort_url": self.url(sort=turned) if name in self.view.sortable else "",
            "direction": direction,
        }

    def _heads(self) -> Markup:
        key = ("heads", self.view.endpoint, tuple(self.columns), self.sorted_as, frozenset(self.arguments().items()))
        return self._drawn(key, "column_heads", lambda: [self._head(name) for name in self.columns])

    def _batch_bar(self) -> Markup | None:
        offered = tuple(self.actions)
        return self._drawn(("actions", offered), "batch_bar", lambda: offered) if offered else None

    @staticmethod
    def _drawn(key: Hashable, macro: str, told: Callable[[], Any]) -> Markup:
        """Draw what many pages have in common once for a while."""
        drawn: Markup = moment.keep(key, lambda: get_template_attribute("_macros/listing.html", macro)(told()))
        return drawn

    def _drawn_rows(self) -> Markup:
        columns = [Drawn(self.view.label_of(name), self.view.reader(name)) for name in self.columns]
        kept = self.arguments(with_page=True)
        return rows_of(self.page.rows, columns, ticks=bool(self.actions), address=self.view.addresses(**kept))

    def _pager(self) -> dict[str, Any]:
        page = self.page
        first, last = self._ends()
        paged = any(as_id(self.args.get(name, "")) for name in PAGE_ARGUMENTS)
        return {
            "first_url": self.url() if paged else None,
            "previous_url": self.url(before=str(first)) if first and page.more_before else None,
            "next_url": self.url(after=str(last)) if last and page.more_after else None,
            "total_text": self.total_text(),
        }

    def _ends(self) -> tuple[int | None, int | None]:
        """Return the rows that the pages before and behind begin at."""
        rows = self.page.rows
        return (rows[0].id, rows[-1].id) if rows else (None, None)


def capped(query: Any, most: int) -> int:
    """Count what the query finds, reading one row more than `most` and no further."""
    found = query.with_entities(literal(1).label("one")).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0
