"""The door of the back office: signing in, signing out, and one's own password."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from admin_views.forms import BackOfficeForm, stripped
from domain.access import Permission
from models import StaffUser
from web import access, new_password
from web.access import requires
from web.captcha import CaptchaFields
from web.forms import filled
from web.new_password import OwnPasswordForm
from web.signing_in import admitted, ask_if_due, attempt_at

blueprint = Blueprint("staff_auth", __name__, url_prefix="/admin")


class SignInForm(CaptchaFields, BackOfficeForm):
    username = StringField(
        "登录名", [filled("还没有填登录名")], filters=[stripped],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 100},
    )  # fmt: skip
    password = PasswordField(
        "密码", [filled("还没有填密码")], render_kw={"autocomplete": "current-password", "maxlength": 200}
    )


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
    if current_user.must_change_password:
        return url_for("staff_auth.password")
    return access.safe_next(request.args.get("next"), url_for("admin.index"))


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
