"""证书审验: the queue, the case page, and every action on cases. What may be done stands in domain.verification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import or_
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from admin_views import batch, case_page
from admin_views.base import BackOfficeView, masked
from admin_views.case_forms import ReplyForm, reply_form
from admin_views.cells import code, tag
from admin_views.filters import GridFilter, begins, between, contains, equals
from admin_views.grid import Tab
from domain.access import Permission
from domain.certificate_fields import BY_KEY
from domain.certificate_rows import read_answers
from domain.errors import DomainError, StaleVersion
from domain.verification import BATCH_ACTIONS, BY_NAME, PENDING_TAB_LABEL, CaseState, Transition, refusals
from domain.vocabulary import ObtainedBy, TitleLevel
from extensions import db, writing
from models import CasePhoto, Holder, Office, VerificationCase, id_digest
from operations import case_drafts, cases, events, review_queue
from operations.case_facts import CaseFacts
from operations.certificates import values_of
from operations.dictionaries import dictionaries, titles
from web.access import current_actor
from web.photos import photo_response

HELD_BY_HOLDER = (CaseState.NEEDS_CHANGES, CaseState.NEEDS_CONFIRMATION)


def in_state(*states: CaseState) -> Any:
    return lambda: VerificationCase.state.in_(states) & VerificationCase.deleted_at.is_(None)


def of_holder(column: Any, condition: Any) -> Any:
    """Return a condition on the case's holder."""
    return lambda value: VerificationCase.holder.has(condition(column)(value))


def series_options() -> list[tuple[str, str]]:
    return [(name, name) for name in titles().series_names()]


