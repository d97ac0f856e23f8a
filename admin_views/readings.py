"""获取方式: the words that workbooks use, and which of the four ways each is read as. One table for all."""

from __future__ import annotations

from typing import Any

from admin_views.base import BackOfficeView
from admin_views.forms import BackOfficeForm, one_of, options, words
from admin_views.removing import Removable
from domain.access import Permission
from domain.vocabulary import ObtainedBy
from extensions import writing
from listing.filters import GridFilter, equals
from models import ObtainedByReading
from operations import dictionary_changes
from web.access import current_actor


class ReadingForm(BackOfficeForm):
    word = words("表格里的写法", "还没有填写法", longest=50, description="如“初定”“补证”")
    obtained_by = one_of("读作", "请选读作哪一种")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obtained_by.choices = options(ObtainedBy.choices(), "请选择")


class ReadingView(Removable, BackOfficeView):
    model_class = ObtainedByReading
    slug, label, icon = "readings", "获取方式", "link"
    permission = Permission.TITLES
    subject = "obtained_by_reading"

    column_list = ("word", "obtained_by")
    column_labels = {"word": "表格里的写法", "obtained_by": "读作"}
    sortable = ("id", "word", "obtained_by")
    default_sort = "id"
    grid_filters = (
        GridFilter("obtained_by", "读作", "select", equals(ObtainedByReading.obtained_by), ObtainedBy.choices),
    )
    create_form_class = edit_form_class = ReadingForm
    create_label = "新增写法"
    removal_warning = "删掉以后，表格里再写这个词，会提示看不懂获取方式。已有的证书不受影响。"

    def scope(self, query: Any) -> Any:
        """One table for all; the permission itself is the region's alone."""
        return query

    def row_label(self, row: ObtainedByReading) -> str:
        return row.word

    def create_model(self, form: ReadingForm) -> ObtainedByReading:
        actor = current_actor()
        with writing():
            return dictionary_changes.add_reading(actor, form.word.data, ObtainedBy(form.obtained_by.data))

    def update_model(self, form: ReadingForm, model: ObtainedByReading) -> None:
        way = ObtainedBy(form.obtained_by.data)
        dictionary_changes.change_reading(current_actor(), model, form.word.data, way)

    def remove(self, row_id: int, form: Any) -> None:
        dictionary_changes.remove_reading(current_actor(), self.one_or_404(row_id))
