"""忘记密码: asking for the mail, and the page behind its link that takes a new password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import StringField
from wtforms.validators import Length

import jobs
from domain.access import Permission
from domain.ways_in import NEW_PASSWORD, RESET_PASSWORD
from extensions import db, writing
from operations import recovery
from operations.mailed_links import DeadLink
from operations.passwords import hashed
from public_views.addresses import public_address
from public_views.person_fields import LONGEST_EMAIL
from web import captcha
from web.access import requires
from web.captcha import CaptchaFields
from web.forms import Form, filled
from web.new_password import NewPasswordForm
from web.new_password import may_replace as new_password_may_replace

blueprint = Blueprint("recovery", __name__)


class AskForm(CaptchaFields, Form):
    login = StringField(
        "身份证号、邮箱或手机号",
        [filled("还没有填身份证号、邮箱或手机号"), Length(max=LONGEST_EMAIL)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


@blueprint.get("/portal/recover")
@requires(Permission.SIGN_IN)
def form() -> str:
    return _page(AskForm(formdata=None))


@blueprint.post("/portal/recover")
@requires(Permission.SIGN_IN)
def ask() -> Any:
    """Answer alike whether or not the account exists."""
    given = AskForm()
    typed_well = given.validate()
    if not captcha.passed(given, typed_well):
        return _page(given)
    with writing():
        counted = recovery.may_ask(given.login.data, request.remote_addr or "")
        mail_id = jobs.mail.ask_to_recover(given.login.data, _link()).id if counted else None
    if mail_id:
        jobs.wake(mail_id)
    return redirect(url_for("recovery.sent"), 303)


def _link() -> str:
    """Return the address of the page behind the mail, with a place for its token: the worker alone draws one."""
    return public_address("recovery.new_password", token=jobs.mail.TOKEN)


def _page(given: AskForm) -> str:
    captcha.ask(given)
    return render_template("public/recovery_ask.html", form=given)


@blueprint.get("/portal/recover/sent")
@requires(Permission.SIGN_IN)
def sent() -> str:
    return render_template("public/recovery_sent.html")


@blueprint.get("/portal/recover/<token>")
@requires(Permission.SIGN_IN)
def new_password(token: str) -> str:
    """What the mailed link opens; only a new password uses it up."""
    recovery.holder_of(token)
    return render_template("public/recovery_password.html", form=NewPasswordForm(formdata=None), token=token)


@blueprint.post("/portal/recover/<token>")
@requires(Permission.SIGN_IN)
def reset(token: str) -> Any:
    given = NewPasswordForm()
    holder = recovery.holder_of(token)
    if not given.validate() or not new_password_may_replace(given, holder):
        return render_template("public/recovery_password.html", form=given, token=token)
    new_hash = hashed(given.password.data)
    with writing():
        recovery.reset(token, new_hash)
    flash("密码已改好，请用新密码登录。其他设备上的登录都已退出。", "ok")
    return redirect(url_for("auth.sign_in"), 303)


@blueprint.app_errorhandler(DeadLink)
def _dead(link: DeadLink) -> tuple[str, int]:
    db.session.rollback()
    for_password = link.purpose in (RESET_PASSWORD, NEW_PASSWORD)
    return render_template("public/dead_link.html", sentence=link.sentence, for_password=for_password), 400
