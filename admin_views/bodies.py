"""授予单位: who awarded, under which names, and the office that answers for it today."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import false, or_
from sqlalchemy.orm import selectinload

from admin_views.base import BackOfficeView
from admin_views.forms import BackOfficeForm, one_of, options, words
from domain.access import Permission
from extensions import writing
from listing.filters import GridFilter, contains
from models import AwardingBody, AwardingBodyAlias, Office
from operations import bodies, offices
from web.access import current_actor
from web.forms import readable


def reached_offices() -> list[tuple[str, str]]:
    return [(str(office.id), office.name) for office in offices.below(current_actor(), Permission.AWARDING_BODIES)]


def aliases_field() -> Any:
    return words(
        "别的写法", longest=4000, lines=True,
        description="一行一个，如“灵山县职称改革领导小组办公室”。导入和填报时，这些写法都认作这个单位",
    )  # fmt: skip


def years_field(label: str, description: str) -> Any:
    return words(label, longest=10, description=description, checks=[readable(bodies.year)])


class ChangeForm(BackOfficeForm):
    office = one_of("归口职改办", "请选由哪个职改办负责", description="填这个授予单位的证书，由它来审")
    aliases = aliases_field()
    since_year = years_field("从哪一年起", "不知道就不填。授予时间早于这一年的，审核时会提醒")
    until_year = years_field("到哪一年为止", "还在的不填")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.office.choices = options(reached_offices(), "请选择")

    @property
    def alias_list(self) -> list[str]:
        return [line.strip() for line in (self.aliases.data or "").splitlines() if line.strip()]

    @property
    def years(self) -> tuple[int | None, int | None]:
        return bodies.year(self.since_year.data or ""), bodies.year(self.until_year.data or "")


class NewForm(ChangeForm):
    name = words("名称", "还没有填名称", longest=200, description="照证书上印的写，以后不能改，可以加别的写法")


def aliases_cell(row: AwardingBody) -> Markup:
    return Markup("、").join(alias.alias for alias in row.aliases)


class BodyView(BackOfficeView):
    model_class = AwardingBody
    slug, label, icon = "bodies", "授予单位", "pin"
    permission = Permission.AWARDING_BODIES
    subject = "awarding_body"
    eager = (AwardingBody.office,)

    column_list = ("name", "office", "aliases")
    column_labels = {"name": "名称", "office": "归口职改办", "aliases": "别的写法"}
    column_formatters = {"office": lambda row: row.office.name, "aliases": aliases_cell}
    sortable = ("id", "name")
    default_sort = "name"
    search_hint = "名称、别的写法或拼音首字母"
    empty_text = "还没有授予单位"
    grid_filters = (
        GridFilter(
            "office", "归口职改办", "select", lambda value: AwardingBody.office_id == int(value), reached_offices
        ),
    )
    create_form_class, edit_form_class = NewForm, ChangeForm
    create_label = "新增授予单位"
    form_groups = (("名称和归口", ("name", "office", "aliases")), ("存在的年份", ("since_year", "until_year")))

    def scope(self, query: Any) -> Any:
        actor = current_actor()
        if actor.place is None or not actor.may(self.permission):
            return query.filter(false())
        return query.filter(AwardingBody.office.has(Office.within(actor.place)))

    def list_query(self) -> Any:
        return super().list_query().options(selectinload(AwardingBody.aliases))

    def search_condition(self, typed: str) -> Any:
        inside = contains(AwardingBodyAlias.alias)(typed)
        initials = AwardingBody.initials.startswith(typed.lower(), autoescape=True)
        return or_(contains(AwardingBody.name)(typed), AwardingBody.aliases.any(inside), initials)

    def row_label(self, row: AwardingBody) -> str:
        return row.name

    def edit_form(self, obj: Any = None) -> ChangeForm:
        aliases = "\n".join(alias.alias for alias in obj.aliases)
        years = {"since_year": str(obj.since_year or ""), "until_year": str(obj.until_year or "")}
        return ChangeForm(office=str(obj.office_id), aliases=aliases, **years)

    def create_model(self, form: NewForm) -> AwardingBody:
        actor = current_actor()
        with writing():
            office = offices.reached(actor, self.permission, int(form.office.data))
            body = bodies.add_body(actor, office, form.name.data, form.alias_list)
            bodies.set_years(actor, body, *form.years)
            return body

    def update_model(self, form: ChangeForm, model: AwardingBody) -> None:
        actor = current_actor()
        office = offices.reached(actor, self.permission, int(form.office.data))
        bodies.change_body(actor, model, office, form.alias_list)
        bodies.set_years(actor, model, *form.years)
