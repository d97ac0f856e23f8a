"""身份信息更正: a wrong name or ID number of the account is mended by request, never by the holder alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import FileField

from domain import normalizing
from domain.access import Permission
from domain.errors import DomainError
from extensions import db, writing
from models import Holder
from operations import identity_requests
from operations.identity_requests import PAGES, Claimant
from public_views.person_fields import IdentityFields, parsed
from public_views.portal import holder
from web import papers
from web.access import requires
from web.forms import Form

blueprint = Blueprint("corrections", __name__)


class CorrectionForm(IdentityFields, Form):
    front = FileField("身份证人像面")
    back = FileField("身份证国徽面")
    statement = FileField("单位盖章的说明")


@blueprint.get("/portal/profile/correction")
@requires(Permission.OWN_CASES)
def form() -> str:
    own = holder()
    return _page(CorrectionForm(formdata=None, name=own.name))


@blueprint.post("/portal/profile/correction")
@requires(Permission.OWN_CASES)
def ask() -> Any:
    given = CorrectionForm()
    if not given.validate():
        return _page(given)
    pages = papers.chosen(given, PAGES)
    if given.errors:
        return _page(given)
    claimed = Claimant(normalizing.person_name(given.name.data), parsed(given.id_number.data))
    own_id = holder().id
    try:
        with papers.stored(pages) as keys, writing():
            identity_requests.ask_correction(db.session.get_one(Holder, own_id), claimed, keys)
    except DomainError as refusal:
        given.show(refusal)
        return _page(given)
    flash("更正申请已交。办好以后在“消息中心”告诉您，办理期间照常使用。", "ok")
    return redirect(url_for("corrections.form"), 303)


def _page(given: CorrectionForm) -> str:
    return render_template(
        "portal/correction.html", form=given, holder=holder(), asked=identity_requests.all_of(holder())
    )
