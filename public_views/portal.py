"""The holder's own pages: home, 我的证书, 个人中心, password, and the guide."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_login import current_user
from wtforms import PasswordField

from domain import passwords
from domain.access import Permission
from domain.errors import DomainError
from domain.verification import CaseState
from extensions import db, writing
from models import Holder
from operations import accounts, case_drafts, lookups, recovery
from operations.passwords import hashed
from public_views import case_words
from public_views.registration import regions
from web.access import current_actor, keep_signed_in, requires
from web.forms import Form, filled

blueprint = Blueprint("portal", __name__)


def holder() -> Holder:
    """Return who is signed in; the gate let nobody else through."""
    own: Holder = current_user._get_current_object()
    return own


@blueprint.get("/portal/")
@requires(Permission.OWN_CASES)
def home() -> str:
    return render_template(
        "portal/home.html", times=lookups.count_of_holder(holder().id_digest), waiting=_waiting(), **_own_certificates()
    )


@blueprint.get("/portal/certificates/")
@requires(Permission.OWN_CASES)
def certificates() -> str:
    return render_template("portal/certificates.html", **_own_certificates())


def _own_certificates() -> dict[str, Any]:
    cases = case_drafts.cases_of(holder().id)
    return {
        "offered": case_drafts.offered(holder()),
        "groups": case_words.grouped(cases, current_actor()),
        "empty": case_words.EMPTY_GROUPS,
    }


def _waiting() -> dict[str, int]:
    """Count what waits for the holder: to be changed, and to be confirmed."""
    states = [case.state for case in case_drafts.cases_of(holder().id)]
    return {"change": states.count(CaseState.NEEDS_CHANGES), "confirm": states.count(CaseState.NEEDS_CONFIRMATION)}


@blueprint.get("/portal/profile")
@requires(Permission.OWN_CASES)
def profile() -> str:
    return render_template("portal/profile.html", holder=holder(), region=regions().name(holder().region_code))


class PasswordForm(Form):
    current = PasswordField(
        "现在的密码", [filled("还没有填现在的密码")], render_kw={"autocomplete": "current-password"}
    )
    password = PasswordField(
        "新密码",
        [filled("还没有填新密码")],
        description=f"{passwords.HINT}。",
        render_kw={"autocomplete": "new-password", "maxlength": 200},
    )
    repeated = PasswordField(
        "再输一次新密码", [filled("还没有再输一次新密码")], render_kw={"autocomplete": "new-password", "maxlength": 200}
    )  # fmt: skip


@blueprint.get("/portal/password")
@requires(Permission.OWN_CASES)
def password() -> str:
    return render_template("portal/password.html", form=PasswordForm(formdata=None))


@blueprint.post("/portal/password")
@requires(Permission.OWN_CASES)
def change_password() -> Any:
    form = PasswordForm()
    if not form.validate() or not _accepted(form):
        return render_template("portal/password.html", form=form)
    new_hash, own_id = hashed(form.password.data), holder().id
    with writing():
        account = db.session.get_one(Holder, own_id)
        recovery.change_password(account, new_hash)
    keep_signed_in(account)
    flash("密码已改好，其他设备上的登录都已退出。", "ok")
    return redirect(url_for("portal.profile"), 303)


def _accepted(form: PasswordForm) -> bool:
    own = holder()
    try:
        accounts.refuse_wrong(own, form.current.data)
        accounts.refuse_weak(
            form.password.data, form.repeated.data, names=[own.name, own.id_number, own.mobile, own.email],
            office_default=current_app.config["OFFICE_DEFAULT_PASSWORD"],
        )  # fmt: skip
    except DomainError as problem:
        form.show(problem)
        return False
    return True


@blueprint.get("/portal/guide")
@requires(Permission.OWN_CASES)
def guide() -> str:
    return render_template("portal/guide.html")
