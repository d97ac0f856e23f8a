"""问题人员: people a 假证 decision has listed, with the reason they were told and the evidence kept inside."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from admin_views.base import BackOfficeView, masked
from admin_views.cells import plain, tag
from admin_views.revealing import RevealsIdNumber
from admin_views.screen import screen_url
from domain import normalizing
from domain.access import Permission
from domain.identifiers import IdProblem, parse_id
from extensions import db
from listing.filters import GridFilter, between
from models import ProblemPerson, VerificationCase, id_digest
from operations.dictionaries import today


def standing(row: ProblemPerson) -> Markup:
    return tag("已解除") if row.lifted_at else tag("在列", "bad")


def is_lifted(answer: str) -> Any:
    return ProblemPerson.lifted_at.is_not(None) if answer == "yes" else ProblemPerson.lifted_at.is_(None)


class ProblemPersonView(RevealsIdNumber, BackOfficeView):
    model_class = ProblemPerson
    slug, label, icon = "problem_persons", "问题人员", "warning"
    permission = Permission.PROBLEM_PERSONS_READ
    subject = "problem_person"
    eager = (ProblemPerson.office,)

    column_list = ("name", "id_number", "lifted_at", "reason", "listed_by", "listed_at", "office")
    column_labels = {
        "name": "姓名", "lifted_at": "状态", "reason": "给本人的回复", "listed_by": "认定人", "listed_at": "认定时间",
        "office": "职改办",
    }  # fmt: skip
    column_formatters = {"id_number": masked, "lifted_at": standing, "office": lambda row: row.office.name}
    sortable = ("id", "name", "listed_at")
    search_hint = "姓名或身份证号"
    empty_text = "没有问题人员"
    grid_filters = (
        GridFilter("lifted", "状态", "select", is_lifted, lambda: [("no", "在列"), ("yes", "已解除")]),
        GridFilter("listed", "认定时间", "date_range", between(ProblemPerson.listed_at)),
    )

    def search_condition(self, typed: str) -> Any:
        try:
            return ProblemPerson.id_digest == id_digest(parse_id(typed, today()).number)
        except IdProblem:
            return ProblemPerson.name == normalizing.person_name(typed)

    def row_label(self, row: ProblemPerson) -> str:
        return row.name

    def details_page(self, row: ProblemPerson, revealed: str = "", **context: Any) -> str:
        facts = [
            ("姓名", row.name), ("身份证号", self.id_number_cell(row, revealed)), ("状态", standing(row)),
            ("职改办", row.office.name), ("认定人", row.listed_by), ("认定时间", self.cell(row, "listed_at")),
            ("涉及的证书", self._case_link(row)), ("解除时间", plain(row.lifted_at) or "—"),
        ]  # fmt: skip
        reasons = [("给本人的回复", row.reason, True), ("内部证据", row.evidence, True)]
        groups = [("认定", facts), ("理由和证据", reasons)]
        return super().details_page(row, **{"groups": groups, **context})

    def _case_link(self, row: ProblemPerson) -> Any:
        case = db.session.get(VerificationCase, row.case_id)
        number = case.cert_no or "无编号" if case else ""
        address = screen_url("cases", tab="all", cert_no=number) if case and case.cert_no else None
        return Markup('<a href="{}">{}</a>').format(address, number) if address else number
