"""证书审验: the queue of cases. One case: case_desk.py, case_steps.py; ticked rows: case_batch.py."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import or_

from admin_views import case_page
from admin_views.base import BackOfficeView, masked
from admin_views.case_batch import CaseBatch
from admin_views.case_desk import CaseDesk
from admin_views.case_steps import CaseSteps
from admin_views.cells import code, tag
from admin_views.grid import Tab
from domain.access import Permission
from domain.verification import PENDING_TAB_LABEL, CaseState
from domain.vocabulary import ObtainedBy, TitleLevel
from listing.filters import GridFilter, begins, between, contains, equals
from models import Holder, VerificationCase, id_digest
from operations import review_queue
from operations.dictionaries import titles
from web.access import current_actor

HELD_BY_HOLDER = (CaseState.NEEDS_CHANGES, CaseState.NEEDS_CONFIRMATION)


def in_state(*states: CaseState) -> Any:
    return lambda: VerificationCase.state.in_(states) & VerificationCase.deleted_at.is_(None)


def of_holder(column: Any, condition: Any) -> Any:
    """Return a condition on the case's holder."""
    return lambda value: VerificationCase.holder.has(condition(column)(value))


def series_options() -> list[tuple[str, str]]:
    return [(name, name) for name in titles().series_names()]


class CaseView(CaseDesk, CaseSteps, CaseBatch, BackOfficeView):
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
        return url_for("cases.review", case_id=row.id, **arguments)
