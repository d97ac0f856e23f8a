"""工作日历: the days offices do not work, and the ones they work instead. One table for all; waiting is counted by it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import extract
from wtforms import StringField

from admin_views.base import BackOfficeView
from admin_views.cells import tag
from admin_views.forms import BackOfficeForm, day_of, one_of, options, stripped, words
from admin_views.removing import Removable
from domain.access import Permission
from extensions import writing
from listing.filters import GridFilter
from models import CalendarDay
from operations import working_days
from web.access import current_actor
from web.forms import filled

KINDS = [("off", "放假"), ("worked", "上班（调休）")]
WEEKDAYS = "一二三四五六日"


class _DayForm(BackOfficeForm):
    kind = one_of("安排", "请选放假还是上班")
    note = words("说明", "请写明是什么假，如“国庆节”", longest=50)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = options(KINDS, "请选择")


class SpanForm(_DayForm):
    first = StringField("从哪一天", [filled("还没有填日期")], filters=[stripped], description="如 2027-10-01")
    last = StringField("到哪一天", filters=[stripped], description="只有一天的不用填")


class CalendarView(Removable, BackOfficeView):
    model_class = CalendarDay
    slug, label, icon = "calendar", "工作日历", "clock"
    permission = Permission.CALENDAR
    subject = "calendar_day"

    column_list = ("day", "weekday", "worked", "note")
    column_labels = {"day": "日期", "weekday": "星期", "worked": "安排", "note": "说明"}
    column_formatters = {
        "weekday": lambda row: f"星期{WEEKDAYS[row.day.weekday()]}",
        "worked": lambda row: tag("上班", "info") if row.worked else tag("放假", "ok"),
    }
    sortable = ("day",)
    default_sort = "-day"
    empty_text = "还没有填节假日，按星期一到星期五算工作日"
    grid_filters = (
        GridFilter("year", "年份", "text", lambda year: extract("year", CalendarDay.day) == _number(year)),
        GridFilter("kind", "安排", "select", lambda kind: CalendarDay.worked.is_(kind == "worked"), lambda: KINDS),
    )
    create_form_class, edit_form_class = SpanForm, _DayForm
    create_label = "填节假日"
    removal_warning = "删掉以后，这一天按星期几算：星期一到星期五上班，周末休息。"

    def scope(self, query: Any) -> Any:
        """One table for all; the permission itself is the region's alone."""
        return query

    def row_label(self, row: CalendarDay) -> str:
        return f"{row.day} {row.note}"

    def edit_form(self, obj: Any = None) -> BackOfficeForm:
        return _DayForm(data={"kind": "worked" if obj.worked else "off", "note": obj.note})

    def create_model(self, form: SpanForm) -> CalendarDay:
        actor, first = current_actor(), day_of("first", form.first.data)
        last = day_of("last", form.last.data) if form.last.data else first
        with writing():
            return working_days.add_days(actor, first, last, worked=form.kind.data == "worked", note=form.note.data)[0]

    def update_model(self, form: _DayForm, model: CalendarDay) -> None:
        worked = form.kind.data == "worked"
        working_days.change_day(current_actor(), model, worked=worked, note=form.note.data)

    def remove(self, row_id: int, form: Any) -> None:
        working_days.remove_day(current_actor(), self.one_or_404(row_id))


def _number(year: str) -> int:
    return int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0
