"""已删除的证书: what offices deleted from the register, to be looked at and brought back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_

from admin_views.base import BackOfficeView, masked
from admin_views.cells import code
from admin_views.record_history import history_of_record
from admin_views.record_moves import MovesRecords, actions_for
from admin_views.revealing import RevealsIdNumber
from admin_views.screen import screen_url
from domain import normalizing
from domain.access import Permission
from domain.certificate_fields import STORED
from domain.certificate_moves import MOVES
from domain.identifiers import IdProblem, parse_id
from domain.vocabulary import TitleLevel
from listing.filters import GridFilter, between, equals
from models import DeletedCertificate, id_digests
from operations.dictionaries import today


class DeletedCertificateView(MovesRecords, RevealsIdNumber, BackOfficeView):
    model_class = DeletedCertificate
    slug, label, icon = "deleted_certificates", "已删除的证书", "box"
    permission = Permission.CERTIFICATES_READ
    in_menu = False
    eager = (DeletedCertificate.office,)

    column_list = ("cert_no", "name", "id_number", "title_level", "title", "awarding_body", "deleted_at", "deleted_by",
                   "delete_reason")  # fmt: skip
    column_labels = {"deleted_at": "删除时间", "deleted_by": "删除人", "delete_reason": "原因"}
    column_formatters = {"cert_no": lambda row: code(row.cert_no) or "无编号", "id_number": masked}
    sortable = ("id", "name", "cert_no", "deleted_at")
    default_sort = "-deleted_at"
    search_hint = "证书编号、身份证号或姓名"
    empty_text = "没有已删除的证书"
    grid_filters = (
        GridFilter("level", "职称级别", "select", equals(DeletedCertificate.title_level), TitleLevel.choices),
        GridFilter("deleted", "删除时间", "date_range", between(DeletedCertificate.deleted_at)),
    )
    batch_actions = actions_for(tuple(move for move in MOVES if move.restores))

    def search_condition(self, typed: str) -> Any:
        """Few rows stand here: a whole number, a whole ID number or a whole name."""
        number = normalizing.code(typed).replace(" ", "")
        same = or_(DeletedCertificate.cert_no == number, DeletedCertificate.name == normalizing.person_name(typed))
        try:
            return or_(same, DeletedCertificate.id_digest.in_(id_digests(parse_id(number, today()).number)))
        except IdProblem:
            return same

    def list_context(self) -> dict[str, Any]:
        back = {"label": "历年证书数据", "url": screen_url("certificates"), "icon": "certificate"}
        return {**super().list_context(), "toolbar": [back]}

    def details_page(self, row: DeletedCertificate, revealed: str = "", **context: Any) -> str:
        special = {"id_number": self.id_number_cell(row, revealed)}
        values = [(field.label, special.get(field.key) or self.cell(row, field.key)) for field in STORED]
        deleted = [
            *((self.label_of(name), self.cell(row, name)) for name in ("deleted_at", "deleted_by", "delete_reason")),
            ("所属职改办", row.office.name),
        ]
        groups = [("删除", deleted), ("证书内容", values)]
        return super().details_page(row, groups=groups, history=history_of_record(row), **context)

    details_template = "admin/history.html"
