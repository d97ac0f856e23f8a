"""Actions on the ticked cases, as the table of transitions has them."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from admin_views import batch
from admin_views.case_forms import ReplyForm, reply_form
from admin_views.row_by_row import RowByRow
from domain.verification import BATCH_ACTIONS, BY_NAME, refusals
from operations import cases, review_queue
from operations.case_facts import CaseFacts
from web.access import current_actor


class CaseBatch(RowByRow):
    """A part of CaseView."""

    batch_actions = tuple(batch.BatchAction(one.name, one.label, one.tone) for one in BATCH_ACTIONS)

    def reasons_against(self, name: str, row: Any) -> list[str]:
        return list(refusals(BY_NAME[name], CaseFacts(row), current_actor(), "—"))

    def take(self, name: str, row_id: int, version: int) -> None:
        form = request.form
        cases.act(current_actor(), row_id, version, name,
                  reply=form.get("reply", ""), evidence=form.get("evidence", ""))  # fmt: skip

    def words_form(self, name: str, *, fresh: bool = False) -> ReplyForm:
        return reply_form(BY_NAME[name], fresh=fresh)

    def confirm_words(self, name: str) -> dict[str, Any]:
        return {"templates": [one.text for one in review_queue.reply_texts(current_actor(), name)]}

    def done_url(self, row_id: int) -> str:
        return url_for("cases.review", case_id=row_id)
