"""The door of the back office: signing in, signing out, and one's own password."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from admin_views.forms import BackOfficeForm, stripped
from domain.access import Permission
from models import StaffUser
from operations import second_factor
from web import access, new_password, second_step
from web.access import requires
from web.captcha import CaptchaFields
from web.forms import filled
from web.new_password import OwnPasswordForm
from web.second_step import NOTED
from web.signing_in import admitted, admitted_by_code, ask_if_due, attempt_at

blueprint = Blueprint("staff_auth", __name__, url_prefix="/admin")

FEW = 3


class SignInForm(CaptchaFields, BackOfficeForm):
    username = StringField(
        "登录名", [filled("还没有填登录名")], filters=[stripped],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip
    password = PasswordField("密码", [filled("还没有填密码")], render_kw={"autocomplete": "current-password"})


@blueprint.route("/sign-in", methods=("GET", "POST"))
@requires(Permission.SIGN_IN)
def sign_in() -> str | Response:
    if isinstance(current_user._get_current_object(), StaffUser):
        return redirect(_way_on())
    form = SignInForm()
    attempt = attempt_at("staff", form.username.data)
    if form.validate_on_submit() and admitted(form, attempt):
        return redirect(_way_on(), 303)
    ask_if_due(form, attempt)
    return render_template("admin/sign_in.html", form=form)


def _way_on() -> str:
    wanted = request.args.get("next")
    if NOTED in session:
        return url_for("staff_auth.second_step_page", next=wanted)
    return access.held_at() or access.safe_next(wanted, url_for("admin.index"))


class CodeForm(BackOfficeForm):
    code = StringField(
        "手机验证器上的 6 位数字", [filled("还没有填手机验证器上的 6 位数字"), Length(max=30)], filters=[stripped],
        description="每 30 秒换一组。手机不在身边，填一个恢复码（10 位，像 3kq7m-xw2pd）",
        render_kw={
            "autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false",
        },
    )  # fmt: skip


@blueprint.route("/sign-in/code", methods=("GET", "POST"))
@requires(Permission.SIGN_IN)
def second_step_page() -> str | Response:
    """Ask for the code of somebody whose password was right; nothing is open before it."""
    if isinstance(current_user._get_current_object(), StaffUser):
        return redirect(_way_on())
    one = second_step.waiting()
    if one is None:
        if session.pop(NOTED, None):
            flash("等得太久了，或者账户刚刚有了变化，请重新输入密码。", "warn")
        return redirect(url_for("staff_auth.sign_in", next=request.args.get("next")), 303)
    form = CodeForm()
    if form.validate_on_submit() and admitted_by_code(form, one):
        _say_what_is_left(one.user)
        return redirect(_way_on(), 303)
    return render_template("admin/second_step.html", form=form, who=one.user.display_name)


def _say_what_is_left(user: StaffUser) -> None:
    """Tell how many recovery codes are left to somebody who has few."""
    left = second_factor.codes_left(user)
    if left <= FEW:
        flash(f"恢复码只剩 {left} 个了，请到“个人设置”里重新生成。", "warn")


@blueprint.route("/sign-out", methods=("POST",))
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> Response:
    access.sign_out()
    return redirect(url_for("staff_auth.sign_in"), 303)


@blueprint.route("/password", methods=("GET", "POST"))
@requires(Permission.OWN_ACCOUNT)
def password() -> str | Response:
    user = current_user._get_current_object()
    if not isinstance(user, StaffUser):
        abort(403)
    form = OwnPasswordForm()
    if form.is_submitted() and new_password.changed(form):
        flash("密码已改好，其他地方的登录都已退出。", "ok")
        return redirect(url_for("admin.index"), 303)
    return render_template("admin/password.html", form=form, first=user.must_change_password)
