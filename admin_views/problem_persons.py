"""问题人员: people a 假证 decision has listed, with the reason they were told and the evidence kept inside."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin_views.asking import Answer
from admin_views.base import BackOfficeView, masked
from admin_views.batch import BatchAction
from admin_views.cells import linked, plain, tag
from admin_views.forms import ReasonForm
from admin_views.history import history_of
from admin_views.revealing import RevealsIdNumber
from admin_views.row_by_row import RowByRow
from domain import normalizing
from domain.access import Permission
from domain.identifiers import IdProblem, parse_id
from extensions import db
from listing.filters import GridFilter, between
from models import ProblemPerson, VerificationCase, id_digests
from operations import problem_persons
from operations.dictionaries import today
from web.access import current_actor

MEANING = "解除以后，这个人再提交的证书又可以自动审核通过。认定为假证的那一件审验不变，要改请用“恢复”。"


def standing(row: ProblemPerson) -> Markup:
    return tag("已解除") if row.lifted_at else tag("在列", "bad")


def evidence(row: ProblemPerson) -> str:
    """What an office found stays with those who may review."""
    return row.evidence if current_actor().reaches(Permission.REVIEW, row.office.place) else "只有审核人员能看"


def is_lifted(answer: str) -> Any:
    return ProblemPerson.lifted_at.is_not(None) if answer == "yes" else ProblemPerson.lifted_at.is_(None)


class ProblemPersonView(RowByRow, RevealsIdNumber, BackOfficeView):
    model_class = ProblemPerson
    slug, label, icon = "problem_persons", "问题人员", "warning"
    permission = Permission.PROBLEM_PERSONS_READ
    write_permission = Permission.PROBLEM_PERSONS_LIFT
    writes = ("action_view", "lift_view")
    subject = "problem_person"
    eager = (ProblemPerson.office,)

    column_list = ("name", "id_number", "lifted_at", "reason", "evidence", "listed_by", "listed_at", "office")
    column_labels = {
        "name": "姓名", "lifted_at": "状态", "reason": "给本人的回复", "evidence": "内部证据", "listed_by": "认定人",
        "listed_at": "认定时间", "office": "职改办",
    }  # fmt: skip
    column_formatters = {
        "id_number": masked, "lifted_at": standing, "office": lambda row: row.office.name, "evidence": evidence,
    }  # fmt: skip
    sortable = ("id", "name", "listed_at")
    search_hint = "姓名或身份证号"
    empty_text = "没有问题人员"
    grid_filters = (
        GridFilter("lifted", "状态", "select", is_lifted, lambda: [("no", "在列"), ("yes", "已解除")]),
        GridFilter("listed", "认定时间", "date_range", between(ProblemPerson.listed_at)),
    )
    batch_actions = (BatchAction("lift", "解除", "info"),)

    def search_condition(self, typed: str) -> Any:
        try:
            return ProblemPerson.id_digest.in_(id_digests(parse_id(typed, today()).number))
        except IdProblem:
            return ProblemPerson.name == normalizing.person_name(typed)

    def row_label(self, row: ProblemPerson) -> str:
        return row.name

    def details_page(self, row: ProblemPerson, revealed: str = "", **context: Any) -> str:
        facts = [
            ("姓名", row.name), ("身份证号", self.id_number_cell(row, revealed)), ("状态", standing(row)),
            ("职改办", row.office.name), ("认定人", row.listed_by), ("认定时间", self.cell(row, "listed_at")),
            ("涉及的审验", self._case_link(row)),
        ]  # fmt: skip
        reasons = [("给本人的回复", row.reason, True), ("内部证据", evidence(row), True)]
        groups = [("认定", facts), ("理由和证据", reasons), *self._lifting(row), *self._others(row)]
        history = history_of("problem_person", row.id)
        return super().details_page(row, **{"groups": groups, "history": history, **context})

    details_template = "admin/history.html"

    def _lifting(self, row: ProblemPerson) -> list[Any]:
        if row.lifted_at is None:
            return []
        facts = [
            ("解除人", row.lifted_by or "—"),
            ("解除时间", plain(row.lifted_at)),
            ("原因", row.lift_reason or "—", True),
        ]
        return [("解除", facts)]

    def _others(self, row: ProblemPerson) -> list[Any]:
        """The same person may have been listed by another case as well."""
        place = current_actor().place
        others = problem_persons.other_listings(row, place) if place else []
        link = Markup('<a href="{}">{}，{}</a>　{}')
        facts = [
            (plain(one.listed_at), link.format(self.row_url(one), one.office.name, one.listed_by, standing(one)), True)
            for one in others
        ]
        return [("这个人的其他记录", facts)] if facts else []

    def _case_link(self, row: ProblemPerson) -> Any:
        case = db.session.get(VerificationCase, row.case_id)
        if case is None:
            return "—"
        words = case.cert_no or "无编号"
        reached = case.place is not None and current_actor().reaches(Permission.REVIEW, case.place)
        return linked(words, url_for("cases.review", case_id=case.id) if reached else None)

    # Lifting, one or many.

    def details_buttons(self, row: ProblemPerson) -> list[dict[str, str]]:
        if problem_persons.against_lifting(row, current_actor()):
            return []
        return [{"label": "解除", "url": url_for("problem_persons.lift_view", id=row.id), "tone": ""}]

    @expose("/lift/", methods=("GET", "POST"))
    def lift_view(self) -> Answer:
        row = self.one_or_404()
        refusal = problem_persons.against_lifting(row, current_actor())
        if refusal:
            flash(refusal.sentence, "warn")
            return redirect(url_for("problem_persons.details_view", id=row.id), 303)
        form, actor, row_id, name = ReasonForm(), current_actor(), row.id, row.name

        def lifted() -> Response:
            flash(f"{name}已不在问题人员里。", "ok")
            return redirect(url_for("problem_persons.details_view", id=row_id), 303)

        return self.asked(
            row, form, lambda: problem_persons.lift(actor, row_id, form.reason.data or ""), lifted,
            title=f"解除问题人员：{name}", submit_label="确认解除", warning=MEANING, tone="none",
        )  # fmt: skip

    def reasons_against(self, name: str, row: Any) -> list[str]:
        refusal = problem_persons.against_lifting(row, current_actor())
        return [refusal.sentence] if refusal else []

    def take(self, name: str, row_id: int, version: int) -> None:
        problem_persons.lift(current_actor(), row_id, request.form.get("reason", ""))

    def words_form(self, name: str, *, fresh: bool = False) -> ReasonForm:
        return ReasonForm(formdata=None) if fresh else ReasonForm()

    def confirm_words(self, name: str) -> dict[str, Any]:
        return {"warning": MEANING}

    def done_url(self, row_id: int) -> str:
        return url_for("problem_persons.details_view", id=row_id)
