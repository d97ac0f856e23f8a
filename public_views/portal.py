"""The holder's own pages: home, 我的证书, 个人中心, password, and the guide."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user

from domain.access import Permission
from domain.verification import CaseState
from models import Holder, VerificationCase
from operations import case_drafts, holders, offers
from public_views import case_words
from public_views.home_page import beside_the_certificates
from public_views.person_fields import regions
from web import new_password
from web.access import current_actor, requires
from web.new_password import OwnPasswordForm

blueprint = Blueprint("portal", __name__)


def holder() -> Holder:
    """Return who is signed in; the gate let nobody else through."""
    own: Holder = current_user._get_current_object()
    return own


@blueprint.get("/portal/")
@requires(Permission.OWN_CASES)
def home() -> str:
    own = _own_certificates()
    beside = beside_the_certificates(holder())
    return render_template("portal/home.html", waiting=_waiting(own["cases"]), **own, **beside)


@blueprint.get("/portal/certificates/")
@requires(Permission.OWN_CASES)
def certificates() -> str:
    return render_template("portal/certificates.html", **_own_certificates())


def _own_certificates() -> dict[str, Any]:
    cases = case_drafts.cases_of(holder().id)
    return {
        "cases": cases,
        "offered": offers.offered(holder()),
        "groups": case_words.grouped(cases, current_actor()),
        "empty": case_words.EMPTY_GROUPS,
    }


def _waiting(cases: list[VerificationCase]) -> dict[str, int]:
    """Count what waits for the holder: to be changed, and to be confirmed."""
    states = [case.state for case in cases]
    return {"change": states.count(CaseState.NEEDS_CHANGES), "confirm": states.count(CaseState.NEEDS_CONFIRMATION)}


@blueprint.get("/portal/profile")
@requires(Permission.OWN_CASES)
def profile() -> str:
    own = holder()
    region, to_be = regions().name(own.region_code), holders.email_to_be(own)
    return render_template("portal/profile.html", holder=own, region=region, to_be=to_be)


@blueprint.get("/portal/password")
@requires(Permission.OWN_CASES)
def password() -> str:
    return render_template("portal/password.html", form=OwnPasswordForm(formdata=None))


@blueprint.post("/portal/password")
@requires(Permission.OWN_CASES)
def change_password() -> Any:
    form = OwnPasswordForm()
    if not new_password.changed(form):
        return render_template("portal/password.html", form=form)
    flash("密码已改好，其他设备上的登录都已退出。", "ok")
    return redirect(url_for("portal.profile"), 303)


@blueprint.get("/portal/guide")
@requires(Permission.OWN_CASES)
def guide() -> str:
    return render_template("portal/guide.html")
