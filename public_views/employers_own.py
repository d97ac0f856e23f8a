"""The employer's own pages: the start, its password, and the accounts of its staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from wtforms import StringField
from wtforms.validators import Length

from domain.access import Permission
from domain.errors import DomainError, NotFound
from extensions import writing
from models import EmployerUser
from operations import accounts, employers, notices
from operations.passwords import hashed, one_time
from web import new_password, news, own_sessions
from web.access import current_actor, own_account, requires
from web.forms import Form, filled
from web.new_password import OwnPasswordForm
from web.notices import EMPLOYERS

blueprint = Blueprint("employers_own", __name__, url_prefix="/employer")

SENTENCES = {
    "disable": "{name}马上不能登录。以后可以再启用。",
    "enable": "{name}可以用原来的密码登录。",
    "reset": "{name}现在的密码马上失效，会得到一个一次性密码，登录后要先改掉。",
}
LABELS = {"disable": "停用", "enable": "启用", "reset": "重置密码"}


class StaffAccountForm(Form):
    display_name = StringField(
        "姓名", [filled("还没有填姓名"), Length(max=accounts.LONGEST_NAME)], render_kw={"autocomplete": "off"}
    )
    username = StringField(
        "登录名", [filled("还没有填登录名"), Length(max=accounts.LONGEST_NAME)], description="2 到 50 个字，建好后不能改。",
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )  # fmt: skip


@blueprint.get("/")
@requires(Permission.EMPLOYER_PAGES)
def home() -> str:
    employer = employers.own_employer(current_actor())
    told = EMPLOYERS.on_home(notices.for_employer(employer))
    return render_template("employer/home.html", employer=employer, told=told)


@blueprint.route("/password", methods=("GET", "POST"))
@requires(Permission.OWN_ACCOUNT)
def password() -> Any:
    account = own_account()
    if not isinstance(account, EmployerUser):
        abort(403)
    form = OwnPasswordForm()
    if form.is_submitted() and new_password.changed(form):
        flash("密码已改好，其他地方的登录都已退出。", "ok")
        return redirect(url_for("employers_own.home"), 303)
    return render_template("employer/password.html", form=form, first=account.must_change_password)


def own() -> EmployerUser:
    account = own_account()
    return account if isinstance(account, EmployerUser) else abort(403)


@blueprint.get("/sessions")
@requires(Permission.OWN_ACCOUNT)
def signed_in() -> str:
    return render_template("employer/sessions.html", rows=own_sessions.rows(own()))


@blueprint.post("/sessions")
@requires(Permission.OWN_ACCOUNT)
def end_sessions() -> Any:
    own_sessions.end(own())
    return redirect(url_for("employers_own.signed_in"), 303)


@blueprint.post("/news/read")
@requires(Permission.OWN_ACCOUNT)
def read_news() -> Any:
    return redirect(news.read(own()), 303)


@blueprint.get("/accounts/")
@requires(Permission.EMPLOYER_USERS)
def staff() -> str:
    return _staff_page(StaffAccountForm(formdata=None))


def _staff_page(form: StaffAccountForm) -> str:
    employer = employers.own_employer(current_actor())
    people = [user for user in employer.users if user is not employer.main_account]
    return render_template("employer/staff.html", form=form, employer=employer, people=people)


@blueprint.post("/accounts/")
@requires(Permission.EMPLOYER_USERS)
def open_account() -> Any:
    form = StaffAccountForm()
    if not form.validate():
        return _staff_page(form)
    actor, password = current_actor(), one_time()
    first = hashed(password)
    try:
        with writing():
            user = employers.open_staff_account(actor, form.username.data, form.display_name.data, first)
    except DomainError as problem:
        form.show(problem)
        return _staff_page(form)
    return _password_page(user, password, "账户已建好")


def _password_page(user: EmployerUser, password: str, title: str) -> str:
    return render_template("employer/one_time_password.html", user=user, password=password, title=title)


@blueprint.get("/accounts/<int:user_id>/<name>")
@requires(Permission.EMPLOYER_USERS)
def ask_step(user_id: int, name: str) -> str:
    user = _fitting(user_id, name)
    meaning = SENTENCES[name].format(name=user.display_name)
    return render_template("employer/step.html", user=user, label=LABELS[name], meaning=meaning, form=Form())


def _fitting(user_id: int, name: str) -> EmployerUser:
    """Return the account, if this may be done to it as it stands."""
    user = employers.own_staff(current_actor(), user_id)
    if name not in LABELS or (name == "enable") is (user.disabled_at is None):
        raise NotFound("这个账户现在不能这样操作，请回到账户列表看看最新情况")
    return user


@blueprint.post("/accounts/<int:user_id>/<name>")
@requires(Permission.EMPLOYER_USERS)
def take_step(user_id: int, name: str) -> Any:
    _fitting(user_id, name)
    actor, password = current_actor(), one_time()
    first = hashed(password) if name == "reset" else ""
    with writing():
        user = _fitting(user_id, name)
        match name:
            case "reset":
                accounts.give_one_time_password(actor, user, first)
            case "disable":
                accounts.disable(actor, user)
            case _:
                accounts.enable(actor, user)
    if name == "reset":
        return _password_page(user, password, "密码已重置")
    flash(f"{user.display_name}：已{LABELS[name]}。", "ok")
    return redirect(url_for("employers_own.staff"), 303)
