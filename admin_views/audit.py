"""操作日志: who did what and when in the subtree. It is only read; nothing here can be changed, by anyone."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import false

from admin_views.base import BackOfficeView
from admin_views.history import changes_of
from domain.access import Permission, Role
from domain.verification import TRANSITIONS
from domain.vocabulary import OfficeKind
from listing.filters import GridFilter, begins, between, equals
from models import Event
from web.access import current_actor

ACTIONS = {
    "sign_in": "登录", "change_password": "修改自己的密码", "view_id_number": "查看完整身份证号",
    "open_account": "新建账户", "disable_account": "停用账户", "enable_account": "启用账户",
    "reset_password": "重置密码", "give_role": "给予或收回管理员", "rename_account": "账户改姓名",
    "create_office": "新建机构", "change_office": "修改机构", "rename_office": "机构改名", "move_office": "机构换上级",
    "close_office": "停用机构", "add_awarding_body": "新增授予单位", "change_awarding_body": "修改授予单位",
    "add_title": "职称目录新增", "change_title": "职称目录修改", "remove_title": "职称目录删除",
    "add_reading": "获取方式新增写法", "change_reading": "获取方式修改写法", "remove_reading": "获取方式删除写法",
    "add_reply_text": "新增回复模板", "change_reply_text": "修改回复模板", "remove_reply_text": "删除回复模板",
    "create_certificate": "新建证书记录", "change_certificate": "更新证书记录", "restore_certificate": "还原证书记录",
    "remove_certificate": "撤去证书记录", "import_certificates": "导入批次", "abandon_import": "放弃批次",
    "download_errors": "下载错误行", "export": "导出列表", "remove_reference_record": "删除待核查数据", "add_campaign": "新增归集任务",
    "change_campaign": "修改归集任务", "remove_campaign": "删除归集任务", "receive_blanks": "空白证书入库",
    **{one.name: f"审验：{one.label}" for one in TRANSITIONS if one.by_office},
}  # fmt: skip
"""The word for each action of the trail that an office account can do."""


class AuditView(BackOfficeView):
    model_class = Event
    slug, label, icon = "audit", "操作日志", "history"
    permission = Permission.AUDIT_READ

    column_list = ("summary", "at", "actor_name", "actor_role", "action", "reply")
    column_labels = {
        "at": "时间", "actor_name": "操作人", "actor_role": "角色", "action": "操作", "summary": "做了什么", "reply": "回复或原因",
    }  # fmt: skip
    column_formatters = {
        "actor_role": lambda row: Role(row.actor_role).label,
        "action": lambda row: ACTIONS.get(row.action, "其他"),
    }
    empty_text = "还没有操作记录"
    grid_filters = (
        GridFilter("action", "操作", "select", equals(Event.action), lambda: list(ACTIONS.items())),
        GridFilter("actor", "操作人", "text", begins(Event.actor_name)),
        GridFilter("at", "时间", "date_range", between(Event.at)),
    )

    def scope(self, query: Any) -> Any:
        actor = current_actor()
        if actor.place is None or not actor.may(self.permission):
            return query.filter(false())
        column = {OfficeKind.REGION: Event.region_office_id, OfficeKind.CITY: Event.city_office_id}
        return query.filter(column.get(actor.place.kind, Event.office_id) == actor.place.office_id)

    def row_label(self, row: Event) -> str:
        return row.summary

    def details_groups(self, row: Event) -> list[tuple[str, list[tuple[str, Any]]]]:
        facts = [(self.label_of(name), self.cell(row, name)) for name in self.column_list]
        changes = [
            (label, Markup("{} → {}").format(before or "（空）", after or "（空）"))
            for label, before, after in changes_of(row)
        ]
        return [("操作", [("序号", row.id), *facts]), *([("改动", changes)] if changes else [])]
