"""The moves of a certificate as staff make them: a button on its page, or an action on the ticked rows of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin_views.batch import BatchAction, as_id
from admin_views.forms import BackOfficeForm, words
from admin_views.row_by_row import RowByRow
from domain.access import Permission
from domain.certificate_moves import BY_NAME, Move, available, refusals
from domain.errors import DomainError, NotFound, StaleVersion
from domain.verification import Reply
from extensions import writing
from models import Certificate, DeletedCertificate, RecordColumns
from operations import register
from operations.register import LONGEST_REASON, RecordFacts
from web.access import can, current_actor


def actions_for(moves: tuple[Move, ...]) -> tuple[BatchAction, ...]:
    return tuple(BatchAction(move.name, move.label, move.tone, move.permission) for move in moves)


def reason_form(move: Move, *, fresh: bool = False) -> BackOfficeForm:
    """Return the form of one move; `fresh` shows it before anything was typed into it."""
    missing = f"“{move.label}”要写明原因，请填写原因" if move.reason is Reply.REQUIRED else ""
    reason = words("原因", missing, longest=LONGEST_REASON, lines=True, description="只有工作人员能看到")
    form_class: Callable[..., BackOfficeForm] = type("MoveForm", (BackOfficeForm,), {"reason": reason})
    return form_class(formdata=None) if fresh else form_class()


def record_label(row: RecordColumns) -> str:
    return f"{row.name}（{row.cert_no or '无编号'}）"


class MovesRecords(RowByRow):
    """A part of the views of certificates: `batch_actions` names the moves, `subject` is the audit trail's word."""

    subject = "certificate"
    write_permission = Permission.CERTIFICATE_CHANGES
    writes = ("create_view", "edit_view", "action_view", "move_view")

    def row_label(self, row: RecordColumns) -> str:
        return record_label(row)

    # On the ticked rows.

    def reasons_against(self, name: str, row: Any) -> list[str]:
        return list(refusals(BY_NAME[name], RecordFacts(row), current_actor(), "—"))

    def take(self, name: str, row_id: int, version: int) -> None:
        register.move(current_actor(), row_id, version, name, request.form.get("reason", ""))

    def words_form(self, name: str, *, fresh: bool = False) -> BackOfficeForm:
        return reason_form(BY_NAME[name], fresh=fresh)

    def confirm_words(self, name: str) -> dict[str, Any]:
        return {"warning": BY_NAME[name].meaning}

    def done_url(self, row_id: int) -> str:
        return url_for("certificates.details_view", id=row_id)

    # On the page of one record.

    def details_buttons(self: Any, row: Any) -> list[dict[str, str]]:
        buttons: list[dict[str, str]] = super().details_buttons(row)
        return buttons + [
            {
                "label": move.label,
                "url": url_for(f"{self.endpoint}.move_view", name=move.name, id=row.id),
                "tone": "danger" if move.tone == "bad" else "",
            }
            for move in available(RecordFacts(row), current_actor())
        ]

    @expose("/move/<name>/", methods=("GET", "POST"))
    def move_view(self: Any, name: str) -> str | Response | tuple[str, int]:
        row, move = self.one_or_404(), BY_NAME.get(name)
        if move is None or move.name not in {action.name for action in self.batch_actions}:
            abort(404)
        if not can(move.permission):
            abort(403)
        form, version = reason_form(move), request.form.get("version") or row.version
        if not form.validate_on_submit():
            return self.move_page(row, move, form, version)
        try:
            return self.moved(row.id, move, as_id(version) or 0)
        except NotFound:
            raise
        except DomainError as refusal:
            return self.not_moved(row.id, move, form, refusal)

    def moved(self: Any, row_id: int, move: Move, version: int) -> Response:
        with writing():
            label = record_label(register.move(current_actor(), row_id, version, move.name, request.form["reason"]))
        flash(f"{label}：已{move.verb}。", "ok")
        return redirect(page_of_record(row_id) or self.list_url(), 303)

    def not_moved(
        self: Any, row_id: int, move: Move, form: BackOfficeForm, refusal: DomainError
    ) -> str | Response | tuple[str, int]:
        """Show the record as it is now, with the reason that was typed and why it did not count."""
        row = self.get_one(row_id)
        if row is None:
            flash(refusal.sentence, "warn")
            return redirect(page_of_record(row_id) or self.list_url(), 303)
        form.show(refusal)
        page = self.move_page(row, move, form, row.version)
        return (page, 409) if isinstance(refusal, StaleVersion) else page

    def move_page(self: Any, row: Any, move: Move, form: BackOfficeForm, version: Any) -> str:
        facts = RecordFacts(row)
        return self.render(
            "admin/confirm.html", title=f"{move.label}：{record_label(row)}", form=form, tone=move.tone,
            hidden=[("version", version)], warning=move.meaning, submit_label=f"确认{move.label}",
            lead=f"现在是“{'已删除' if facts.deleted else facts.status.label}”。",
            cancel_url=url_for(f"{self.endpoint}.details_view", id=row.id),
            keep=f"{self.endpoint}-{row.id}/{row.version}/{move.name}",
        )  # fmt: skip


def page_of_record(row_id: int) -> str | None:
    """Return where a record is to be seen now: in the register, or among what was deleted from it."""
    for endpoint, table in (("certificates", Certificate), ("deleted_certificates", DeletedCertificate)):
        if register.stands_in(table, row_id):
            return url_for(f"{endpoint}.details_view", id=row_id)
    return None
