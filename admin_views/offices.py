"""组织机构: the tree of offices; creating, changing, moving and closing those of one's own subtree."""

from __future__ import annotations

import re
from typing import Any

from flask import abort, current_app, flash, redirect, url_for
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import false
from werkzeug.wrappers import Response
from wtforms.validators import StopValidation

from admin_views.asking import Answer
from admin_views.base import BackOfficeView
from admin_views.cells import tag
from admin_views.forms import BackOfficeForm, ReasonForm, one_of, options, several_of, words
from admin_views.screen import screen_url
from domain.access import Permission
from domain.vocabulary import OfficeKind
from extensions import writing
from listing.filters import GridFilter, contains, equals
from listing.paging import Page
from models import Office
from operations import offices
from operations.dictionary_changes import series_names
from operations.offices import Contact
from operations.passwords import first_of_office, hashed
from web.access import current_actor

MOVABLE = (OfficeKind.COUNTY, OfficeKind.SERIES)
MOST_OFFICES = 3000
"""A region has some hundreds; they are shown as one tree, without pages."""


def region_code_is_six_digits(form: Any, field: Any) -> None:
    if field.data and not re.fullmatch(r"[0-9]{6}", field.data):
        raise StopValidation("区划代码是 6 位数字，如 450721")


class OfficeForm(BackOfficeForm):
    name = words("机构名称", "还没有填机构名称", description="写全称，如“灵山县职改办”。默认账户的登录名就是它")
    series = several_of("管哪些职称系列", description="只有市直系列机构要选，可以选几个")
    phone = words("联系电话", longest=50, description="写在给本人的消息里")
    address = words("地址", longest=200, description="本人到现场审核时照着找，写到哪栋楼、哪一间")
    hours = words("办公时间", longest=100, description="如“工作日 8:00—12:00、15:00—18:00”")

    @property
    def contact(self) -> Contact:
        return Contact(self.phone.data or "", self.address.data or "", self.hours.data or "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series.choices = options((name, name) for name in series_names())


class NewOfficeForm(OfficeForm):
    kind = one_of("类型", "请选类型")
    parent = one_of("上级机构", "请选上级机构")
    region_code = words(
        "区划代码", longest=6, checks=[region_code_is_six_digits],
        description="6 位，如灵山县 450721。填报时认不出授予单位的证书，按它转到市里",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents = possible_parents()
        kinds = [kind for kind in OfficeKind if any(parent.kind in kind.parents for parent in parents)]
        self.kind.choices = options(((kind.value, kind.label) for kind in kinds), "请选择")
        self.parent.choices = options(((parent.id, parent.name) for parent in parents), "请选择")


class MoveForm(BackOfficeForm):
    parent = one_of("划归哪个机构", "请选新的上级机构")


def possible_parents() -> list[Office]:
    kinds = {parent for kind in OfficeKind for parent in kind.parents}
    return [office for office in offices.below(current_actor(), Permission.OFFICES) if office.kind in kinds]


def tree_order(found: list[Office]) -> list[Office]:
    """Return the offices as the tree reads: each city before what stands below it."""

    def key(office: Office) -> tuple[Any, ...]:
        city = office.city_office_id or 0
        return (office.region_office_id or 0, city, office.id != city, list(OfficeKind).index(office.kind), office.id)

    return sorted(found, key=key)


def name_cell(row: Office) -> Markup:
    """Indent by the depth in the tree."""
    return Markup('<span class="zs-indent"></span>') * (len(row.place.lineage) - 1) + row.name


def standing(row: Office) -> Markup:
    return tag("已停用") if row.closed_at else tag("正常", "ok")


class OfficeView(BackOfficeView):
    model_class = Office
    slug, label, icon = "offices", "组织机构", "office"
    permission = Permission.OFFICES
    subject = "office"
    eager = (Office.parent,)

    column_list = ("name", "kind", "parent", "title_series", "phone", "closed_at")
    column_labels = {
        "name": "机构名称", "kind": "类型", "parent": "上级机构", "title_series": "管的职称系列", "phone": "联系电话",
        "closed_at": "状态", "address": "地址", "hours": "办公时间", "region_code": "区划代码",
    }  # fmt: skip
    column_formatters = {
        "name": name_cell,
        "parent": lambda row: row.parent.name if row.parent else "",
        "title_series": lambda row: "、".join(row.title_series),
        "closed_at": standing,
    }
    sortable = ()
    default_sort = "id"
    grid_filters = (
        GridFilter("name", "机构名称", "text", contains(Office.name)),
        GridFilter("kind", "类型", "select", equals(Office.kind), OfficeKind.choices),
        GridFilter(
            "closed", "状态", "select", lambda value: Office.closed_at.is_not(None) if value == "yes" else Office.closed_at.is_(None),
            lambda: [("no", "正常"), ("yes", "已停用")],
        ),
    )  # fmt: skip
    create_form_class, edit_form_class = NewOfficeForm, OfficeForm
    form_groups = (
        ("机构", ("kind", "parent", "name", "region_code")), ("联系", ("phone", "address", "hours")), ("市直系列机构", ("series",))
    )  # fmt: skip
    create_label = "新建机构"
    writes = (*BackOfficeView.writes, "move_view", "close_view")

    def scope(self, query: Any) -> Any:
        actor = current_actor()
        if actor.place is None or not actor.may(self.permission):
            return query.filter(false())
        return query.filter(Office.within(actor.place))

    def read_page(self, query: Any, *_: Any) -> Page:
        return Page(tree_order(query.limit(MOST_OFFICES).all()), more_before=False, more_after=False)

    def list_context(self) -> dict[str, Any]:
        context = super().list_context()
        return context if possible_parents() else {**context, "create_url": None}

    def row_label(self, row: Office) -> str:
        return row.name

    def details_groups(self, row: Office) -> list[tuple[str, list[tuple[str, Any]]]]:
        names = (*self.column_list[1:], "address", "hours", "region_code")
        users = screen_url("users", office=row.id)
        link = Markup('<a href="{}">看这个机构的账户</a>').format(users) if users else "—"
        return [("机构", [*((self.label_of(name), self.cell(row, name)) for name in names), ("账户", link)])]

    def details_buttons(self, row: Office) -> list[dict[str, str]]:
        if row.closed_at:
            return []
        buttons = super().details_buttons(row)
        if row.kind in MOVABLE and len(self._new_parents(row)):
            buttons.append({"label": "换上级", "url": url_for("offices.move_view", id=row.id), "tone": ""})
        if row.id != current_actor().office_id:
            buttons.append({"label": "停用", "url": url_for("offices.close_view", id=row.id), "tone": "danger"})
        return buttons

    # Creating: the page afterwards tells how to sign in for the first time.

    def create_form(self, obj: Any = None) -> NewOfficeForm:
        if not possible_parents():
            abort(403)
        return NewOfficeForm()

    def create_model(self, form: NewOfficeForm) -> tuple[Office, str]:
        actor, password = current_actor(), first_of_office(current_app.config["OFFICE_DEFAULT_PASSWORD"])
        first = hashed(password)
        kind = OfficeKind(form.kind.data)
        series = form.series.data if kind is OfficeKind.SERIES else []
        with writing():
            parent = offices.reached(actor, self.permission, int(form.parent.data))
            made = offices.create(
                actor, form.name.data, kind, parent, first,
                series=series, region_code=form.region_code.data, contact=form.contact,
            )  # fmt: skip
        return made, password

    def after_create(self, created: tuple[Office, str]) -> str:
        office, password = created
        return self.render(
            "admin/offices/created.html", office=office, first_password=password, page_title="机构已建好"
        )

    def edit_form(self, obj: Any = None) -> OfficeForm:
        """One's own office changes how it is reached; its name and its series are its parent's to set."""
        if obj.closed_at:
            abort(404)
        form = OfficeForm(obj=obj, series=obj.title_series)
        own = obj.id == current_actor().office_id
        if own:
            del form.name
        if own or obj.kind is not OfficeKind.SERIES:
            del form.series
        return form

    def update_model(self, form: OfficeForm, model: Office) -> None:
        actor = current_actor()
        office = offices.reached(actor, self.permission, model.id)
        name = form.name.data if "name" in form else office.name
        series = form.series.data if "series" in form else office.title_series
        offices.change(actor, office, name=name, contact=form.contact, series=series)

    # Moving and closing, each asked once.

    def _new_parents(self, office: Office) -> list[Office]:
        return [one for one in possible_parents() if one.kind in office.kind.parents and one.id != office.parent_id]

    @expose("/move/", methods=("GET", "POST"))
    def move_view(self) -> Answer:
        office = self.one_or_404()
        form, actor, office_id, name = MoveForm(), current_actor(), office.id, office.name
        parents = self._new_parents(office)
        form.parent.choices = options(((one.id, one.name) for one in parents), "请选择")

        def move() -> None:
            parent = offices.reached(actor, self.permission, int(form.parent.data))
            offices.move(actor, offices.reached(actor, self.permission, office_id), parent)

        return self.asked(
            office, form, move, lambda: self._told(f"“{name}”已换了上级。"),
            applies=office.closed_at is None and office.kind in MOVABLE and bool(parents),
            title=f"给“{name}”换上级", submit_label="确认换上级", tone="none",
            warning="它的证书、审验、批次和账户都跟着走，原来的上级从此看不到。",
        )  # fmt: skip

    @expose("/close/", methods=("GET", "POST"))
    def close_view(self) -> Answer:
        office = self.one_or_404()
        form, actor, office_id, name = ReasonForm(), current_actor(), office.id, office.name
        return self.asked(
            office, form,
            lambda: offices.close(actor, offices.reached(actor, self.permission, office_id), form.reason.data or ""),
            lambda: self._told(f"“{name}”已停用。"),
            applies=office.closed_at is None,
            title=f"停用“{name}”", submit_label="确认停用",
            warning="停用后，它的账户都不能再登录，不能恢复；它的证书和记录都留着，由上级管理。",
        )  # fmt: skip

    def _told(self, sentence: str) -> Response:
        flash(sentence, "ok")
        return redirect(url_for("offices.index_view"), 303)
