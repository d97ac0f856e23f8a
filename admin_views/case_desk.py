"""The page of one case: looking at it, deciding it, and the actions with a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from admin_views import batch, case_page
from admin_views.case_forms import ReplyForm, reply_form
from domain.access import Permission
from domain.certificate_fields import BY_KEY
from domain.certificate_rows import read_answers
from domain.errors import DomainError, StaleVersion
from domain.verification import BY_NAME, Transition
from domain.vocabulary import ObtainedBy, TitleLevel
from extensions import db, writing
from models import CasePhoto, Office, VerificationCase
from operations import case_drafts, cases, events, review_queue
from operations.certificates import values_of
from operations.dictionaries import dictionaries, titles
from web.access import current_actor
from web.photos import photo_response


class CaseDesk:
    """A part of CaseView."""

    @expose("/review/<int:case_id>/")
    def review(self: Any, case_id: int) -> str:
        return self.case_page(self.reachable(case_id))

    @expose("/first/")
    def first(self: Any) -> Response:
        """Open what has waited longest."""
        case = review_queue.first_waiting(current_actor())
        if case is None:
            flash("现在没有等着审核的证书。", "info")
            return redirect(url_for("cases.index_view"))
        return redirect(url_for("cases.review", case_id=case.id))

    def reachable(self: Any, case_id: int) -> VerificationCase:
        return cases.reviewable(current_actor(), case_id)

    def case_page(self: Any, case: VerificationCase, **more: Any) -> str:
        shown = case_page.context(case, current_actor())
        shown |= {"typed": MultiDict(), "problem": "", "revealed": "", **more}
        return self.render("admin/cases/review.html", **shown)

    def refused(self: Any, case_id: int, refusal: DomainError) -> str | tuple[str, int]:
        """Show the case as it is now, with what the reviewer typed and why it was not taken."""
        case, typed = self.reachable(case_id), request.form.copy()
        if isinstance(refusal, StaleVersion):
            typed["version"] = str(case.version)
        return self.case_page(case, typed=typed, problem=refusal.sentence), 409 if isinstance(
            refusal, StaleVersion
        ) else 200

    @expose("/review/<int:case_id>/decide/", methods=("POST",))
    def decide(self: Any, case_id: int) -> str | Response | tuple[str, int]:
        case = self.reachable(case_id)
        decision = case_page.decision_named(request.form.get("decision", ""))
        if decision is None:
            return self.case_page(case, typed=request.form, problem="还没有选审核结论，请选一个再提交")
        if decision.evidence and not batch.confirmed():
            return self.ask_evidence(case, decision)
        actor, following = current_actor(), review_queue.next_after(current_actor(), case)
        next_id = following.id if following else None
        try:
            with writing():
                decided = self.act(actor, case_id, decision)
                name = case_page.name_of(decided)
        except DomainError as refusal:
            return self.refused(case_id, refusal)
        self.tell(case_id, name, decision)
        return self.onward(next_id)

    def act(self: Any, actor: Any, case_id: int, transition: Transition, **more: Any) -> VerificationCase:
        """Take one case through one transition with what the form brought."""
        form = request.form
        ticked = "、".join(BY_KEY[key].label for key in form.getlist("matches_photo") if key in BY_KEY)
        return cases.act(
            actor, case_id, batch.as_id(form.get("version")) or 0, transition.name,
            reply=form.get("reply", ""), evidence=form.get("evidence", ""), checked=ticked, **more,
        )  # fmt: skip

    def ask_evidence(self: Any, case: VerificationCase, decision: Transition) -> str:
        """假证 is asked for once more, on a page of its own, with the evidence that stays inside."""
        form = reply_form(decision, reply=request.form.get("reply", ""))
        hidden = [("decision", decision.name), ("confirmed", "1"), ("version", request.form.get("version", ""))]
        return self.render(
            "admin/confirm.html", title=f"认定为假证：{case_page.name_of(case)}", form=form, hidden=hidden, tone="bad",
            warning="认定后这本证书不能公开查验，持证人会列入问题人员。认定错了可以用“恢复”撤回。",
            submit_label="确认是假证", cancel_url=url_for("cases.review", case_id=case.id),
            action_url=url_for("cases.decide", case_id=case.id),
            templates=[one.text for one in review_queue.reply_texts(current_actor(), decision.name)],
        )  # fmt: skip

    def tell(self: Any, case_id: int, name: str, transition: Transition) -> None:
        back = url_for("cases.step", case_id=case_id, name="take_back")
        told = Markup('<b>{}：{}。</b>点错了？<a href="{}">恢复</a>').format(name, transition.label, back)
        flash(told, "ok")

    def onward(self: Any, next_id: int | None) -> Response:
        if next_id is not None:
            return redirect(url_for("cases.review", case_id=next_id), 303)
        following = review_queue.first_waiting(current_actor())
        if following is not None:
            return redirect(url_for("cases.review", case_id=following.id), 303)
        flash("这一批审完了。", "info")
        return redirect(url_for("cases.index_view"), 303)

    # Actions with a page of their own: 恢复, 转办, 删除, 撤销删除.

    @expose("/review/<int:case_id>/<name>/", methods=("GET", "POST"))
    def step(self: Any, case_id: int, name: str) -> str | Response:
        case, transition = self.reachable(case_id), BY_NAME.get(name)
        if transition is None or not transition.by_office or transition.name == "correct":
            abort(404)
        form = reply_form(transition, targets=review_queue.hand_over_targets(current_actor(), case))
        if form.validate_on_submit():
            try:
                self.take_step(case_id, transition, form)
            except DomainError as refusal:
                form.show(refusal)
            else:
                return redirect(self.after_step(case_id), 303)
        return self.step_page(self.reachable(case_id), transition, form)

    def take_step(self: Any, case_id: int, transition: Transition, form: ReplyForm) -> None:
        actor, name = current_actor(), case_page.name_of(self.reachable(case_id))
        target = batch.as_id(form.to_office.data) if "to_office" in form else None
        with writing():
            self.act(actor, case_id, transition, to_office=db.session.get(Office, target) if target else None)
        flash(f"{name}：已{transition.label}。", "ok")

    def after_step(self: Any, case_id: int) -> str:
        case = db.session.get(VerificationCase, case_id)
        reached = case and case.place and current_actor().reaches(Permission.REVIEW, case.place)
        return url_for("cases.review", case_id=case_id) if reached else url_for("cases.index_view")

    def step_page(self: Any, case: VerificationCase, transition: Transition, form: ReplyForm) -> str:
        version = request.form.get("version") or case.version
        return self.render(
            "admin/confirm.html", title=f"{transition.label}：{case_page.name_of(case)}", form=form,
            hidden=[("version", version)], tone=transition.tone, submit_label=f"确认{transition.label}",
            cancel_url=url_for("cases.review", case_id=case.id),
            templates=[one.text for one in review_queue.reply_texts(current_actor(), transition.name)],
        )  # fmt: skip

    # The office's correction.

    @expose("/review/<int:case_id>/correct/", methods=("GET", "POST"))
    def correct(self: Any, case_id: int) -> str | Response | tuple[str, int]:
        case = self.reachable(case_id)
        if request.method == "GET":
            return self.correction_page(case, dict(case_page.correction_fields(case)), {}, case.version)
        kept = values_of(case, list(case_drafts.PORTAL_KEYS))
        answers = read_answers(request.form, kept, case_drafts.document_of(case.holder), dictionaries())
        if answers.problems:
            problems = {problem.key: problem.sentence for problem in answers.problems}
            return self.correction_page(case, self.typed_values(request.form), problems, request.form.get("version"))
        actor = current_actor()
        try:
            with writing():
                self.act(actor, case_id, BY_NAME["correct"], correction=answers.values)
        except DomainError as refusal:
            return self.refused(case_id, refusal)
        flash("更正已保存。现在可以选“待客户确认”，请本人确认。", "ok")
        return redirect(url_for("cases.review", case_id=case_id), 303)

    def typed_values(self: Any, form: Mapping[str, str]) -> dict[Any, str]:
        return {BY_KEY[key]: form.get(key, "") for key in case_drafts.PORTAL_KEYS}

    def correction_page(
        self, case: VerificationCase, fields: dict[Any, str], problems: dict[str, str], version: Any
    ) -> str:
        options = {
            "title_series": titles().series_names(),
            "title_level": [level.label for level in TitleLevel],
            "obtained_by": [way.label for way in ObtainedBy],
        }
        return self.render(
            "admin/cases/correct.html", case=case, fields=fields.items(), problems=problems, options=options,
            version=version, errors=problems,
        )  # fmt: skip

    # What the page shows of the person.

    @expose("/photo/<int:photo_id>/")
    def photo(self: Any, photo_id: int) -> FlaskResponse:
        photo = db.session.get(CasePhoto, photo_id)
        if photo is None:
            abort(404)
        self.reachable(photo.case_id)
        return photo_response(photo.key)

    @expose("/review/<int:case_id>/id-number/", methods=("POST",))
    def reveal(self: Any, case_id: int) -> str:
        """Show the whole ID number once and note who looked."""
        actor, case = current_actor(), self.reachable(case_id)
        with writing():
            events.record(actor, "view_id_number", ("holder", case.holder_id), "查看完整身份证号")
        case = self.reachable(case_id)
        return self.case_page(case, revealed=case.holder.id_number)
