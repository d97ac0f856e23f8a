"""Actions on the ticked cases: asked once for all, carried out one by one, each refusal named with its row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from admin_views import batch, case_page
from admin_views.case_forms import reply_form
from domain.errors import DomainError
from domain.verification import BATCH_ACTIONS, BY_NAME, Transition, refusals
from extensions import writing
from operations import cases, review_queue
from operations.case_facts import CaseFacts
from web.access import current_actor


class CaseBatch:
    """A part of CaseView."""

    batch_actions: Sequence[batch.BatchAction] = tuple(
        batch.BatchAction(one.name, one.label, one.tone) for one in BATCH_ACTIONS
    )

    def batch(self: Any, name: str, ids: list[int]) -> str | Response:
        transition, action = BY_NAME[name], next(one for one in self.batch_actions if one.name == name)
        form = reply_form(transition)
        if batch.confirmed() and form.validate_on_submit():
            return self.carry_out(transition, ids)
        plan = self.plan(transition, action, ids)
        chosen, able = self.chosen(ids), {row for row, _ in plan.able}
        carried = [("seen", f"{case.id}:{case.version}") for case in chosen]
        carried += [("rowid", case.id) for case in chosen if case.id not in able]
        texts = [one.text for one in review_queue.reply_texts(current_actor(), name)]
        return self.confirm_page(plan, form if batch.confirmed() else reply_form(transition, fresh=True),
                                 extra_hidden=carried, templates=texts)  # fmt: skip

    def plan(self: Any, transition: Transition, action: batch.BatchAction, ids: list[int]) -> batch.Plan:
        """Say of every ticked row whether it can take the action, before any words are asked for."""
        plan, actor = batch.Plan(action), current_actor()
        for case in self.chosen(ids):
            reasons = list(refusals(transition, CaseFacts(case), actor, "—"))
            if reasons:
                plan.skipped.append((case_page.name_of(case), "；".join(reasons)))
            else:
                plan.able.append((case.id, case_page.name_of(case)))
        return plan

    def carry_out(self: Any, transition: Transition, ids: list[int]) -> str:
        """Each row is a change of its own: one that cannot take the action does not hold up the others."""
        actor, seen = current_actor(), self.versions_seen()
        done: list[tuple[str, str]] = []
        skipped: list[tuple[str, str]] = []
        named = {case.id: case_page.name_of(case) for case in self.chosen(ids)}
        for case_id, name in named.items():
            try:
                with writing():
                    cases.act(actor, case_id, seen.get(case_id, 0), transition.name,
                              reply=request.form.get("reply", ""), evidence=request.form.get("evidence", ""))  # fmt: skip
            except DomainError as refusal:
                skipped.append((name, refusal.sentence))
            else:
                done.append((name, url_for("cases.review", case_id=case_id)))
        return self.result_page(transition.label, done, skipped)

    def versions_seen(self: Any) -> dict[int, int]:
        pairs = (pair.partition(":") for pair in request.form.getlist("seen"))
        return {batch.as_id(case) or 0: batch.as_id(version) or 0 for case, _, version in pairs}
