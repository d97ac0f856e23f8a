"""The holder's door: signing in and out, the picture of the 验证码, and the page that explains the accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from domain.access import Permission
from public_views.person_fields import LONGEST_EMAIL
from web import access, blanks, captcha
from web.access import requires, safe_next
from web.captcha import CaptchaFields
from web.forms import Form, filled
from web.signing_in import admitted, ask_if_due, attempt_at

blueprint = Blueprint("auth", __name__)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the tabs of the sign-in page: which door it is, and what its accounts are called by."""

    door: str
    label: str
    lead: str
    login_label: str
    recovers: bool = False


TABS = {
    tab.door: tab
    for tab in (
        Tab(
            "holder",
            "个人账户登录",
            "登录后可以审验自己的证书、查看审核结果。",
            "身份证号、邮箱或手机号",
            recovers=True,
        ),
        Tab("employer", "单位账户登录", "单位账户由职改办开通，一个单位一个。", "单位登录名"),
        Tab("employer_staff", "单位工作人员登录", "工作人员账户由本单位用单位账户开通。", "登录名"),
    )
}
HOLDERS = TABS["holder"]


class SignInForm(CaptchaFields, Form):
    login = StringField(
        validators=[Length(max=LONGEST_EMAIL)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField("密码", [filled("还没有填密码")], render_kw={"autocomplete": "current-password"})
    next = HiddenField()

    def __init__(self, tab: Tab, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.login.label.text = tab.login_label
        self.login.validators = [filled(f"还没有填{tab.login_label}"), *self.login.validators]


def _tab() -> Tab:
    return TABS.get(request.args.get("as", ""), HOLDERS)


@blueprint.get("/portal/sign-in")
@requires(Permission.SIGN_IN)
def sign_in() -> Any:
    account = access.own_account()
    if account is not None and not account.actor.role.is_office:
        return redirect(access.home())
    return _page(SignInForm(_tab(), formdata=None, next=request.args.get("next")))


@blueprint.post("/portal/sign-in")
@requires(Permission.SIGN_IN)
def enter() -> Any:
    form = SignInForm(_tab())
    if form.validate() and admitted(form, attempt_at(_tab().door, form.login.data)):
        return redirect(safe_next(form.next.data, access.home()), 303)
    return _page(form)


def _page(form: SignInForm) -> str:
    ask_if_due(form, attempt_at(_tab().door, form.login.data))
    return render_template("public/sign_in.html", form=form, tab=_tab(), tabs=TABS.values())


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
    return blanks.page("public/account_notes.html", {})
