"""The holder's door: signing in and out, the picture of the 验证码, and the page that explains the accounts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask_login import current_user, logout_user
from wtforms import HiddenField, PasswordField, StringField

from domain.access import Permission
from domain.passwords import LONGEST
from extensions import writing
from models import Holder
from operations import accounts
from operations.accounts import Attempt
from web import access, captcha
from web.access import requires, safe_next
from web.captcha import CaptchaFields
from web.forms import Form, filled

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
    attempt = _attempt(form)
    if not form.validate() or not _may_try(form, attempt):
        return _page(form)
    holder = accounts.recognised(accounts.holder_by_login(attempt.login), form.password.data)
    if holder is None:
        with writing():
            form.say(None, accounts.failed(attempt))
        return _page(form)
    verified = holder.password_hash
    with writing():
        accounts.signed_in(holder, attempt, verified)
    access.sign_in(holder)
    return redirect(safe_next(form.next.data, url_for("portal.home")), 303)


def _may_try(form: SignInForm, attempt: Attempt) -> bool:
    """Whether the try counts at all: not while locked, and not without the 验证码 where one is asked."""
    if accounts.locked(attempt):
        form.say(None, accounts.WAIT)
        return False
    return not _asks(attempt) or captcha.passed(form)


def _asks(attempt: Attempt) -> bool:
    return accounts.asks_challenge(attempt, current_app.config["CAPTCHA_ALWAYS"])


def _attempt(form: SignInForm) -> Attempt:
    return Attempt(DOOR, form.login.data or "", request.remote_addr or "")


def _page(form: SignInForm) -> str:
    if _asks(_attempt(form)):
        captcha.ask(form)
    return render_template("public/sign_in.html", form=form)


def _is_holder() -> bool:
    return isinstance(current_user._get_current_object(), Holder)


@blueprint.post("/portal/sign-out")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> Any:
    logout_user()
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
