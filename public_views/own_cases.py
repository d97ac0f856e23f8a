"""One case as its holder sees it, and what the holder can do about it outside the wizard."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import TextAreaField
from wtforms.validators import Length

from domain import lengths
from domain.access import Permission
from domain.errors import DomainError, NotAllowed, StaleVersion
from domain.verification import CaseState
from domain.vocabulary import PhotoKind
from extensions import writing
from models import VerificationCase
from operations import case_drafts, cases
from public_views import case_words
from web.access import current_actor, requires
from web.forms import Form, filled

blueprint = Blueprint("own_cases", __name__)

DONE = {
    "withdraw": "已撤回审验。改好以后可以再提交。",
    "discard": "已放弃这份审验。以后还可以重新开始。",
    "confirm": "已确认，审核通过。现在可以公开查验了。",
    "dispute": "您的异议已经交给职改办，有结果会在“消息”里告诉您。",
}


class DisputeForm(Form):
    reason = TextAreaField(
        "有异议的原因", [filled("还没有写明哪里不对"), Length(max=lengths.REPLY)],
        description="写明哪一处不对、证书上是怎样写的。",
    )  # fmt: skip


@blueprint.get("/portal/cases/<int:case_id>/")
@requires(Permission.OWN_CASES)
def details(case_id: int) -> str:
    return _page(case_drafts.own(current_actor(), case_id), DisputeForm(formdata=None))


def _page(case: VerificationCase, form: DisputeForm) -> str:
    actor = current_actor()
    to_confirm = case.state is CaseState.NEEDS_CONFIRMATION
    return render_template(
        "portal/case.html", case=case, form=form, line=case_words.line(case, actor), values=case_words.values(case),
        next_step=case_words.next_step(case), usual=case_words.usual(case), contact=case_words.contact(case),
        changes=case_words.changes(case) if case.state.is_open else [],
        corrections=case_words.corrections(case) if to_confirm else [], photos=_photos(case),
        happenings=case_words.timeline(case), may_withdraw=case_words.may(case, actor, "withdraw"),
        may_discard=case_words.may(case, actor, "discard"), to_confirm=to_confirm,
    )  # fmt: skip


def _photos(case: VerificationCase) -> list[PhotoKind]:
    return [kind for kind in PhotoKind if case.photo(kind)]


@blueprint.post("/portal/cases/<int:case_id>/withdraw")
@requires(Permission.OWN_CASES)
def withdraw(case_id: int) -> Any:
    return _act(case_id, "withdraw")


@blueprint.get("/portal/cases/<int:case_id>/discard")
@requires(Permission.OWN_CASES)
def ask_discard(case_id: int) -> Any:
    case, actor = case_drafts.own(current_actor(), case_id), current_actor()
    if not case_words.may(case, actor, "discard"):
        return redirect(url_for("own_cases.details", case_id=case_id))
    return render_template("portal/discard.html", case=case, line=case_words.line(case, actor))


@blueprint.post("/portal/cases/<int:case_id>/discard")
@requires(Permission.OWN_CASES)
def discard(case_id: int) -> Any:
    return _act(case_id, "discard")


@blueprint.post("/portal/cases/<int:case_id>/confirm")
@requires(Permission.OWN_CASES)
def confirm(case_id: int) -> Any:
    return _act(case_id, "confirm")


@blueprint.post("/portal/cases/<int:case_id>/dispute")
@requires(Permission.OWN_CASES)
def dispute(case_id: int) -> Any:
    form = DisputeForm()
    if not form.validate():
        return _page(case_drafts.own(current_actor(), case_id), form)
    return _act(case_id, "dispute", form)


def _act(case_id: int, name: str, form: DisputeForm | None = None) -> Any:
    """Take the step; what speaks against it stands on the page of the case as it is now, with the words typed."""
    actor = current_actor()
    case_drafts.own(actor, case_id)
    reason = form.reason.data if form else ""
    try:
        with writing():
            cases.act(actor, case_id, request.form.get("version", 0, int), name, reply=reason)
    except (StaleVersion, NotAllowed) as refusal:
        return _refused(case_id, refusal, form or DisputeForm(formdata=None))
    flash(DONE[name], "ok")
    return redirect(url_for("portal.home") if name == "discard" else url_for("own_cases.details", case_id=case_id), 303)


def _refused(case_id: int, refusal: DomainError, form: DisputeForm) -> Any:
    flash(refusal.sentence, "warn")
    return _page(case_drafts.own(current_actor(), case_id), form), 409
