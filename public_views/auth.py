"""The holder's door: signing in and out, the picture of the 验证码, and the page that explains the accounts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import HiddenField, PasswordField, StringField

from domain.access import Permission
from domain.passwords import LONGEST
from models import Holder
from web import access, captcha
from web.access import requires, safe_next
from web.captcha import CaptchaFields
from web.forms import Form, filled
from web.signing_in import admitted, ask_if_due, attempt_at

blueprint = Blueprint("auth", __name__)

DOOR = "holder"


class SignInForm(CaptchaFields, Form):
    login = StringField(
        "身份证号、邮箱或手机号",
        [filled("还没有填身份证号、邮箱或手机号")],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 254},
    )
    password = PasswordField(
        "密码", [filled("还没有填密码")], render_kw={"autocomplete": "current-password", "maxlength": LONGEST}
    )
    next = HiddenField()


@blueprint.get("/portal/sign-in")
@requires(Permission.SIGN_IN)
def sign_in() -> Any:
    if _is_holder():
        return redirect(url_for("portal.home"))
    return _page(SignInForm(formdata=None, next=request.args.get("next")))


@blueprint.post("/portal/sign-in")
@requires(Permission.SIGN_IN)
def enter() -> Any:
    form = SignInForm()
    if form.validate() and admitted(form, attempt_at(DOOR, form.login.data)):
        return redirect(safe_next(form.next.data, url_for("portal.home")), 303)
    return _page(form)


def _page(form: SignInForm) -> str:
    ask_if_due(form, attempt_at(DOOR, form.login.data))
    return render_template("public/sign_in.html", form=form)


def _is_holder() -> bool:
    return isinstance(current_user._get_current_object(), Holder)


@blueprint.post("/portal/sign-out")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> Any:
    access.sign_out()
    return redirect(url_for("auth.sign_in"), 303)


@blueprint.get("/captcha/<token>.png")
@requires(Permission.SIGN_IN)
def captcha_picture(token: str) -> Any:
    response = make_response(captcha.picture(token))
    response.mimetype = "image/png"
    return response


@blueprint.get("/portal/account-notes")
@requires(Permission.SIGN_IN)
def account_notes() -> str:
    return render_template("public/account_notes.html")
