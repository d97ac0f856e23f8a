"""历年证书数据: the register as staff see it, search it, and look one record up with its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from admin_views.base import masked
from admin_views.batch import BatchAction
from admin_views.cells import code, linked, number_up_to, tag
from admin_views.listing_view import ListingView
from admin_views.record_history import history_of_record, origin_of
from admin_views.record_moves import MovesRecords, actions_for
from admin_views.revealing import RevealsIdNumber
from admin_views.screen import screen_url
from domain.access import Permission
from domain.certificate_fields import STORED
from domain.certificate_moves import BY_NAME, ON_RECORD
from domain.vocabulary import CertificateStatus
from listing.certificates import CERTIFICATES
from models import Certificate
from operations import lookups, register
from web.access import current_actor

TONES = {
    CertificateStatus.NORMAL: "ok",
    CertificateStatus.VOID_PENDING: "warn",
    CertificateStatus.VOID: "bad",
}


def status_cell(row: Certificate) -> Any:
    return tag(row.cert_status.label, TONES[row.cert_status])


def verified_cell(row: Certificate) -> Any:
    return tag("已审验", "ok") if row.is_public else tag("未审验")


class CertificateView(MovesRecords, RevealsIdNumber, ListingView):
    slug, label, icon = "certificates", "历年证书数据", "certificate"
    listing = CERTIFICATES
    permission = Permission.CERTIFICATES_READ
    batch_actions = actions_for(ON_RECORD)

    column_formatters = {
        "cert_no": lambda row: code(row.cert_no) or "无编号",
        "id_number": masked,
        "cert_status": status_cell,
        "verified_at": verified_cell,
    }
    search_hint = "证书编号、身份证号、手机号或姓名（姓名里的两个字也行）"
    empty_text = "还没有证书，请先导入"

    def actions_in(self, tab: str) -> Sequence[BatchAction]:
        """A tab of one status offers what can be done from it."""
        if tab not in set(CertificateStatus):
            return self.batch_actions
        return [action for action in self.batch_actions if tab in BY_NAME[action.name].sources]

    def pill(self) -> str:
        waiting = register.count_waiting_voids(current_actor(), 100)
        return number_up_to(99, waiting) if waiting else ""

    def list_context(self) -> dict[str, Any]:
        ways = (("导入", screen_url("imports"), "upload"), ("已删除", screen_url("deleted_certificates"), "box"))
        toolbar = [{"label": label, "url": address, "icon": icon} for label, address, icon in ways if address]
        return {**super().list_context(), "toolbar": toolbar}

    def details_groups(self, row: Certificate, revealed: str = "") -> list[tuple[str, list[tuple[str, Any]]]]:
        special = {"id_number": self.id_number_cell(row, revealed)}
        values = [(field.label, special.get(field.key) or self.cell(row, field.key)) for field in STORED]
        return [("证书内容", values), ("来历和状态", self._origin(row))]

    def _origin(self, row: Certificate) -> list[tuple[str, Any]]:
        origin = origin_of(row)
        came = (
            linked(origin[1], screen_url("imports", "batch_view", batch_id=origin[0].id))
            if origin
            else "审核通过时新建"
        )
        return [
            ("所属职改办", row.office.name),
            ("审验", verified_cell(row)),
            ("导入批次", came),
            ("查验码", code(row.verify_code)),
            ("被在线查验", f"{lookups.count_of(row.id):,} 次"),
            ("最近更新", self.cell(row, "updated_at")),
        ]

    def details_page(self, row: Certificate, revealed: str = "", **context: Any) -> str:
        history, trail = history_of_record(row), screen_url("audit", kind="certificate", search=row.cert_no)
        groups = self.details_groups(row, revealed)
        return super().details_page(row, groups=groups, history=history, trail_url=trail, **context)

    details_template = "admin/history.html"
