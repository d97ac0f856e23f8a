"""The wizard's last step: the two photos, sending the case off, and what comes of it."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import FileField

from domain.access import Actor, Permission
from domain.errors import DomainError, FieldProblem, NotFound, PhotoRefused, StaleVersion
from domain.verification import CaseState
from domain.vocabulary import PhotoKind
from extensions import writing
from models import VerificationCase
from operations import case_drafts, cases
from operations.case_drafts import EDITABLE
from operations.case_facts import REQUIRED_PHOTOS, missing_fields, missing_photos
from photos import SafePhoto, make_safe
from public_views import case_words
from public_views.wizard import STEPS
from storage import StorageAway, new_key
from web.access import current_actor, requires
from web.forms import Form
from web.photos import photo_response

blueprint = Blueprint("sending", __name__)

log = logging.getLogger(__name__)

SENT = (CaseState.PENDING, CaseState.AUTO_APPROVED)
HINTS = {
    PhotoKind.NUMBER_PAGE: "有“证书编号”四个字的那一页。",
    PhotoKind.CONTENT_PAGE: "有“姓名”“资格名称”的那一页。",
}


class PhotosForm(Form):
    number_page = FileField(PhotoKind.NUMBER_PAGE.label)
    content_page = FileField(PhotoKind.CONTENT_PAGE.label)


@blueprint.get("/portal/verify/<int:case_id>/photos")
@requires(Permission.OWN_CASES)
def photos(case_id: int) -> Any:
    case = case_drafts.own(current_actor(), case_id)
    return _page(case, PhotosForm(formdata=None)) if case.state in EDITABLE else redirect(case_words.next_page(case))


@blueprint.post("/portal/verify/<int:case_id>/photos")
@requires(Permission.OWN_CASES)
def take(case_id: int) -> Any:
    """Keep what was chosen, drop what shall go, and send the case off if that was the button."""
    actor = current_actor()
    case = case_drafts.own(actor, case_id)
    if case.state not in EDITABLE:
        return _moved_on(case)
    form = PhotosForm()
    _keep_chosen(form, actor, case_id)
    if not form.errors and "remove" in request.form:
        _remove(actor, case_id, _kind(request.form["remove"]))
    if form.errors or {"upload", "remove"} & set(request.form):
        return _page(case, form) if form.errors else redirect(_here(case_id), 303)
    if "later" in request.form:
        flash("已经存好了，随时可以接着传。", "ok")
        return redirect(url_for("portal.home"), 303)
    return _send(form, actor, case)


def _here(case_id: int) -> str:
    kind = request.form.get("upload") or request.form.get("remove")
    return url_for("sending.photos", case_id=case_id, _anchor=f"{kind}-card")


def _kind(word: str) -> PhotoKind:
    kind = next((one for one in REQUIRED_PHOTOS if one.value == word), None)
    if kind is None:
        raise NotFound("没有这张照片")
    return kind


def _keep_chosen(form: PhotosForm, actor: Actor, case_id: int) -> None:
    for kind in REQUIRED_PHOTOS:
        chosen = request.files.get(kind.value)
        if chosen is None or not chosen.filename:
            continue
        try:
            _keep(actor, case_id, kind, make_safe(chosen.read()))
        except PhotoRefused as refusal:
            form.say(kind.value, refusal.sentence)
        except DomainError as problem:
            form.show(problem)


def _keep(actor: Actor, case_id: int, kind: PhotoKind, photo: SafePhoto) -> None:
    """Store the file first; it goes again if the case does not take it."""
    store, key = current_app.extensions["photos"], new_key()
    store.put(key, photo.data)
    try:
        with writing():
            dropped = case_drafts.attach_photo(case_drafts.own(actor, case_id), kind, photo, key)
    except BaseException:
        store.delete(key)
        raise
    _forget(dropped)


def _forget(*keys: str | None) -> None:
    """Delete files that no case needs any more; where the storage is away they stay, and nobody is held up."""
    for key in filter(None, keys):
        try:
            current_app.extensions["photos"].delete(key)
        except StorageAway:
            log.warning("a photo that is not needed any more could not be deleted")


def _remove(actor: Actor, case_id: int, kind: PhotoKind) -> None:
    with writing():
        dropped = case_drafts.remove_photo(case_drafts.own(actor, case_id), kind)
    _forget(dropped)


def _send(form: PhotosForm, actor: Actor, case: VerificationCase) -> Any:
    case_id = case.id
    if missing_fields(case):
        return redirect(url_for("wizard.read_over", case_id=case_id), 303)
    for label in missing_photos(case):
        form.show(FieldProblem(PhotoKind.labelled(label) or "", f"还没有上传{label}"))
    if form.errors:
        return _page(case, form)
    name = "submit" if case.state is CaseState.DRAFT else "resubmit"
    outgrown = [photo.key for photo in case.photos if photo.superseded]
    try:
        with writing():
            cases.act(actor, case_id, request.form.get("version", 0, int), name)
    except StaleVersion as stale:
        return _moved_on(case_drafts.own(actor, case_id), stale.sentence)
    except DomainError as refusal:
        form.show(refusal)
        return _page(case, form)
    _forget(*outgrown)
    return redirect(url_for("sending.done", case_id=case_id), 303)


def _moved_on(case: VerificationCase, sentence: str = "") -> Any:
    """A second click on the button finds the case sent already; anything else is told beside the case as it is now."""
    if case.state in SENT:
        return redirect(url_for("sending.done", case_id=case.id), 303)
    flash(sentence or f"这本证书现在是“{case.state.holder_label}”，您这次的操作没有生效，请看最新情况再决定。", "warn")
    return redirect(url_for("own_cases.details", case_id=case.id), 303)


def _page(case: VerificationCase, form: PhotosForm) -> str:
    return render_template(
        "portal/wizard/photos.html", case=case, form=form, steps=STEPS, pages=[(kind, HINTS[kind]) for kind in REQUIRED_PHOTOS],
        outcome=case_words.outcome(case), email=current_user.email, email_confirmed=current_user.email_confirmed_at,
    )  # fmt: skip


@blueprint.get("/portal/verify/<int:case_id>/photos/<kind>.jpg")
@requires(Permission.OWN_CASES)
def photo(case_id: int, kind: str) -> Any:
    own = case_drafts.own(current_actor(), case_id).photo(_kind(kind))
    if own is None:
        raise NotFound("没有这张照片")
    return photo_response(own.key)


@blueprint.get("/portal/verify/<int:case_id>/done")
@requires(Permission.OWN_CASES)
def done(case_id: int) -> Any:
    case = case_drafts.own(current_actor(), case_id)
    if case.state not in SENT:
        return redirect(case_words.next_page(case))
    return render_template("portal/wizard/done.html", case=case, approved=case.state is CaseState.AUTO_APPROVED)
