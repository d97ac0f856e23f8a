"""忘记密码: asking for the mail, and the page behind its link that takes a new password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import StringField

import jobs
from domain.access import ANYBODY, Permission
from domain.ways_in import NEW_PASSWORD, RESET_PASSWORD
from extensions import db, writing
from operations import recovery
from operations.mailed_links import DeadLink
from operations.passwords import hashed
from operations.recovery import Letter
from public_views.addresses import public_address
from web import captcha
from web.access import requires
from web.captcha import CaptchaFields
from web.forms import Form, filled
from web.new_password import NewPasswordForm
from web.new_password import may_replace as new_password_may_replace

blueprint = Blueprint("recovery", __name__)

MAIL_SUBJECT = "重设密码（证书在线审验）"
MAIL_BODY = """{name}，您好：

有人在“证书在线审验”为您的账号申请重设密码。请打开下面的网址，设一个新密码：

{address}

网址 30 分钟内有效，只能用一次；又申请了新的邮件，这一封就失效了。
不是您本人申请的，不用理会这封邮件，密码不会变。请不要把网址转给别人。
"""


class AskForm(CaptchaFields, Form):
    login = StringField(
        "身份证号、邮箱或手机号",
        [filled("还没有填身份证号、邮箱或手机号")],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 254},
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
    if not captcha.passed(given) or not typed_well:
        return _page(given)
    with writing():
        letter = recovery.ask(given.login.data, request.remote_addr or "")
        mail_id = _written_down(letter) if letter else None
    if mail_id:
        jobs.wake(mail_id)
    return redirect(url_for("recovery.sent"), 303)


def _page(given: AskForm) -> str:
    captcha.ask(given)
    return render_template("public/recovery_ask.html", form=given)


def _written_down(letter: Letter) -> int:
    """Sent beside the answer: waiting for the mail server would show which accounts exist."""
    address = public_address("recovery.new_password", token=letter.token)
    body = MAIL_BODY.format(name=letter.name, address=address)
    return jobs.mail.ask_for(ANYBODY, letter.email, MAIL_SUBJECT, body).id


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
