"""Actions on one case with a page of their own: 恢复, 转办, 删除, 撤销删除."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin_views import batch, case_page
from admin_views.case_forms import ReplyForm, reply_form
from domain.access import Permission
from domain.errors import DomainError, StaleVersion
from domain.verification import BY_NAME, Transition
from extensions import db, writing
from listing.cases import name_of
from models import Office, VerificationCase
from operations import review_queue
from web.access import current_actor


class CaseSteps:
    """A part of CaseView."""

    @expose("/review/<int:case_id>/<name>/", methods=("GET", "POST"))
    def step(self: Any, case_id: int, name: str) -> str | Response:
        case, transition = self.reachable(case_id), BY_NAME.get(name)
        if transition is None or not transition.by_office or transition.name == "correct":
            abort(404)
        form = reply_form(transition, targets=self.targets(transition, case))
        seen = batch.as_id(request.form.get("version")) or case.version
        if form.validate_on_submit():
            try:
                self.take_step(case_id, transition, form)
            except DomainError as refusal:
                form.show(refusal)
                seen = self.reachable(case_id).version if isinstance(refusal, StaleVersion) else seen
            else:
                return redirect(self.after_step(case_id), 303)
        return self.step_page(self.reachable(case_id), transition, form, seen)

    def targets(self, transition: Transition, case: VerificationCase | None = None) -> list[Office]:
        """Return the offices the action may pass to; only 转办 passes."""
        return review_queue.hand_over_targets(current_actor(), case) if transition.name == "hand_over" else []

    def take_step(self: Any, case_id: int, transition: Transition, form: ReplyForm) -> None:
        name, version = name_of(self.reachable(case_id)), batch.as_id(request.form.get("version")) or 0
        target = form.target.id if form.target else None
        with writing():
            self.act(case_id, transition, version, to_office=db.session.get(Office, target) if target else None)
        flash(f"{name}{transition.told}。", "ok")

    def after_step(self: Any, case_id: int) -> str:
        case = db.session.get(VerificationCase, case_id)
        reached = case and case.place and current_actor().reaches(Permission.REVIEW, case.place)
        return self.at("review", case_id) if reached else self.list_url()

    def step_page(self: Any, case: VerificationCase, transition: Transition, form: ReplyForm, seen: int) -> str:
        return self.render(
            "admin/confirm.html", title=f"{transition.label}：{name_of(case)}", form=form,
            hidden=[("version", seen)], warning=transition.meaning, tone=transition.tone, submit_label=f"确认{transition.label}",
            cancel_url=self.at("review", case.id), cancel_label="返回审核页",
            keep=case_page.keep_key(case, transition.name),
            office_names=[office.name for office in self.targets(transition, case)],
            templates=[one.text for one in review_queue.reply_texts(current_actor(), transition.name)],
        )  # fmt: skip
