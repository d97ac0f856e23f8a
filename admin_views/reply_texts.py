"""回复模板: replies an office keeps for its actions. Those of the offices above are read along, and changed only there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import false, or_

from admin_views.base import BackOfficeView
from admin_views.forms import BackOfficeForm, one_of, options, words
from admin_views.removing import Removable
from domain.access import Permission
from domain.verification import BY_NAME
from extensions import writing
from listing.filters import GridFilter, equals
from models import ReplyText
from operations import dictionary_changes
from operations.dictionary_changes import REPLYING, own_reply_text
from web.access import current_actor


def actions() -> list[tuple[str, str]]:
    return [(one.name, one.label) for one in REPLYING]


class ReplyTextForm(BackOfficeForm):
    action = one_of("用在哪个操作", "请选这条回复用在哪个操作上")
    text = words("内容", "还没有写内容", longest=1000, lines=True, description="本人会看到，审核时还可以再改")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action.choices = options(actions(), "请选择")


class ReplyTextView(Removable, BackOfficeView):
    model_class = ReplyText
    slug, label, icon = "reply_texts", "回复模板", "chat"
    permission = Permission.REPLY_TEXTS
    subject = "reply_text"

    column_list = ("text", "action", "office_id")
    column_labels = {"text": "内容", "action": "用在", "office_id": "哪个机构的"}
    column_formatters = {
        "action": lambda row: BY_NAME[row.action].label,
        "office_id": dictionary_changes.office_name,
    }
    sortable = ("id", "action")
    empty_text = "还没有回复模板，先写一条，审核时就能直接选"
    grid_filters = (GridFilter("action", "用在", "select", equals(ReplyText.action), actions),)
    create_form_class = edit_form_class = ReplyTextForm
    create_label = "新增回复模板"
    removal_warning = "删掉以后，审核时选不到它。已经发出的回复不受影响。"

    def scope(self, query: Any) -> Any:
        """Those of the subtree, and those of the offices above, which serve here too."""
        actor = current_actor()
        if actor.place is None or not actor.may(self.permission):
            return query.filter(false())
        return query.filter(or_(ReplyText.within(actor.place), ReplyText.office_id.in_(actor.place.lineage)))

    def row_label(self, row: ReplyText) -> str:
        return row.text if len(row.text) <= 20 else f"{row.text[:20]}…"

    def details_buttons(self, row: ReplyText) -> list[dict[str, str]]:
        mine = current_actor().reaches(self.permission, dictionary_changes.place_of(row))
        return super().details_buttons(row) if mine else []

    def edit_form(self, obj: Any = None) -> BackOfficeForm:
        own_reply_text(current_actor(), obj.id)
        return super().edit_form(obj)

    def refuse_foreign(self, row: ReplyText) -> None:
        own_reply_text(current_actor(), row.id)

    def create_model(self, form: ReplyTextForm) -> ReplyText:
        actor = current_actor()
        with writing():
            return dictionary_changes.add_reply_text(actor, form.action.data, form.text.data)

    def update_model(self, form: ReplyTextForm, model: ReplyText) -> None:
        actor = current_actor()
        dictionary_changes.change_reply_text(actor, own_reply_text(actor, model.id), form.action.data, form.text.data)

    def remove(self, row_id: int, form: Any) -> None:
        actor = current_actor()
        dictionary_changes.remove_reply_text(actor, own_reply_text(actor, row_id))