class CaseView(BackOfficeView):
    slug = "cases"
    label = "证书审验"
    icon = "list"
    model_class = VerificationCase
    permission = Permission.REVIEW
    eager = (VerificationCase.holder, VerificationCase.office)

    column_list = (
        "state", "submitted_at", "cert_no", "holder", "former_name", "id_number", "title_level", "title_series", "title",
        "obtained_by", "specialty", "awarding_body",
    )  # fmt: skip
    column_labels = {
        "state": "审核状态", "submitted_at": "提交时间", "holder": "持证人", "former_name": "曾用名",
    }  # fmt: skip
    column_formatters = {
        "state": lambda case: (
            tag("已删除", "none") if case.deleted else tag(case.state.label, case.state.tone, case.state.icon)
        ),
        "cert_no": lambda case: code(case.cert_no),
        "holder": lambda case: case.holder.name,
        "id_number": lambda case: masked(case.holder),
    }
    sortable = ("submitted_at", "cert_no", "title", "awarding_body", "id")
    default_sort = "submitted_at"
    search_hint = "证书编号、身份证号或姓名"
    empty_text = "没有符合条件的审验"
    tabs = (
        Tab("pending", PENDING_TAB_LABEL, in_state(CaseState.PENDING), counted=True),
        Tab("onsite", CaseState.ONSITE.label, in_state(CaseState.ONSITE), counted=True),
        Tab("holder", "待本人处理", in_state(*HELD_BY_HOLDER), counted=True),
        Tab("approved", CaseState.APPROVED.label, in_state(CaseState.APPROVED, CaseState.AUTO_APPROVED)),
        Tab("rejected", CaseState.REJECTED.label, in_state(CaseState.REJECTED)),
        Tab("counterfeit", CaseState.COUNTERFEIT.label, in_state(CaseState.COUNTERFEIT)),
        Tab("draft", CaseState.DRAFT.label, in_state(CaseState.DRAFT)),
        Tab("deleted", "已删除", lambda: VerificationCase.deleted_at.is_not(None)),
        Tab("all", "全部"),
    )
    grid_filters = (
        GridFilter("cert_no", "证书编号", "text", begins(VerificationCase.cert_no)),
        GridFilter("holder", "持证人", "text", of_holder(Holder.name, begins)),
        GridFilter("former_name", "曾用名", "text", begins(VerificationCase.former_name)),
        GridFilter("level", "职称级别", "select", equals(VerificationCase.title_level), TitleLevel.choices),
        GridFilter("series", "职称系列", "select", equals(VerificationCase.title_series), series_options),
        GridFilter("title", "资格名称", "text", begins(VerificationCase.title)),
        GridFilter("obtained_by", "获取方式", "select", equals(VerificationCase.obtained_by), ObtainedBy.choices),
        GridFilter("specialty", "专业", "text", contains(VerificationCase.specialty)),
        GridFilter("body", "授予单位", "text", contains(VerificationCase.awarding_body)),
        GridFilter("awarded", "授予时间", "month_range", between(VerificationCase.awarded_on)),
        GridFilter("submitted", "提交时间", "date_range", between(VerificationCase.submitted_at)),
    )
    batch_actions = tuple(batch.BatchAction(one.name, one.label, one.tone) for one in BATCH_ACTIONS)

    def pill(self) -> str:
        waiting = review_queue.count_waiting(current_actor())
        return ("99+" if waiting > 99 else str(waiting)) if waiting else ""

    def search_condition(self, typed: str) -> Any:
        number, person = VerificationCase.cert_no == typed, VerificationCase.holder.has(Holder.name.startswith(typed))
        if typed.isascii():
            return or_(number, VerificationCase.holder.has(id_digest=id_digest(typed.upper())))
        return person

    def row_label(self, row: VerificationCase) -> str:
        return case_page.name_of(row)

    def row_url(self, row: VerificationCase, **arguments: str) -> str:
        return url_for("cases.review", case_id=row.id)

    # The case page.

    @expose("/review/<int:case_id>/")
    def review(self, case_id: int) -> str:
        return self.case_page(self.reachable(case_id))

    @expose("/first/")
    def first(self) -> Response:
        """Open what has waited longest."""
        case = review_queue.first_waiting(current_actor())
        if case is None:
            flash("现在没有等着审核的证书。", "info")
            return redirect(url_for("cases.index_view"))
        return redirect(url_for("cases.review", case_id=case.id))

    def reachable(self, case_id: int) -> VerificationCase:
        return cases.reviewable(current_actor(), case_id)

    def case_page(self, case: VerificationCase, **more: Any) -> str:
        shown = case_page.context(case, current_actor())
        shown |= {"typed": MultiDict(), "problem": "", "revealed": "", **more}
        return self.render("admin/cases/review.html", **shown)

    def refused(self, case_id: int, refusal: DomainError) -> str | tuple[str, int]:
        """Show the case as it is now, with what the reviewer typed and why it was not taken."""
        case, typed = self.reachable(case_id), request.form.copy()
        if isinstance(refusal, StaleVersion):
            typed["version"] = str(case.version)
        return self.case_page(case, typed=typed, problem=refusal.sentence), 409 if isinstance(
            refusal, StaleVersion
        ) else 200

    @expose("/review/<int:case_id>/decide/", methods=("POST",))
    def decide(self, case_id: int) -> str | Response | tuple[str, int]:
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

    def act(self, actor: Any, case_id: int, transition: Transition, **more: Any) -> VerificationCase:
        """Take one case through one transition with what the form brought."""
        form = request.form
        ticked = "、".join(BY_KEY[key].label for key in form.getlist("matches_photo") if key in BY_KEY)
        return cases.act(
            actor, case_id, batch.as_id(form.get("version")) or 0, transition.name,
            reply=form.get("reply", ""), evidence=form.get("evidence", ""), checked=ticked, **more,
        )  # fmt: skip

    def ask_evidence(self, case: VerificationCase, decision: Transition) -> str:
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

    def tell(self, case_id: int, name: str, transition: Transition) -> None:
        back = url_for("cases.step", case_id=case_id, name="take_back")
        told = Markup('<b>{}：{}。</b>点错了？<a href="{}">恢复</a>').format(name, transition.label, back)
        flash(told, "ok")

    def onward(self, next_id: int | None) -> Response:
        if next_id is not None:
            return redirect(url_for("cases.review", case_id=next_id), 303)
        following = review_queue.first_waiting(current_actor())
        if following is not None:
            return redirect(url_for("cases.review", case_id=following.id), 303)
        flash("这一批审完了。", "info")
        return redirect(url_for("cases.index_view"), 303)

    # Actions with a page of their own: 恢复, 转办, 删除, 撤销删除.

    @expose("/review/<int:case_id>/<name>/", methods=("GET", "POST"))
    def step(self, case_id: int, name: str) -> str | Response:
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

    def take_step(self, case_id: int, transition: Transition, form: ReplyForm) -> None:
        actor, name = current_actor(), case_page.name_of(self.reachable(case_id))
        target = batch.as_id(form.to_office.data) if "to_office" in form else None
        with writing():
            self.act(actor, case_id, transition, to_office=db.session.get(Office, target) if target else None)
        flash(f"{name}：已{transition.label}。", "ok")

    def after_step(self, case_id: int) -> str:
        case = db.session.get(VerificationCase, case_id)
        reached = case and case.place and current_actor().reaches(Permission.REVIEW, case.place)
        return url_for("cases.review", case_id=case_id) if reached else url_for("cases.index_view")

    def step_page(self, case: VerificationCase, transition: Transition, form: ReplyForm) -> str:
        version = request.form.get("version") or case.version
        return self.render(
            "admin/confirm.html", title=f"{transition.label}：{case_page.name_of(case)}", form=form,
            hidden=[("version", version)], tone=transition.tone, submit_label=f"确认{transition.label}",
            cancel_url=url_for("cases.review", case_id=case.id),
            templates=[one.text for one in review_queue.reply_texts(current_actor(), transition.name)],
        )  # fmt: skip

    # The office's correction.

    @expose("/review/<int:case_id>/correct/", methods=("GET", "POST"))
    def correct(self, case_id: int) -> str | Response | tuple[str, int]:
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

    def typed_values(self, form: Mapping[str, str]) -> dict[Any, str]:
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
    def photo(self, photo_id: int) -> FlaskResponse:
        photo = db.session.get(CasePhoto, photo_id)
        if photo is None:
            abort(404)
        self.reachable(photo.case_id)
        return photo_response(photo.key)

    @expose("/review/<int:case_id>/id-number/", methods=("POST",))
    def reveal(self, case_id: int) -> str:
        """Show the whole ID number once and note who looked."""
        actor, case = current_actor(), self.reachable(case_id)
        with writing():
            events.record(actor, "view_id_number", ("holder", case.holder_id), "查看完整身份证号")
        case = self.reachable(case_id)
        return self.case_page(case, revealed=case.holder.id_number)

    # Actions on the ticked rows.

    def batch(self, name: str, ids: list[int]) -> str | Response:
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

    def plan(self, transition: Transition, action: batch.BatchAction, ids: list[int]) -> batch.Plan:
        """Say of every ticked row whether it can take the action, before any words are asked for."""
        plan, actor = batch.Plan(action), current_actor()
        for case in self.chosen(ids):
            reasons = list(refusals(transition, CaseFacts(case), actor, "—"))
            if reasons:
                plan.skipped.append((case_page.name_of(case), "；".join(reasons)))
            else:
                plan.able.append((case.id, case_page.name_of(case)))
        return plan

    def carry_out(self, transition: Transition, ids: list[int]) -> str:
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

    def versions_seen(self) -> dict[int, int]:
        pairs = (pair.partition(":") for pair in request.form.getlist("seen"))
        return {batch.as_id(case) or 0: batch.as_id(version) or 0 for case, _, version in pairs}
