"""用户管理: office accounts; who may sign in, and who is 职改办管理员."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort
from markupsafe import Markup
from sqlalchemy import false
from wtforms import BooleanField

from admin_views.account_steps import Step, TakesSteps
from admin_views.base import BackOfficeView
from admin_views.cells import tag
from admin_views.forms import BackOfficeForm, one_of, options, words
from domain.access import Actor, Permission, Reach, Role
from domain.second_factor import FactorState
from extensions import db, writing
from listing.filters import GridFilter, contains, equals
from models import Office, StaffUser
from operations import dormant, offices, second_factor, staff
from operations.passwords import hashed, one_time
from web.access import current_actor

TAKE_OFF_FACTOR = "take_off_factor"
WHAT_ADMINS_DO = "管理员还能：管理本机构和下级的组织机构、授予单位和用户，看操作日志。"


def office_options() -> list[tuple[str, str]]:
    """Return the offices whose accounts the actor administers."""
    actor = current_actor()
    if actor.reach(Permission.USERS) is Reach.OWN_OFFICE:
        return [(str(actor.office_id), db.session.get_one(Office, actor.office_id).name)]
    return [(str(office.id), office.name) for office in offices.below(actor, Permission.USERS)]


class NewUserForm(BackOfficeForm):
    username = words("登录名", "还没有填登录名", longest=50, description="2 到 50 个字，建好后不能改，如“ls.liangmin”")
    display_name = words("姓名", "还没有填姓名", longest=50)
    office = one_of("机构", "请选机构")
    is_admin = BooleanField("职改办管理员", description=f"不勾就是工作人员：导入、审核、查询。{WHAT_ADMINS_DO}")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = office_options()
        self.office.choices = options(listed, "" if len(listed) == 1 else "请选择")


class UserForm(BackOfficeForm):
    display_name = words("姓名", "还没有填姓名", longest=50)


def _is(role: Role) -> Callable[[StaffUser], bool]:
    return lambda user: user.role is role and user.is_active


def _give(role: Role) -> Callable[[Actor, StaffUser, str], None]:
    return lambda actor, user, _: staff.give_role(actor, user, role)


STEPS = (
    Step(
        "give", "设为管理员", "{name}将成为职改办管理员。" + WHAT_ADMINS_DO + "需要重新登录。",
        _is(Role.STAFF), _give(Role.ADMIN), "已是职改办管理员",
    ),
    Step(
        "take", "取消管理员", "{name}将不能再管理机构、授予单位和用户，也不能看操作日志。需要重新登录。",
        _is(Role.ADMIN), _give(Role.STAFF), "已改为工作人员", "bad",
    ),
    Step(
        "reset", "重置密码", "{name}现在的密码马上失效，会得到一个一次性密码，登录后要先改掉。",
        lambda user: user.is_active, staff.reset_password, tone="bad",
    ),
    Step(
        TAKE_OFF_FACTOR, "取消二次验证",
        "手机和恢复码都没有了才用。{name}的登录会全部退出，以后登录只要密码；要求有二次验证的，下次登录要重新设置。"
        "请先确认是本人要求的。",
        lambda user: user.asks_code, lambda actor, user, _: second_factor.take_off(actor, user), "二次验证已取消", "bad",
    ),
    Step(
        "disable", "停用", "{name}马上不能登录，做过的事都留在记录里。以后可以再启用。",
        lambda user: user.is_active, lambda actor, user, _: staff.disable(actor, user), "已停用", "bad",
    ),
    Step(
        "enable", "启用", "{name}可以用原来的密码登录。",
        lambda user: not user.is_active, lambda actor, user, _: staff.enable(actor, user), "已启用",
    ),
)  # fmt: skip


def role_cell(row: StaffUser) -> Markup:
    return tag(
        row.role.label, "plum" if row.role is Role.ADMIN else "none", "key" if row.role is Role.ADMIN else "person"
    )


def standing(row: StaffUser) -> Markup:
    if not row.is_active:
        return tag("已停用，长期未登录" if dormant.was_shut(row) else "已停用", "bad")
    if dormant.is_dormant(row):
        return tag("长期未登录", "warn")
    return tag("待改初始密码", "warn") if row.must_change_password else tag("正常", "ok")


def is_disabled(answer: str) -> Any:
    if answer == "dormant":
        return dormant.condition()
    return StaffUser.disabled_at.is_not(None) if answer == "yes" else StaffUser.disabled_at.is_(None)


class UserView(TakesSteps, BackOfficeView):
    model_class = StaffUser
    slug, label, icon = "users", "用户管理", "people"
    permission = Permission.USERS
    subject = "staff_user"
    steps = STEPS
    eager = (StaffUser.office,)

    column_list = ("display_name", "username", "office", "role", "disabled_at", "factor_state", "last_signed_in_at")
    column_labels = {
        "display_name": "姓名", "username": "登录名", "office": "机构", "role": "角色", "disabled_at": "状态",
        "factor_state": "二次验证", "last_signed_in_at": "上次登录",
    }  # fmt: skip
    column_formatters = {
        "office": lambda row: row.office.name, "role": role_cell, "disabled_at": standing,
        "factor_state": lambda row: row.factor_state.label,
        "last_signed_in_at": lambda row: row.last_signed_in_at or "还没有登录过",
    }  # fmt: skip
    sortable = ("id", "display_name", "username", "last_signed_in_at")
    default_sort = "id"
    empty_text = "还没有账户"
    grid_filters = (
        GridFilter("name", "姓名", "text", contains(StaffUser.display_name)),
        GridFilter("office", "机构", "select", lambda value: StaffUser.office_id == int(value), office_options),
        GridFilter(
            "role",
            "角色",
            "select",
            equals(StaffUser.role),
            lambda: [(one.value, one.label) for one in Role if one.is_office],
        ),
        GridFilter("factor", "二次验证", "select", equals(StaffUser.factor_state), FactorState.choices),
        GridFilter(
            "disabled",
            "状态",
            "select",
            is_disabled,
            lambda: [("no", "正常"), ("yes", "已停用"), ("dormant", "长期未登录")],
        ),
    )
    create_form_class, edit_form_class = NewUserForm, UserForm
    create_label = "新建账户"

    def scope(self, query: Any) -> Any:
        actor = current_actor()
        if actor.place is None or not actor.may(self.permission):
            return query.filter(false())
        if actor.reach(self.permission) is Reach.OWN_OFFICE:
            return query.filter(StaffUser.office_id == actor.office_id)
        return query.filter(StaffUser.office.has(Office.within(actor.place)))

    def row_label(self, row: StaffUser) -> str:
        return row.display_name

    def details_groups(self, row: StaffUser) -> list[tuple[str, list[tuple[str, Any]]]]:
        names = (*self.column_list, "created_at")
        labels = {"created_at": "建立时间"}
        return [("账户", [(labels.get(name) or self.label_of(name), self.cell(row, name)) for name in names])]

    def details_buttons(self, row: StaffUser) -> list[dict[str, str]]:
        own = [] if row.role is Role.DEFAULT_ACCOUNT else super().details_buttons(row)
        return own + self.step_buttons(row)

    def steps_for(self, row: StaffUser) -> Sequence[Step]:
        """Nothing is done to one's own account, nor by a default account to default accounts."""
        actor = current_actor()
        if actor.id == row.id or (actor.role is row.role is Role.DEFAULT_ACCOUNT):
            return ()
        steps = super().steps_for(row)
        may_take_off = actor.may(Permission.SECOND_FACTORS)
        return [step for step in steps if may_take_off or step.name != TAKE_OFF_FACTOR]

    def reached(self, actor: Actor, row_id: int) -> StaffUser:
        return staff.reached(actor, row_id)

    def password_facts(self, row: StaffUser) -> list[tuple[str, str]]:
        return [
            ("姓名", row.display_name), ("登录名", row.username), ("机构", row.office.name), ("角色", row.role.label),
        ]  # fmt: skip

    def create_model(self, form: NewUserForm) -> tuple[StaffUser, str]:
        actor, password = current_actor(), one_time()
        first = hashed(password)
        with writing():
            office = self._office(actor, int(form.office.data))
            role = Role.ADMIN if form.is_admin.data else Role.STAFF
            return staff.open_account(actor, office, form.username.data, form.display_name.data, role, first), password

    def _office(self, actor: Actor, office_id: int) -> Office:
        return offices.reached(actor, self.permission, office_id)

    def after_create(self, created: tuple[StaffUser, str]) -> str:
        user, password = created
        return self.password_page(user, password, "账户已建好")

    def edit_form(self, obj: Any = None) -> BackOfficeForm:
        if obj.role is Role.DEFAULT_ACCOUNT:
            abort(404)
        return UserForm(obj=obj)

    def update_model(self, form: UserForm, model: StaffUser) -> None:
        actor = current_actor()
        staff.rename(actor, staff.reached(actor, model.id), form.display_name.data)
