"""证书审验: the queue of cases. One case: case_desk.py, case_steps.py; ticked rows: case_batch.py."""

from __future__ import annotations

from typing import Any

from flask import url_for

from admin_views.base import masked
from admin_views.case_batch import CaseBatch
from admin_views.case_desk import CaseDesk
from admin_views.case_steps import CaseSteps
from admin_views.cells import code, number_up_to, tag
from admin_views.listing_view import ListingView
from domain.access import Permission
from domain.verification import OFFICE_TURN
from listing.cases import CASES, STATES_OF_TAB, name_of
from models import VerificationCase
from operations import review_queue
from web.access import current_actor


class CaseView(CaseDesk, CaseSteps, CaseBatch, ListingView):
    slug = "cases"
    label = "证书审验"
    icon = "list"
    listing = CASES
    permission = Permission.REVIEW

    column_formatters = {
        "state": lambda case: (
            tag("已删除", "none") if case.deleted else tag(case.state.label, case.state.tone, case.state.icon)
        ),
        "cert_no": lambda case: code(case.cert_no) or "无编号",
        "id_number": lambda case: masked(case.holder),
    }
    search_hint = "证书编号、身份证号、手机号或姓名（姓名里的两个字也行）"
    empty_text = "没有符合条件的审验"

    def list_context(self) -> dict[str, Any]:
        """From what waits, the first case that can be decided is one step away, in the list as it is filtered and sorted."""
        grid = self.grid_here()
        tab = grid.tab.name if grid.tab else ""
        kept = grid.arguments()
        first = {
            "url": url_for("cases.first", **kept),
            "label": "从第一件开始审",
            "icon": "arrow-right",
            "of_rows": True,
        }
        waits = set(STATES_OF_TAB.get(tab, ())) & set(OFFICE_TURN)
        return {**super().list_context(), "toolbar": [first] if waits else []}

    def pill(self) -> str:
        waiting = review_queue.count_waiting(current_actor())
        return number_up_to(99, waiting) if waiting else ""

    def row_label(self, row: VerificationCase) -> str:
        return name_of(row)

    def row_url(self, row: VerificationCase, **arguments: str) -> str:
        return url_for("cases.review", case_id=row.id, **arguments)
