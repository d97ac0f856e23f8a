"""One's own second factor: setting it up, another telephone, recovery codes anew, giving it up."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import Length

from admin_views.forms import BackOfficeForm, stripped
from domain.access import Permission
from domain.errors import DomainError
from domain.second_factor import FactorState
from extensions import db, writing
from models import SecondFactor, StaffUser
from operations import second_factor
from web import access, new_password
from web.access import requires
from web.forms import filled
from web.new_password import CurrentPasswordField

blueprint = Blueprint("second_factor", __name__, url_prefix="/admin/second-factor")


class PasswordForm(CurrentPasswordField, BackOfficeForm):
    """Asks for the present password before a change."""


class ProofForm(BackOfficeForm):
    code = StringField(
        "验证器上的 6 位数字", [filled("还没有填验证器上的 6 位数字"), Length(max=12)], filters=[stripped],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )  # fmt: skip


def own() -> StaffUser:
    user = access.own_account()
    return user if isinstance(user, StaffUser) else abort(403)


@blueprint.get("/")
@requires(Permission.OWN_ACCOUNT)
def index() -> Any:
    user = own()
    if user.factor_state is FactorState.NONE:
        return redirect(url_for(".set_up" if second_factor.waiting(user) else ".begin"))
    if user.factor_state is FactorState.UNNOTED:
        return redirect(url_for(".codes"))
    since = db.session.get_one(SecondFactor, user.id).set_up_at
    left = second_factor.codes_left(user)
    return render_template("admin/second_factor/index.html", since=since, left=left)


@blueprint.route("/begin", methods=("GET", "POST"))
@requires(Permission.OWN_ACCOUNT)
def begin() -> Any:
    user, form = own(), PasswordForm()
    if form.validate_on_submit() and new_password.is_current(form, user):
        user_id = user.id
        with writing():
            second_factor.draw(db.session.get_one(StaffUser, user_id))
        return redirect(url_for(".set_up"), 303)
    return render_template("admin/second_factor/begin.html", form=form, held=access.current_actor().is_held)


@blueprint.route("/set-up", methods=("GET", "POST"))
@requires(Permission.OWN_ACCOUNT)
def set_up() -> Any:
    user, form = own(), ProofForm()
    secret = second_factor.waiting(user)
    if secret is None and user.factor_state is FactorState.UNNOTED:
        return redirect(url_for(".codes"), 303)
    if secret is None:
        flash("设置的图过了半小时就作废，请重新开始。" if form.is_submitted() else "请先开始设置。", "warn")
        return redirect(url_for(".begin"), 303)
    if form.validate_on_submit():
        user_id, key, (codes, hashes) = user.id, access.session_key(), second_factor.new_codes()
        try:
            with writing():
                second_factor.set_up(db.session.get_one(StaffUser, user_id), form.code.data or "", hashes, key)
            return _codes_page(codes, "二次验证设好了，还差一步")
        except DomainError as problem:
            form.show(problem)
    return render_template("admin/second_factor/set_up.html", form=form, secret=secret, picture=_drawn(secret.address))


def _drawn(address: str) -> Markup:
    """Return the QR code as part of the page: at an address of its own the secret would have to be fetched again."""
    drawn = segno.make(address, micro=False, error="m").svg_inline(scale=4, border=4, light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - drawn by segno from numbers, nothing in it was typed


def _codes_page(codes: list[str], heading: str) -> str:
    """Show recovery codes, this once."""
    return render_template("admin/second_factor/codes.html", codes=codes, heading=heading, form=BackOfficeForm())


@blueprint.route("/codes", methods=("GET", "POST"))
@requires(Permission.OWN_ACCOUNT)
def codes() -> Any:
    user, form = own(), PasswordForm()
    if user.factor_state is FactorState.NONE:
        return redirect(url_for(".index"), 303)
    if form.validate_on_submit() and new_password.is_current(form, user):
        user_id, key, (drawn, hashes) = user.id, access.session_key(), second_factor.new_codes()
        with writing():
            second_factor.renew_codes(db.session.get_one(StaffUser, user_id), hashes, key)
        return _codes_page(drawn, "新的恢复码")
    lost = user.factor_state is FactorState.UNNOTED
    return render_template("admin/second_factor/renew.html", form=form, lost=lost, left=second_factor.codes_left(user))


@blueprint.post("/noted")
@requires(Permission.OWN_ACCOUNT)
def noted() -> Any:
    user_id = own().id
    with writing():
        second_factor.noted(db.session.get_one(StaffUser, user_id))
    if own().asks_code:
        flash("二次验证已设好。以后登录，密码之后还要填手机上的 6 位数字。", "ok")
    return redirect(access.held_at() or url_for("staff_settings.settings"), 303)


@blueprint.route("/off", methods=("GET", "POST"))
@requires(Permission.OWN_ACCOUNT)
def take_off() -> Any:
    user, form = own(), PasswordForm()
    if user.factor_state is FactorState.NONE:
        return redirect(url_for("staff_settings.settings"), 303)
    if form.validate_on_submit() and new_password.is_current(form, user):
        user_id, key = user.id, access.session_key()
        try:
            with writing():
                second_factor.take_off_own(db.session.get_one(StaffUser, user_id), key)
        except DomainError as problem:
            form.show(problem)
        else:
            flash("二次验证已关闭，其他地方的登录都已退出。", "ok")
            return redirect(url_for("staff_settings.settings"), 303)
    return render_template("admin/second_factor/off.html", form=form, demanded=own().second_factor_demanded)
