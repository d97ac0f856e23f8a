"""历年证书数据: the register as staff see it, search it, and look one record up with its history."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_

from admin_views.base import BackOfficeView, masked
from admin_views.cells import code, tag
from admin_views.history import History, history_of
from admin_views.revealing import RevealsIdNumber
from admin_views.screen import screen_url
from domain import normalizing
from domain.access import Permission
from domain.certificate_fields import LISTED, STORED
from domain.identifiers import IdProblem, parse_id
from domain.vocabulary import CertificateStatus, TitleLevel
from extensions import db
from listing.filters import GridFilter, begins, between, contains, equals
from models import Certificate, ImportBatch, id_digest
from operations import lookups
from operations.dictionaries import today
from operations.dictionary_changes import series_names

TONES = {
    CertificateStatus.NORMAL: "ok",
    CertificateStatus.VOID_PENDING: "warn",
    CertificateStatus.VOID: "bad",
}
FEWEST_INSIDE = 2
VERIFIED = [("yes", "已审验"), ("no", "未审验")]


def status_cell(row: Certificate) -> Any:
    return tag(row.cert_status.label, TONES[row.cert_status])


def verified_cell(row: Certificate) -> Any:
    return tag("已审验", "ok") if row.is_public else tag("未审验")


def is_verified(answer: str) -> Any:
    return Certificate.verified_at.is_not(None) if answer == "yes" else Certificate.verified_at.is_(None)


_MORE = [field.key for field in LISTED if field.key not in ("cert_no", "name")]


class CertificateView(RevealsIdNumber, BackOfficeView):
    model_class = Certificate
    slug, label, icon = "certificates", "历年证书数据", "certificate"
    permission = Permission.CERTIFICATES_READ
    subject = "certificate"

    column_list = ("cert_no", "name", "verified_at", "cert_status", *_MORE)
    column_labels = {"verified_at": "审验", "office": "所属职改办"}
    column_formatters = {
        "cert_no": lambda row: code(row.cert_no) or "无编号",
        "id_number": masked,
        "cert_status": status_cell,
        "verified_at": verified_cell,
    }
    sortable = ("id", "name", "cert_no", "awarded_on")
    search_hint = "证书编号、身份证号或姓名（姓名里的两个字也行）"
    empty_text = "还没有证书，请先导入"
    grid_filters = (
        GridFilter("status", "证书状态", "select", equals(Certificate.cert_status), CertificateStatus.choices),
        GridFilter("verified", "审验", "select", is_verified, lambda: VERIFIED),
        GridFilter("level", "职称级别", "select", equals(Certificate.title_level), TitleLevel.choices),
        GridFilter(
            "series",
            "职称系列",
            "select",
            equals(Certificate.title_series),
            lambda: [(one, one) for one in series_names()],
        ),
        GridFilter("body", "授予单位", "text", contains(Certificate.awarding_body)),
        GridFilter("awarded", "授予时间", "month_range", between(Certificate.awarded_on)),
    )

    def search_condition(self, typed: str) -> Any:
        """A whole number, a whole ID number, or a name: its beginning, or two characters inside it."""
        number = normalizing.code(typed).replace(" ", "")
        try:
            by_id = Certificate.id_digest == id_digest(parse_id(number, today()).number)
        except IdProblem:
            by_id = None
        if any(sign.isdigit() for sign in number):
            by_number = Certificate.cert_no == number
            return by_number if by_id is None else or_(by_number, by_id)
        name = normalizing.person_name(typed)
        return contains(Certificate.name)(name) if len(name) >= FEWEST_INSIDE else begins(Certificate.name)(name)

    def row_label(self, row: Certificate) -> str:
        return f"{row.name}（{row.cert_no or '无编号'}）"

    def list_context(self) -> dict[str, Any]:
        imports = screen_url("imports")
        toolbar = [{"label": "导入", "url": imports, "icon": "upload"}] if imports else []
        return {**super().list_context(), "toolbar": toolbar}

    def details_groups(self, row: Certificate, revealed: str = "") -> list[tuple[str, list[tuple[str, Any]]]]:
        special = {"id_number": self.id_number_cell(row, revealed)}
        values = [(field.label, special.get(field.key) or self.cell(row, field.key)) for field in STORED]
        return [("证书内容", values), ("来历和状态", self._origin(row))]

    def _origin(self, row: Certificate) -> list[tuple[str, Any]]:
        batch = db.session.get(ImportBatch, row.batch_id) if row.batch_id else None
        came = (
            f"{batch.number}，{batch.file_name}，{row.batch_sheet} 第 {row.batch_row} 行" if batch else "审核通过时新建"
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
        history: History = history_of("certificate", row.id)
        groups = self.details_groups(row, revealed)
        return super().details_page(row, groups=groups, history=history, **context)

    details_template = "admin/certificates/details.html"
