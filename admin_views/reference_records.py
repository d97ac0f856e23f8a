"""待核查数据: rows that could not be mended and were kept for reviewers to look at."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_

from admin_views.base import BackOfficeView, masked
from admin_views.cells import code
from admin_views.forms import ReasonForm
from admin_views.removing import Removable
from admin_views.revealing import RevealsIdNumber
from domain import normalizing
from domain.access import Permission
from domain.certificate_fields import BY_KEY, STORED
from domain.identifiers import IdProblem, mask_id, parse_id
from domain.vocabulary import TitleLevel
from listing.filters import GridFilter, between, contains, equals
from models import ReferenceRecord, id_digests
from operations import reference_records
from operations.dictionaries import today
from operations.dictionary_changes import series_names
from web.access import current_actor


class ReferenceRecordView(Removable, RevealsIdNumber, BackOfficeView):
    model_class = ReferenceRecord
    slug, label, icon = "reference_records", "待核查数据", "box"
    permission = Permission.REFERENCE_RECORDS
    subject = "reference_record"
    eager = (ReferenceRecord.office, ReferenceRecord.batch)
    removal_warning = "删掉以后不能恢复，审核时也不再看到它。原因会记在操作日志里。"

    column_list = (
        "name",
        "cert_no",
        "id_number",
        "title_level",
        "title",
        "awarding_body",
        "awarded_on",
        "wrong",
        "office",
    )
    column_labels = {"wrong": "缺什么、错什么", "office": "职改办", "title": "资格名称"}
    column_formatters = {
        "name": lambda row: row.name or "（空）",
        "cert_no": lambda row: code(row.cert_no) or "（空）",
        "id_number": masked,
        "wrong": lambda row: "、".join(dict.fromkeys(BY_KEY[key].header for key, _, _ in row.problems)),
        "office": lambda row: row.office.name,
    }
    sortable = ("id", "name")
    search_hint = "证书编号、身份证号或姓名"
    empty_text = "没有待核查数据。导入时选“留作待核查数据”，改不好的行就会放在这里"
    grid_filters = (
        GridFilter("level", "职称级别", "select", equals(ReferenceRecord.title_level), TitleLevel.choices),
        GridFilter(
            "series",
            "职称系列",
            "select",
            equals(ReferenceRecord.title_series),
            lambda: [(one, one) for one in series_names()],
        ),
        GridFilter("body", "授予单位", "text", contains(ReferenceRecord.awarding_body)),
        GridFilter("awarded", "授予时间", "month_range", between(ReferenceRecord.awarded_on)),
        GridFilter("kept", "留下的时间", "date_range", between(ReferenceRecord.created_at)),
    )

    def search_condition(self, typed: str) -> Any:
        number = normalizing.code(typed).replace(" ", "")
        try:
            by_id = ReferenceRecord.id_digest.in_(id_digests(parse_id(number, today()).number))
        except IdProblem:
            return or_(ReferenceRecord.cert_no == number, ReferenceRecord.name == normalizing.person_name(typed))
        return or_(ReferenceRecord.cert_no == number, by_id)

    def row_label(self, row: ReferenceRecord) -> str:
        return reference_records.called(row)

    def details_page(self, row: ReferenceRecord, revealed: str = "", **context: Any) -> str:
        special = {"id_number": self.id_number_cell(row, revealed)} if row.id_number else {}
        values = [(field.label, special.get(field.key) or self.cell(row, field.key) or "（空）") for field in STORED]
        problems = [(BY_KEY[key].header, _problem(key, typed, sentence)) for key, typed, sentence in row.problems]
        origin = [
            ("职改办", row.office.name),
            ("导入批次", f"{row.batch.number}，{row.batch.file_name}，{row.batch_sheet} 第 {row.batch_row} 行"),
            ("留下的时间", self.cell(row, "created_at")),
        ]
        groups = [("缺什么、错什么", problems), ("读出来的内容", values), ("来历", origin)]
        return super().details_page(row, **{"groups": groups, **context})

    def details_buttons(self, row: ReferenceRecord) -> list[dict[str, str]]:
        return [self.removal_button(row)]

    def removal_form(self) -> ReasonForm:
        return ReasonForm()

    def remove(self, row_id: int, form: Any) -> None:
        reference_records.remove(current_actor(), row_id, form.reason.data)


def _problem(key: str, typed: str, sentence: str) -> str:
    shown = mask_id(typed.strip()) if key == "id_number" else typed
    return f"表里写的是“{shown}”：{sentence}" if typed else sentence
