"""A grid as the address asks for it: rows, heads, tabs, filters and the links between its pages.

Whatever stands in an address that is not understood is left aside; no address is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import url_for
from sqlalchemy import func, literal, select

from admin_views.batch import as_id
from domain import normalizing
from extensions import db
from listing.paging import Order, Page, page_of

COUNTED = 10_000
"""Beyond this a list is only said to be longer: officers search, nobody pages that far."""
TAB_COUNTED = 99
STANDING_COUNTED = 1000
LONGEST_SEARCH = 100
PAGE_ARGUMENTS = ("after", "before")


@dataclass(frozen=True)
class Tab:
    """A built-in view of the grid; without a condition it shows everything."""

    name: str
    label: str
    condition: Callable[[], Any] | None = None
    counted: bool = False


class Grid:
    """One request for a grid: `view` declares what there is, `args` says what is wanted."""

    def __init__(self, view: Any, args: Mapping[str, str]) -> None:
        self.view = view
        self.args = args

    # What was asked for.

    @cached_property
    def tab(self) -> Tab | None:
        wanted = self.args.get("tab", "")
        return next((tab for tab in self.view.tabs if tab.name == wanted), next(iter(self.view.tabs), None))

    @cached_property
    def typed(self) -> str:
        return normalizing.text(self.args.get("search", "")[:LONGEST_SEARCH]) if self.view.search_hint else ""

    @cached_property
    def sort(self) -> str:
        wanted = self.args.get("sort", "")
        return wanted if wanted.removeprefix("-") in self.view.sortable else self.view.default_sort

    @property
    def order(self) -> Order:
        column = getattr(self.view.model, self.sort.removeprefix("-"))
        return Order(column, self.view.model.id, self.sort.startswith("-"))

    def arguments(self, *, with_page: bool = False, **changed: str | None) -> dict[str, str]:
        """Return the address's own arguments that mean something here, with some changed or taken out."""
        names = ["tab", "search", "sort", *(PAGE_ARGUMENTS if with_page else ())]
        names += [name for one in self.view.grid_filters for name in one.arguments]
        wanted: dict[str, str | None] = {name: self.args.get(name) for name in names}
        return {name: value for name, value in (wanted | changed).items() if value}

    def url(self, **changed: str | None) -> str:
        return url_for(f"{self.view.endpoint}.index_view", **self.arguments(**changed))

    def action_url(self) -> str | None:
        if not self.view.batch_actions:
            return None
        return url_for(f"{self.view.endpoint}.action_view", **self.arguments(with_page=True))

    def unread(self) -> Iterator[str]:
        for one in self.view.grid_filters:
            yield from one.unread(self.args)

    # What was found.

    def narrowed(self, query: Any) -> Any:
        """Return the query with tab, filters and search; the scope is in it already."""
        conditions = [self.tab.condition()] if self.tab and self.tab.condition else []
        conditions += [found for one in self.view.grid_filters for found in one.conditions(self.args)]
        if self.typed:
            conditions.append(self.view.search_condition(self.typed))
        return query.filter(*conditions)

    @cached_property
    def page(self) -> Page:
        after, before = (self._pivot(name) for name in PAGE_ARGUMENTS)
        return self.view.read_page(self.narrowed(self.view.list_query()), self.order, after, before)  # type: ignore[no-any-return]

    def _pivot(self, name: str) -> Any:
        """Return the row at which the page begins; one that is gone or out of scope means the first page."""
        given = self.args.get(name)
        return self.view.get_one(given) if given else None

    def first(self, *conditions: Any) -> Any:
        """Return the first row of the list among those the conditions leave, or None."""
        rows = page_of(self.narrowed(self.view.get_query()).filter(*conditions), self.order, size=1).rows
        return rows[0] if rows else None

    def neighbour(self, row: Any, *conditions: Any, forward: bool) -> Any:
        """Return the row next to this one in the list as filtered and sorted, among those the conditions leave."""
        query = self.narrowed(self.view.get_query()).filter(*conditions)
        side = {"after": row} if forward else {"before": row}
        rows = page_of(query, self.order, size=1, **side).rows
        return rows[0] if rows else None

    def standing(self, row: Any, most: int = STANDING_COUNTED) -> tuple[int, int] | None:
        """Return which of how many this row is; None where the list does not hold it, or holds too many before it."""
        listed = self.narrowed(self.view.get_count_query())
        if not capped(listed.filter(self.view.model.id == row.id), 1):
            return None
        before = capped(listed.filter(self.order.beyond(row, backwards=True)), most)
        return (before + 1, capped(listed, most)) if before < most else None

    def total_text(self) -> str:
        found = capped(self.narrowed(self.view.get_count_query()), COUNTED)
        return f"超过 {COUNTED:,} 条，请加筛选条件" if found > COUNTED else f"共 {found:,} 条"

    # What the template draws.

    def context(self) -> dict[str, Any]:
        view = self.view
        return {
            "tabs": [self._drawn_tab(tab) for tab in view.tabs],
            "filters": [one.control(self.args) for one in view.grid_filters],
            "search": self.typed if view.search_hint else None,
            "search_hint": view.search_hint,
            "filter_action": url_for(f"{view.endpoint}.index_view"),
            "clear_url": url_for(
                f"{view.endpoint}.index_view", **({"tab": self.tab.name} if self._off_first_tab else {})
            ),
            "kept_arguments": [(name, value) for name, value in self.arguments().items() if name in ("tab", "sort")],
            "columns": [self._head(name) for name in view.column_list],
            "rows": [self._row(row) for row in self.page.rows],
            "actions": list(view.batch_actions),
            "action_url": self.action_url(),
            "pager": self._pager(),
            **self._empty(),
        }

    @property
    def _off_first_tab(self) -> bool:
        return self.tab is not None and self.tab is not self.view.tabs[0]

    @property
    def is_narrowed(self) -> bool:
        return bool(set(self.arguments()) - {"tab", "sort"})

    def _empty(self) -> dict[str, Any]:
        if self.is_narrowed:
            return {"empty_text": "没有符合条件的记录", "empty_action": ("清除筛选条件", self.url(**self._cleared()))}
        return {"empty_text": self.view.empty_text or "这里还没有记录", "empty_action": None}

    def _cleared(self) -> dict[str, None]:
        return dict.fromkeys(name for name in self.arguments() if name != "tab")

    def _drawn_tab(self, tab: Tab) -> dict[str, Any]:
        drawn: dict[str, Any] = {"label": tab.label, "active": tab is self.tab, "url": self.url(tab=tab.name)}
        if tab.counted and tab.condition:
            found = capped(self.view.get_count_query().filter(tab.condition()), TAB_COUNTED)
            drawn["count"] = f"{TAB_COUNTED}+" if found > TAB_COUNTED else found
        return drawn

    def _head(self, name: str) -> dict[str, Any]:
        direction = {name: "asc", f"-{name}": "desc"}.get(self.sort, "")
        turned = f"-{name}" if direction == "asc" else name
        return {
            "label": self.view.label_of(name),
            "sortable": name in self.view.sortable,
            "sort_url": self.url(sort=turned),
            "direction": direction,
        }

    def _row(self, row: Any) -> dict[str, Any]:
        cells = [self.view.cell(row, name) for name in self.view.column_list]
        return {"id": row.id, "cells": cells, "url": self.view.row_url(row, **self.arguments(with_page=True))}

    def _pager(self) -> dict[str, Any]:
        page = self.page
        first, last = (page.rows[0].id, page.rows[-1].id) if page.rows else (None, None)
        paged = any(as_id(self.args.get(name, "")) for name in PAGE_ARGUMENTS)
        return {
            "first_url": self.url() if paged else None,
            "previous_url": self.url(before=str(first)) if first and page.more_before else None,
            "next_url": self.url(after=str(last)) if last and page.more_after else None,
            "total_text": self.total_text(),
        }


def capped(query: Any, most: int) -> int:
    """Count what the query finds, reading one row more than `most` and no further."""
    found = query.with_entities(literal(1).label("one")).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0
