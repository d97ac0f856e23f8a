"""意见反馈: what holders wrote to the office; each is answered once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from flask_admin import expose
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin_views.base import BackOfficeView, masked
from admin_views.cells import plain, tag
from admin_views.forms import BackOfficeForm, words
from domain.access import Permission
from domain.errors import StaleVersion
from extensions import writing
from listing.filters import GridFilter
from models import Feedback
from operations import feedback
from web.access import current_actor


class AnswerForm(BackOfficeForm):
    answer = words("答复", "还没有写答复", longest=feedback.LONGEST, lines=True, description="本人会在消息中心看到")


def standing(row: Feedback) -> Markup:
    return tag("已答复", "ok") if row.answered_at else tag("等待答复", "info")


def is_answered(answer: str) -> Any:
    return Feedback.answered_at.is_not(None) if answer == "yes" else Feedback.answered_at.is_(None)


class FeedbackView(BackOfficeView):
    model_class = Feedback
    slug, label, icon = "feedback_answers", "意见反馈", "chat"
    permission = Permission.FEEDBACK
    eager = (Feedback.office, Feedback.holder)
    writes = (*BackOfficeView.writes, "answer_view")
    details_template = "admin/feedback.html"

    column_list = ("body", "holder", "answered_at", "created_at", "office", "answered_by")
    column_labels = {
        "body": "内容", "holder": "反馈人", "answered_at": "状态", "created_at": "时间", "office": "职改办",
        "answered_by": "答复人",
    }  # fmt: skip
    column_formatters = {
        "body": lambda row: row.body if len(row.body) <= 40 else f"{row.body[:40]}…",
        "holder": lambda row: row.holder.name, "answered_at": standing, "office": lambda row: row.office.name,
    }  # fmt: skip
    sortable = ("id",)
    empty_text = "还没有意见反馈"
    grid_filters = (
        GridFilter("answered", "状态", "select", is_answered, lambda: [("no", "等待答复"), ("yes", "已答复")]),
    )

    def row_label(self, row: Feedback) -> str:
        return f"{row.holder.name}的反馈"

    def pill(self) -> str:
        waiting = self.get_query().filter(Feedback.answered_at.is_(None)).limit(100).count()
        return str(waiting) if waiting else ""

    def details_page(self, row: Feedback, **context: Any) -> str:
        who = [
            ("反馈人", row.holder.name), ("身份证号", masked(row.holder)), ("时间", plain(row.created_at)),
            ("职改办", row.office.name), ("内容", row.body, True),
        ]  # fmt: skip
        groups: list[Any] = [("反馈", who)]
        if row.answered_at:
            said = [("答复人", row.answered_by), ("答复时间", plain(row.answered_at)), ("答复", row.answer, True)]
            groups.append(("答复", said))
        form = AnswerForm(formdata=None)
        return super().details_page(row, **{"groups": groups, "form": form, "waiting": not row.answered_at, **context})

    @expose("/answer/", methods=("POST",))
    def answer_view(self) -> str | Response:
        row, form, actor = self.one_or_404(), AnswerForm(), current_actor()
        row_id, label = row.id, self.row_label(row)
        if not form.validate():
            return self.details_page(row, form=form)
        try:
            with writing():
                feedback.answer(actor, row_id, form.answer.data)
        except StaleVersion as stale:
            flash(stale.sentence, "warn")
        else:
            flash(f"{label}，已答复。", "ok")
        return redirect(self.list_url(), 303)
