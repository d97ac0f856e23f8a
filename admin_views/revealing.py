"""显示: a masked ID number shown whole to one who may act on it; each time leaves an event, and there is an end to it."""

from __future__ import annotations

from typing import Any

from flask import get_template_attribute, request
from flask_admin import expose
from markupsafe import Markup

from domain.errors import TooMany
from extensions import writing
from operations import looking
from web.access import current_actor


def note_number(subject: tuple[str, int], summary: str) -> None:
    """Note that whole ID numbers are about to be shown; raises TooMany where this person has seen enough of them."""
    with writing():
        may_see = looking.take_number(current_actor(), subject, summary)
    if not may_see:
        raise TooMany(looking.ENOUGH)


def note_pictures(subject: tuple[str, int], summary: str) -> None:
    with writing():
        looking.note_pictures(current_actor(), subject, summary)


class RevealsIdNumber:
    """For views of rows that carry an ID number; `subject` is what the audit trail calls such a row."""

    subject = ""

    @expose("/reveal/", methods=("POST",))
    def reveal_view(self) -> str:
        row = self.one_or_404(request.form.get("id", ""))  # type: ignore[attr-defined]
        number, name = row.id_number, row.name
        note_number((self.subject, row.id), f"查看{name}的完整身份证号")
        return self.details_page(self.one_or_404(row.id), revealed=number)  # type: ignore[attr-defined,no-any-return]

    def id_number_cell(self, row: Any, revealed: str = "") -> Markup:
        """Return the number masked with the button beside it, or whole once it was asked for."""
        draw = get_template_attribute("admin/_reveal.html", "id_number")
        return draw(row.masked_id, revealed, f"{self.endpoint}.reveal_view", row.id)  # type: ignore[attr-defined,no-any-return]
