"""操作日志: who did what and when in the subtree. It is only read; nothing here can be changed, by anyone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from flask import g
from markupsafe import Markup

from admin_views.big_grid import BigGrid
from admin_views.cells import linked
from admin_views.history import changes_of
from admin_views.listing_view import ListingView
from admin_views.subjects import subjects_of
from domain.access import Permission
from listing.events import EVENTS
from listing.paging import Page
from models import Event
from web.access import current_actor


def note_subjects(events: Iterable[Event]) -> None:
    """Keep what the events of this page were about for its cells."""
    place = current_actor().place
    g.subjects = subjects_of(events, place) if place else {}


def subject_cell(row: Event) -> Markup | str:
    subject = g.subjects[row.id]
    return linked(str(subject), subject.url)


class AuditGrid(BigGrid):
    """Names the subjects of the whole page at once."""

    @cached_property
    def page(self) -> Page:
        page = super().page
        note_subjects(page.rows)
        return page


class AuditView(ListingView):
    listing = EVENTS
    slug, label, icon = EVENTS.name, EVENTS.label, "history"
    permission = Permission.AUDIT_READ

    column_formatters = {"subject": subject_cell}
    search_hint = "对象的编号、身份证号、姓名或名称"
    empty_text = "还没有操作记录"

    def grid_of(self, arguments: Mapping[str, str]) -> AuditGrid:
        return AuditGrid(self, arguments)

    def is_certificate_number(self, number: str) -> bool:
        """An event has no number of its own: what may be somebody's document never stands in the address."""
        return False

    def row_label(self, row: Event) -> str:
        return row.summary

    def details_groups(self, row: Event) -> list[tuple[str, list[tuple[str, Any]]]]:
        note_subjects([row])
        facts = [(self.label_of(name), self.cell(row, name)) for name in self.column_list]
        changes = [
            (label, Markup("{} → {}").format(before or "（空）", after or "（空）"))
            for label, before, after in changes_of(row)
        ]
        return [("操作", [("序号", row.id), *facts]), *([("改动", changes)] if changes else [])]
