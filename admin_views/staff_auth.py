"""The door of the back office: signing in, signing out, and one's own password."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from admin_views.forms import BackOfficeForm, stripped
from domain.access import Permission
from domain.errors import DomainError
from domain.passwords import HINT
from extensions import db, writing
from models import StaffUser
from operations import accounts
from operations.accounts import Attempt
from operations.passwords import hashed
from web import access, captcha
from web.access import requires
from web.captcha import CaptchaFields
from web.forms import filled

blueprint = Blueprint("staff_auth", __name__, url_prefix="/admin")


class SignInForm(CaptchaFields, BackOfficeForm):
    username = StringField(
        "登录名", [filled("还没有填登录名")], filters=[stripped],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 100},
    )  # fmt: skip
    password = PasswordField(
        "密码", [filled("还没有填密码")], render_kw={"autocomplete": "current-password", "maxlength": 200}
    )


class PasswordForm(BackOfficeForm):
    current = PasswordField(
        "现在的密码", [filled("还没有填现在的密码")], render_kw={"autocomplete": "current-password"}
    )
    password = PasswordField(
        "新密码", [filled("还没有填新密码")], description=HINT, render_kw={"autocomplete": "new-password"}
    )
    repeated = PasswordField("再输一次新密码", [filled("请再输一次新密码")], render_kw={"autocomplete": "new-password"})


@blueprint.route("/sign-in", methods=("GET", "POST"))
@requires(Permission.SIGN_IN)
def sign_in() -> str | Response:
    if isinstance(current_user._get_current_object(), StaffUser):
        return redirect(_way_on())
    form = SignInForm()
    attempt = Attempt("staff", form.username.data or "", request.remote_addr or "")
    if form.validate_on_submit() and (user := _admitted(form, attempt)):
        access.sign_in(user)
        return redirect(_way_on(), 303)
    if accounts.asks_challenge(attempt, current_app.config["CAPTCHA_ALWAYS"]):
        captcha.ask(form)
    return render_template("admin/sign_in.html", form=form)


def _admitted(form: SignInForm, attempt: Attempt) -> StaffUser | None:
    """Return the account that may come in; whatever speaks against it stands on the form."""
    if accounts.locked(attempt):
        form.say(None, accounts.WAIT)
        return None
    if accounts.asks_challenge(attempt, current_app.config["CAPTCHA_ALWAYS"]) and not captcha.passed(form):
        return None
    user = accounts.recognised(accounts.staff_by_login(attempt.login), form.password.data or "")
    verified = user.password_hash if user else ""
    with writing():
        if user is None:
            form.say(None, accounts.failed(attempt))
        else:
            accounts.signed_in(user, attempt, verified)
    return user


def _way_on() -> str:
    if current_user.must_change_password:
        return url_for("staff_auth.password")
    return access.safe_next(request.args.get("next"), url_for("admin.index"))


@blueprint.route("/sign-out", methods=("POST",))
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> Response:
    logout_user()
    return redirect(url_for("staff_auth.sign_in"), 303)


@blueprint.route("/password", methods=("GET", "POST"))
@requires(Permission.OWN_ACCOUNT)
def password() -> str | Response:
    user = current_user._get_current_object()
    if not isinstance(user, StaffUser):
        abort(403)
    form = PasswordForm()
    if form.validate_on_submit() and _password_taken(form, user):
        flash("密码已改好，其他地方的登录都已退出。", "ok")
        return redirect(url_for("admin.index"), 303)
    return render_template("admin/password.html", form=form, first=user.must_change_password)


def _password_taken(form: PasswordForm, user: StaffUser) -> bool:
    """Change the password if the rules let it; hashing is slow and comes before the transaction."""
    new = form.password.data or ""
    try:
        accounts.refuse_wrong(user, form.current.data or "")
        first = current_app.config["OFFICE_DEFAULT_PASSWORD"]
        names = [user.username, user.display_name, user.office.name]
        accounts.refuse_weak(new, form.repeated.data or "", names=names, office_default=first)
    except DomainError as refusal:
        form.show(refusal)
        return False
    new_hash, number = hashed(new), user.id
    with writing():
        accounts.change_password(db.session.get_one(StaffUser, number), new_hash)
    access.keep_signed_in(db.session.get_one(StaffUser, number))
    return True
