"""职称目录: which titles exist in which series at which level. Region administrators keep it."""

from __future__ import annotations

from typing import Any

from admin_views.base import BackOfficeView
from admin_views.forms import BackOfficeForm, one_of, options, words
from admin_views.removing import Removable
from domain.access import Permission
from extensions import writing
from listing.filters import GridFilter, contains, equals
from models import TitleEntry
from operations import dictionary_changes
from operations.dictionary_changes import ERAS, series_names
from web.access import current_actor

LEVELS = ("员级", "助理级", "中级", "副高级", "正高级")


class TitleForm(BackOfficeForm):
    guangxi_series = words("职称系列", "还没有填职称系列", description="本区的叫法，如“工程系列”")
    series = words("国家系列", "还没有填国家系列", description="国家文件里的名称，如“工程技术人员”")
    level = one_of("级别", "请选级别")
    title = words("资格名称", "还没有填资格名称")
    track = words("方向", description="同一系列里再分的，如“农经”")
    era = one_of("新旧", "请选新旧")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = options(((level, level) for level in LEVELS), "请选择")
        self.era.choices = options(ERAS, "请选择")

    @property
    def values(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in ("guangxi_series", "series", "level", "title", "track", "era")}


class TitleView(Removable, BackOfficeView):
    model_class = TitleEntry
    slug, label, icon = "titles", "职称目录", "document"
    permission = Permission.TITLES
    subject = "title_entry"

    column_list = ("title", "guangxi_series", "level", "series", "track", "era")
    column_labels = {
        "title": "资格名称", "guangxi_series": "职称系列", "level": "级别", "series": "国家系列", "track": "方向", "era": "新旧",
    }  # fmt: skip
    column_formatters = {"era": lambda row: dict(ERAS).get(row.era, row.era)}
    sortable = ("id", "title", "guangxi_series", "level")
    default_sort = "id"
    grid_filters = (
        GridFilter("title", "资格名称", "text", contains(TitleEntry.title)),
        GridFilter(
            "series",
            "职称系列",
            "select",
            equals(TitleEntry.guangxi_series),
            lambda: [(one, one) for one in series_names()],
        ),
        GridFilter("level", "级别", "select", equals(TitleEntry.level), lambda: [(one, one) for one in LEVELS]),
        GridFilter("era", "新旧", "select", equals(TitleEntry.era), lambda: list(ERAS)),
    )
    create_form_class = edit_form_class = TitleForm
    create_label = "新增资格名称"

    def scope(self, query: Any) -> Any:
        """One catalogue for all; the permission itself is the region's alone."""
        return query

    def row_label(self, row: TitleEntry) -> str:
        return f"{row.guangxi_series} {row.level} {row.title}"

    def create_model(self, form: TitleForm) -> TitleEntry:
        actor = current_actor()
        with writing():
            return dictionary_changes.add_title(actor, form.values)

    def update_model(self, form: TitleForm, model: TitleEntry) -> None:
        dictionary_changes.change_title(current_actor(), model, form.values)

    def remove(self, row_id: int, form: Any) -> None:
        dictionary_changes.remove_title(current_actor(), self.one_or_404(row_id))
