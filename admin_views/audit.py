"""操作日志: who did what and when in the subtree. It is only read; nothing here can be changed, by anyone."""

from __future__ import annotations

from typing import Any

from flask import g, request
from markupsafe import Markup
from sqlalchemy import false

from admin_views.audit_words import ACTIONS
from admin_views.base import BackOfficeView
from admin_views.cells import linked
from admin_views.history import changes_of
from admin_views.subjects import KINDS, events_about, subjects_of
from domain.access import Permission, Role
from listing import search
from listing.filters import GridFilter, begins, between, equals
from listing.paging import Page
from models import Event
from web.access import current_actor


def note_subjects(events: list[Event]) -> None:
    """Keep what the events of this page were about for its cells."""
    place = current_actor().place
    g.subjects = subjects_of(events, place) if place else {}


def subject_cell(row: Event) -> Markup | str:
    subject = g.subjects[row.id]
    return linked(str(subject), subject.url)


class AuditView(BackOfficeView):
    model_class = Event
    slug, label, icon = "audit", "操作日志", "history"
    permission = Permission.AUDIT_READ

    column_list = ("summary", "subject", "at", "actor_name", "actor_role", "action", "reply")
    column_labels = {
        "at": "时间", "actor_name": "操作人", "actor_role": "角色", "action": "操作", "summary": "做了什么",
        "subject": "对象", "reply": "回复或原因",
    }  # fmt: skip
    column_formatters = {
        "actor_role": lambda row: Role(row.actor_role).label,
        "action": lambda row: ACTIONS.get(row.action, "其他"),
        "subject": lambda row: subject_cell(row),
    }
    search_hint = "对象的编号、身份证号、姓名或名称"
    empty_text = "还没有操作记录"
    grid_filters = (
        GridFilter("action", "操作", "select", equals(Event.action), lambda: list(ACTIONS.items())),
        GridFilter(
            "kind",
            "对象",
            "select",
            equals(Event.subject_type),
            lambda: [(name, kind.label) for name, kind in KINDS.items()],
        ),
        GridFilter("actor", "操作人", "text", begins(Event.actor_name)),
        GridFilter("at", "时间", "date_range", between(Event.at)),
    )

    def search_condition(self, typed: str) -> Any:
        sought = search.asked(request.args)
        return events_about(sought) if sought else false()

    def read_page(self, query: Any, order: Any, after: Any, before: Any) -> Page:
        """Name the subjects of the whole page at once."""
        page = super().read_page(query, order, after, before)
        note_subjects(page.rows)
        return page

    def scope(self, query: Any) -> Any:
        actor = current_actor()
        if actor.place is None or not actor.may(self.permission):
            return query.filter(false())
        return query.filter(Event.within(actor.place))

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
