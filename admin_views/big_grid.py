"""The grid of a list that may hold millions of rows: read by its indexes, drawn with the columns somebody chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from flask import url_for
from markupsafe import Markup

from admin_views.batch import BatchAction
from admin_views.grid import Grid
from extensions import moment
from listing import search
from listing.filters import GridFilter
from listing.paging import Page
from listing.reading import COUNTED, COUNTED_ON_REQUEST, SMALL
from listing.selection import TAB_COUNTED, Selection, Tab
from listing.wishes import Count, Found
from operations import events
from operations.grid_settings import View
from web.access import can, current_actor

MOST_AT_ONCE = COUNTED_ON_REQUEST
"""So many rows an action on all of them takes: no more than can be told how many they are."""


class BigGrid(Grid):
    """One request for a list that `view.listing` declares."""

    def __init__(self, view: Any, args: Mapping[str, str]) -> None:
        super().__init__(view, args)
        place = current_actor().place
        assert place is not None
        self.liking = view.liking()
        self.selection = Selection(view.listing, self.args, place, self.liking.sort)

    @cached_property
    def filters(self) -> Sequence[GridFilter]:
        return self.selection.filters

    @cached_property
    def columns(self) -> Sequence[str]:
        """The columns of this person's choice; the first one, which leads to the row, always stays."""
        chosen = self.liking.columns
        first, *others = self.view.listing.columns
        wanted = [one.name for one in others if (one.name in chosen if chosen else one.shown)]
        return [first.name, *wanted]

    @cached_property
    def actions(self) -> Sequence[BatchAction]:
        here = {one.name for one in self.view.actions_in(self.tab.name if self.tab else "")}
        return [one for one in super().actions if one.name in here]

    @property
    def tab(self) -> Tab | None:
        return self.selection.tab

    @cached_property
    def sought(self) -> search.Sought | None:
        return self.selection.sought

    @cached_property
    def sort(self) -> str:
        return self.selection.sort

    @property
    def sorted_as(self) -> str:
        used = self.selection.reader.sorted_by
        return f"-{used.name}" if used.descending else used.name

    def unread(self) -> Iterator[str]:
        yield from super().unread()
        reader = self.selection.reader
        asked, used = reader.order, reader.sorted_by
        if reader.part:
            yield f"符合条件的超过 {SMALL:,} 条，这里只列{reader.part}；再加一个条件就全部列出，导出的文件里是全部"
        elif asked is not used:
            yield (
                f"符合条件的超过 {SMALL:,} 条，不能按“{self.view.label_of(asked.name)}”排，"
                f"先按“{self.view.label_of(used.name)}”排；再加一个条件就可以"
            )

    @property
    def count(self) -> Count:
        """How many there are; the same while somebody turns the pages."""
        return self._counted[1]

    @cached_property
    def recounted(self) -> Count:
        """How many there are now: what an action on all of them goes by."""
        return self.selection.count(MOST_AT_ONCE)

    @cached_property
    def _counted(self) -> tuple[int, Count]:
        """The newest event and the count taken after it, kept together: what came after the count is never in it."""
        key = ("count", self.view.slug, self.selection.place, frozenset(self.arguments(sort=None).items()))
        most = COUNTED_ON_REQUEST if self.args.get("count") else COUNTED
        counted: tuple[int, Count] = moment.keep(key, lambda: (events.newest_id(), self.selection.count(most)))
        return counted

    @cached_property
    def found(self) -> Found:
        after, before = (self._row_named(name) for name in ("after", "before"))
        return self.selection.page(after=after, before=before, names=self.columns)

    def _row_named(self, name: str) -> int | None:
        given = self.args.get(name, "")
        return int(given) if given.isascii() and given.isdigit() and len(given) <= 9 else None

    @cached_property
    def page(self) -> Page:
        return Page(self.found.rows, self.found.more_before, self.found.more_after)

    def first(self, *conditions: Any) -> Any:
        """Return the first row of the list among those the conditions leave, or None."""
        ids = self.selection.among(*conditions).page(size=1).ids
        return self.view.get_one(ids[0]) if ids else None

    def neighbour_id(self, row: Any, *conditions: Any, forward: bool) -> int | None:
        """Return the row next to this one in the list as filtered and sorted, among those the conditions leave."""
        side = {"after": row.id} if forward else {"before": row.id}
        ids = self.selection.among(*conditions).page(size=1, **side).ids
        return ids[0] if ids else None

    def standing(self, row: Any) -> tuple[int, int] | None:
        """Return which of how many this row is; None where the list does not hold it, or holds too many before it."""
        return self.selection.standing(row.id)

    def total_text(self) -> str:
        count = self.count
        if count.kind == "exact":
            return f"共 {count.number:,} 条"
        if count.kind == "over":
            further = "，请加筛选条件" if self.args.get("count") else ""
            return f"超过 {count.number:,} 条{further}"
        if self.found.stopped_at is None:
            return "再加一个条件可以知道共有多少条"
        return f"这一页看了 {SMALL:,} 条，找到 {len(self.found.ids)} 条；再加一个条件（如姓名、证书编号）就能一次找全"

    def _pager(self) -> dict[str, Any]:
        more = self.count.kind == "over" and not self.args.get("count")
        return super()._pager() | {"count_url": self.url(count="1") if more else None}

    def _ends(self) -> tuple[int | None, int | None]:
        first, last = super()._ends()
        backwards = bool(self.args.get("before"))
        stopped = self.found.stopped_at
        if stopped is None:
            return first, last
        return (
            (stopped, last or self._row_named("before")) if backwards else (first or self._row_named("after"), stopped)
        )

    def drawn_tabs(self) -> list[dict[str, Any]]:
        tabs = self.view.listing.tabs
        counted = [tab for tab in tabs if tab.counted and (tab.counted_for is None or can(tab.counted_for))]
        key = ("tabs", self.view.slug, self.selection.place, tuple(tab.name for tab in counted))
        counts = moment.keep(key, lambda: self.selection.tab_counts(counted)) if counted else {}
        return [self._drawn_tab(tab, counts.get(tab.name)) for tab in tabs]

    def _drawn_tab(self, tab: Tab, count: int | None) -> dict[str, Any]:
        drawn: dict[str, Any] = {"label": tab.label, "active": tab is self.tab, "url": self.url(tab=tab.name)}
        if count is not None:
            drawn["count"] = f"{TAB_COUNTED}+" if count > TAB_COUNTED else count
        return drawn

    def _off_first_tab(self) -> dict[str, str]:
        off = self.tab is not None and self.tab is not self.view.listing.tabs[0]
        return {"tab": self.tab.name} if off and self.tab else {}

    def _empty(self) -> dict[str, Any]:
        told = self._nothing()
        sought = self.sought
        if sought and not (sought.name or sought.id_digests or sought.mobile_digests):
            told["empty_text"] += "；证书编号、身份证号、手机号要输全才找得到"
        return told

    def _nothing(self) -> dict[str, Any]:
        """What was not found in one tab may stand in another."""
        tabs = self.view.listing.tabs
        everywhere = next((tab for tab in tabs if tab.name == "all"), None)
        if self.is_narrowed and everywhere and self.tab is not everywhere:
            found = f"“{self.tab.label}”里没有符合条件的记录" if self.tab else "没有符合条件的记录"
            return {"empty_text": found, "empty_action": ("在全部里找", self.url(tab=everywhere.name))}
        if self.found.stopped_at is not None:
            return {"empty_text": f"先看的 {SMALL:,} 条里没有；可以接着往后找，或再加一个条件", "empty_action": None}
        if self.tab and self.tab is not everywhere and not self.is_narrowed:
            return {"empty_text": f"“{self.tab.label}”里现在没有记录", "empty_action": None}
        return super()._empty()

    def context(self) -> dict[str, Any]:
        endpoint = self.view.endpoint
        return {
            **super().context(),
            **self._all_matching(),
            "choosable": self._choosable(),
            "settings_url": url_for(f"{endpoint}.settings_view", **self.arguments()),
            "keeps_sort": bool(self.args.get("sort")) and self.sort != self.usual_sort,
            "saved_views": [self._drawn_view(view) for view in self.liking.views],
            "may_save": self.is_narrowed or bool(self._off_first_tab()),
            "export_url": url_for(f"{endpoint}.export_view", **self.arguments()),
            "save_url": url_for(f"{endpoint}.save_view", **self.arguments()),
        }

    def _choosable(self) -> Markup:
        key = ("choosable", self.view.endpoint, tuple(self.columns))
        return self._drawn(key, "column_choices", lambda: self.view.choosable(self.columns))

    def _drawn_view(self, view: View) -> dict[str, Any]:
        address = url_for(f"{self.view.endpoint}.index_view", **view.arguments)
        return {
            "id": view.id,
            "label": view.name,
            "active": view.arguments == self.arguments(count=None),
            "url": address,
        }

    def _all_matching(self) -> dict[str, Any]:
        """Offer to act on more than this page, where it is known how many that would be."""
        count = self.count
        known = count.kind == "exact" and count.number > len(self.page.rows)
        offered = known and any(one.for_all for one in self.actions)
        return {"all_matching": f"全部 {count.number:,} 条", "seen_event": self._counted[0]} if offered else {}

    @property
    def usual_sort(self) -> str:
        """The order this list opens in: the one this person asked to keep, else its own."""
        listing = self.view.listing
        return str(listing.sort_named(self.liking.sort))
