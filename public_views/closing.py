"""注销账号: what goes and what stays, the present password, and the question asked once more."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, session, url_for
from flask_login import logout_user

import jobs
from domain.access import Permission
from extensions import db, writing
from models import Holder
from operations import closing
from operations.closing import Closed
from public_views.portal import holder
from web import new_password
from web.access import requires
from web.forms import Form
from web.new_password import CurrentPasswordField
from web.photos import forget

blueprint = Blueprint("closing", __name__, url_prefix="/portal/profile/close")

PROVED, PROVED_SECONDS = "may_close_until", 10 * 60
"""Whoever has just typed the password may answer the last question for so long."""
SUBJECT = "您的账号已注销（证书在线审验）"
BODY = """{name}，您好：

您在“证书在线审验”的账号已经注销。账号里的信息已经删除，以后不能再登录；审验通过的证书仍然可以公开查验。

要再用的，可以用原来的身份证号、手机号和邮箱重新注册。

不是您本人注销的，请马上打{organiser}的电话 {phone}。
"""
DONE = "账号已注销，里面的个人信息已经删除。以后要用，可以重新注册。"


class CloseForm(CurrentPasswordField, Form):
    """Only the present password: closing cannot be undone."""


@blueprint.get("/")
@requires(Permission.OWN_DATA)
def form() -> str:
    return _page(CloseForm(formdata=None))


def _page(given: CloseForm) -> str:
    return render_template("portal/close.html", form=given, extent=closing.extent(holder()))


@blueprint.post("/")
@requires(Permission.OWN_DATA)
def prove() -> Any:
    given = CloseForm()
    if not given.validate() or not new_password.is_current(given, holder()):
        return _page(given)
    session[PROVED] = int(time.time()) + PROVED_SECONDS
    return redirect(url_for("closing.ask"), 303)


@blueprint.get("/confirm")
@requires(Permission.OWN_DATA)
def ask() -> Any:
    if not _is_proved():
        return _ask_for_password()
    return render_template("portal/close_confirm.html", extent=closing.extent(holder()), holder=holder())


@blueprint.post("/confirm")
@requires(Permission.OWN_DATA)
def close() -> Any:
    if not _is_proved():
        return _ask_for_password()
    own_id = holder().id
    with writing():
        actor = db.session.get_one(Holder, own_id).actor
        closed = closing.close(own_id)
        letter = jobs.mail.ask_for(actor, closed.email, SUBJECT, _letter(closed)).id
    for key in closed.files:
        forget(key)
    jobs.wake(letter)
    logout_user()
    session.clear()
    flash(DONE, "ok")
    return redirect(url_for("auth.sign_in"), 303)


def _letter(closed: Closed) -> str:
    config = current_app.config
    return BODY.format(name=closed.name, organiser=config["ORGANISER_NAME"], phone=config["ORGANISER_PHONE"])


def _is_proved() -> bool:
    return bool(session.get(PROVED, 0) > time.time())


def _ask_for_password() -> Any:
    flash("请先输入现在的密码，10 分钟内确认。", "info")
    return redirect(url_for("closing.form"), 303)
