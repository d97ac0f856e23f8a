"""隐私说明: the notice everybody may read, and the consent that is asked for at registration and at each new version."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import BooleanField, Field, HiddenField
from wtforms.validators import StopValidation

from domain import privacy
from domain.access import Permission
from domain.errors import DomainError
from domain.retention import RETENTION
from extensions import db, writing
from models import Holder
from operations import holders
from public_views.portal import holder
from web import blanks
from web.access import requires, safe_next
from web.forms import Check, Form

blueprint = Blueprint("privacy", __name__)


def _ticked(sentence: str) -> Check:
    def check(form: Form, field: Field) -> None:
        if not field.data:
            raise StopValidation(sentence)

    return check


def consent_fields() -> tuple[BooleanField, BooleanField]:
    """Return the two boxes of whoever consents: the sensitive data is a consent of its own. Neither is ticked before."""
    return (
        BooleanField(privacy.CONSENT, [_ticked(privacy.NOT_CONSENTED)]),
        BooleanField(privacy.CONSENT_SENSITIVE, [_ticked(privacy.NOT_CONSENTED_SENSITIVE)]),
    )


class ConsentForm(Form):
    consent, consent_sensitive = consent_fields()
    shown = HiddenField()
    """The version that the page showed."""
    next = HiddenField()


@blueprint.get("/privacy")
@requires(Permission.LOOK_UP)
def notice() -> str:
    return blanks.page("public/privacy.html", {}, rules=privacy, retention=RETENTION)


@blueprint.get("/portal/consent")
@requires(Permission.OWN_DATA)
def ask() -> Any:
    if not holder().actor.must_consent:
        return redirect(url_for("portal.home"))
    return _page(ConsentForm(formdata=None, next=request.args.get("next")))


def _page(form: ConsentForm) -> str:
    form.shown.data = privacy.current().name
    return render_template("public/consent.html", form=form, since=privacy.changes_after(holder().consent_version),
                           asked_before=holder().consent_version is not None)  # fmt: skip


@blueprint.post("/portal/consent")
@requires(Permission.OWN_DATA)
def consent() -> Any:
    form, own_id = ConsentForm(), holder().id
    if not form.validate():
        return _page(form)
    try:
        with writing():
            holders.consent(db.session.get_one(Holder, own_id), form.shown.data or "")
    except DomainError as problem:
        form.show(problem)
        return _page(form)
    flash("已记下您的同意。", "ok")
    return redirect(safe_next(form.next.data, url_for("portal.home")), 303)
