"""Actions on the ticked cases, as the table of transitions has them, and on all that match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

import jobs
from admin_views import batch
from admin_views.big_grid import MOST_AT_ONCE
from admin_views.case_forms import ReplyForm, reply_form
from admin_views.row_by_row import RowByRow
from domain import normalizing
from domain.access import Permission
from domain.verification import BATCH_ACTIONS, BY_NAME, ONE_BY_ONE, Transition, refusals
from extensions import db, writing
from listing.cases import actions_of
from models import Office, VerificationCase
from operations import cases, review_queue
from operations.case_facts import CaseFacts
from web.access import current_actor

AT_ONCE = 200
"""So many cases are decided while somebody waits; more goes to the background."""


class CaseBatch(RowByRow):
    """A part of CaseView."""

    batch_actions: Sequence[batch.BatchAction] = tuple(
        batch.BatchAction(one.name, one.label, one.tone, for_all=one.name not in ONE_BY_ONE) for one in BATCH_ACTIONS
    )

    def actions_in(self, tab: str) -> list[batch.BatchAction]:
        names = {one.name for one in actions_of(tab)}
        return [one for one in self.batch_actions if one.name in names]

    # On the ticked rows.

    def reasons_against(self, name: str, row: Any) -> list[str]:
        return list(refusals(BY_NAME[name], CaseFacts(row), current_actor(), "—"))

    def take(self, name: str, row_id: int, version: int) -> None:
        said = said_in_form()
        target = db.session.get(Office, said["to_office"]) if said["to_office"] else None
        cases.act(current_actor(), row_id, version, name,
                  reply=said["reply"], evidence=request.form.get("evidence", ""), to_office=target)  # fmt: skip

    def words_form(self: Any, name: str, *, fresh: bool = False) -> ReplyForm:
        return reply_form(BY_NAME[name], targets=self.targets(BY_NAME[name]), fresh=fresh)

    def confirm_words(self: Any, name: str) -> dict[str, Any]:
        texts = [one.text for one in review_queue.reply_texts(current_actor(), name)]
        return {
            "warning": BY_NAME[name].meaning,
            "templates": texts,
            "office_names": [office.name for office in self.targets(BY_NAME[name])],
        }

    def done_url(self, row_id: int) -> str | None:
        """What was passed on to an office elsewhere is out of sight."""
        case = db.session.get(VerificationCase, row_id)
        reached = case and case.place and current_actor().reaches(Permission.REVIEW, case.place)
        return url_for("cases.review", case_id=row_id) if reached else None

    # On all that match, as they were when the list was read.

    @expose("/action/", methods=("GET", "POST"))
    def action_view(self: Any) -> str | Response:
        if request.form.get("all_matching") != "1":
            return super().action_view()
        name = request.form.get("action", "")
        if name not in {one.name for one in self.batch_actions if one.for_all}:
            abort(404)
        return self.batch_of_all(name)

    def batch_of_all(self: Any, name: str) -> str | Response:
        """Take the action to a few here; to more in the background, and to none that nobody has counted."""
        grid, seen = self.grid_of(request.args), batch.as_id(request.form.get("seen_event")) or 0
        if grid.recounted.kind != "exact":
            flash(f"条数太多，一次最多办 {MOST_AT_ONCE:,} 件，请再加一个筛选条件。", "warn")
            return redirect(self.list_url(), 303)
        if grid.recounted.number > AT_ONCE:
            return self.ask_background(grid, BY_NAME[name], seen)
        ids = [one.id for page in grid.selection.pages(AT_ONCE) for one in page]
        there = list(grid.selection.unchanged(ids, seen))
        if not there:
            flash("列出的记录刚刚都有人处理过，请看看现在的列表。", "warn")
            return redirect(self.list_url(), 303)
        return self.batch(name, there)

    def ask_background(self: Any, grid: Any, transition: Transition, seen: int) -> str | Response:
        form, actor = self.words_form(transition.name), current_actor()
        if not (batch.confirmed() and form.validate_on_submit()):
            return self.confirm_all(grid, transition, seen, form)
        with writing():
            job_id = jobs.batches.ask_for(actor, grid.selection, transition, seen, said_in_form()).id
        jobs.wake(job_id)
        flash("件数较多，正在后台逐件办理。可以离开本页，办完后到这里看逐件的结果。", "info")
        return redirect(url_for("tasks.index_view"), 303)

    def confirm_all(self: Any, grid: Any, transition: Transition, seen: int, form: ReplyForm) -> str:
        """Count what can take the action by its state; what else speaks against a single case is told at the end."""
        selected, kept = grid.recounted.number, VerificationCase.deleted_at.is_(None)
        fits = VerificationCase.state.in_(transition.sources), ~kept if transition.restores else kept
        able = min(grid.selection.among(*fits).count(MOST_AT_ONCE).number, selected)
        hidden = [("action", transition.name), ("confirmed", "1"), ("all_matching", "1"), ("seen_event", seen)]
        wanted = ["已删除"] if transition.restores else [state.label for state in transition.sources]
        why = f"将跳过的现在不是“{'”“'.join(wanted)}”。" if able < selected else ""
        return self.render(
            "admin/confirm.html", title=transition.label, submit_label=f"确认{transition.label}", tone=transition.tone,
            lead=f"在后台逐件办理；打开列表以后新来的和有人动过的不算在内。{why}", hidden=hidden,
            counts={"selected": selected, "able": able, "skipped": selected - able},
            form=form if batch.confirmed() else self.words_form(transition.name, fresh=True),
            action_url=grid.action_url(), cancel_url=self.list_url(),
            keep=batch.keep_key(self.slug, transition.name, [f"all:{seen}"]), **self.confirm_words(transition.name),
        )  # fmt: skip


def said_in_form() -> dict[str, Any]:
    """Return the words of the form; the office that was named goes along by its number."""
    named = Office.named(normalizing.text(request.form.get("to_office", "")))
    return {"reply": request.form.get("reply", ""), "to_office": named.id if named else None}
