"""归集任务: what an office and those below it gather now; a row outside it is pointed out when it is imported."""

from __future__ import annotations

from typing import Any

from admin_views.base import BackOfficeView
from admin_views.forms import BackOfficeForm, one_of, options, several_of, words
from admin_views.removing import Removable
from domain.access import Permission
from domain.campaigns import CampaignScope
from domain.errors import FieldProblem
from domain.vocabulary import TitleLevel
from extensions import writing
from models import Campaign
from operations import campaigns, offices
from operations.dictionary_changes import series_names
from web.access import current_actor


class CampaignForm(BackOfficeForm):
    name = words("名称", "还没有填名称", description="如“2012 年前证书归集”，导入时会提到它")
    first_year = words("从哪一年起", longest=4, description="授予时间的年份，如 1990；不填就是不限")
    last_year = words("到哪一年止", longest=4, description="如 2011，就是 2012 年以前；不填就是不限")
    levels = several_of("归集哪些级别", description="一个也不勾就是全部")
    series = several_of("归集哪些系列", description="一个也不勾就是全部")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.levels.choices = options(TitleLevel.choices())
        self.series.choices = options((one, one) for one in series_names())

    @property
    def scope(self) -> CampaignScope:
        levels = tuple(TitleLevel(level) for level in self.levels.data or ())
        years = (_year(self[name].data, name) for name in ("first_year", "last_year"))
        return CampaignScope(self.name.data, tuple(self.series.data or ()), levels, *years)


class NewCampaignForm(CampaignForm):
    office = one_of("哪个机构", "请选机构", description="它下面没有单独设任务的机构，也按这个来")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = offices.below(current_actor(), Permission.CAMPAIGNS)
        self.office.choices = options((office.id, office.name) for office in listed)
        self.office.data = self.office.data or str(current_actor().office_id)


def _year(typed: str | None, field: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()):
        raise FieldProblem(field, "年份请写四位数字，如 2011")
    return int(typed)


class CampaignView(Removable, BackOfficeView):
    model_class = Campaign
    slug, label, icon = "campaigns", "归集任务", "list"
    permission = Permission.CAMPAIGNS
    subject = "campaign"
    eager = (Campaign.office,)

    column_list = ("name", "office", "years", "levels", "series")
    column_labels = {
        "name": "名称", "office": "机构", "years": "授予时间", "levels": "级别", "series": "系列",
    }  # fmt: skip
    column_formatters = {
        "office": lambda row: row.office.name,
        "years": lambda row: row.scope.years,
        "levels": lambda row: "、".join(level.label for level in row.scope.levels) or "全部",
        "series": lambda row: "、".join(row.series) or "全部",
    }
    sortable = ("id", "name")
    empty_text = "还没有归集任务。设了以后，导入时会提醒哪些行不在归集范围里"
    create_form_class, edit_form_class = NewCampaignForm, CampaignForm
    create_label = "新增归集任务"
    form_groups = (("归集什么", ("name", "office", "first_year", "last_year", "levels", "series")),)
    removal_warning = "删掉以后，导入时不再按它提醒，已经导入的证书不受影响。"

    def row_label(self, row: Campaign) -> str:
        return row.name

    def edit_form(self, obj: Any = None) -> CampaignForm:
        years = {name: str(getattr(obj, name) or "") for name in ("first_year", "last_year")}
        return CampaignForm(name=obj.name, **years, levels=list(obj.levels), series=list(obj.series))

    def create_model(self, form: NewCampaignForm) -> Campaign:
        actor, scope = current_actor(), form.scope
        with writing():
            return campaigns.add(actor, int(form.office.data), scope)

    def update_model(self, form: CampaignForm, model: Campaign) -> None:
        campaigns.change(current_actor(), model.id, form.scope)

    def remove(self, row_id: int, form: Any) -> None:
        campaigns.remove(current_actor(), row_id)
