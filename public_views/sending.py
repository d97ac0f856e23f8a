"""The wizard's last step: the photos, sending the case off, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from wtforms import FileField

from domain.access import Actor, Permission
from domain.entrances import PAGES, Page, page_of
from domain.errors import DomainError, FieldProblem, NotFound, PhotoRefused, StaleVersion
from domain.verification import EDITABLE, CaseState
from domain.vocabulary import PhotoKind
from extensions import writing
from models import VerificationCase
from operations import case_drafts, cases
from operations.case_facts import missing_fields, missing_photos
from photos import SafePhoto, make_safe, turned
from public_views import case_words
from public_views.wizard import STEPS
from web.access import current_actor, requires
from web.forms import Form
from web.photos import forget, photo_response, stored

blueprint = Blueprint("sending", __name__)

SENT = (CaseState.PENDING, CaseState.AUTO_APPROVED)


class _PhotosForm(Form):
    """The class below has a control for every kind of photo; a page shows those of its entrance."""


PhotosForm = type("PhotosForm", (_PhotosForm,), {kind.value: FileField(kind.label) for kind in PhotoKind})


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
    _keep_chosen(form, actor, case)
    for name, change in (("remove", _remove), ("turn", _turn)):
        if name in request.form and not form.errors:
            change(form, actor, case, _page_named(case, request.form[name]))
    if form.errors or {"upload", "remove", "turn"} & set(request.form):
        return _page(case, form) if form.errors else redirect(_here(case_id), 303)
    if "later" in request.form:
        flash("已经存好了，随时可以接着传。", "ok")
        return redirect(url_for("portal.home"), 303)
    return _send(form, actor, case)


def _here(case_id: int) -> str:
    kind = next(request.form[name] for name in ("upload", "remove", "turn") if name in request.form)
    return url_for("sending.photos", case_id=case_id, _anchor=f"{kind}-card")


def _page_named(case: VerificationCase, word: str) -> Page:
    page = page_of(case.entrance, word)
    if page is None:
        raise NotFound("没有这张照片")
    return page


def _keep_chosen(form: Any, actor: Actor, case: VerificationCase) -> None:
    case_id = case.id
    for page in PAGES[case.entrance]:
        chosen = request.files.get(page.kind.value)
        if chosen is not None and chosen.filename:
            _take(form, actor, case_id, page, chosen.read())


def _take(form: Any, actor: Actor, case_id: int, page: Page, data: bytes) -> None:
    _put(
        form, page.kind, lambda: make_safe(data, budget=page.budget),
        lambda photo, key: case_drafts.attach_photo(case_drafts.own(actor, case_id), page.kind, photo, key),
    )  # fmt: skip


def _turn(form: Any, actor: Actor, case: VerificationCase, page: Page) -> None:
    case_id, kind, old = case.id, page.kind, case.photo(page.kind)
    if old is None:
        raise NotFound("没有这张照片")
    stored_under = old.key
    _put(
        form, kind, lambda: turned(current_app.extensions["photos"].get(stored_under), budget=page.budget),
        lambda photo, key: case_drafts.turn_photo(case_drafts.own(actor, case_id), kind, photo, key, stored_under),
    )  # fmt: skip


def _put(
    form: Any, kind: PhotoKind, make: Callable[[], SafePhoto], attach: Callable[[SafePhoto, str], str | None]
) -> None:
    """Make a photo and put it to the case; what speaks against it stands beside its page."""
    try:
        _keep(make(), attach)
    except PhotoRefused as refusal:
        form.say(kind.value, refusal.sentence)
    except DomainError as problem:
        form.show(problem)


def _keep(photo: SafePhoto, attach: Callable[[SafePhoto, str], str | None]) -> None:
    """Store the file first; it goes again if the case does not take it."""
    with stored(photo.data) as key, writing():
        assert key is not None, "there is a photo to store"
        dropped = attach(photo, key)
    forget(dropped)


def _remove(form: Any, actor: Actor, case: VerificationCase, page: Page) -> None:
    case_id = case.id
    with writing():
        dropped = case_drafts.remove_photo(case_drafts.own(actor, case_id), page.kind)
    forget(dropped)


def _send(form: Any, actor: Actor, case: VerificationCase) -> Any:
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
    for key in outgrown:
        forget(key)
    return redirect(url_for("sending.done", case_id=case_id), 303)


def _moved_on(case: VerificationCase, sentence: str = "") -> Any:
    """A second click on the button finds the case sent already; anything else is told beside the case as it is now."""
    if case.state in SENT:
        return redirect(url_for("sending.done", case_id=case.id), 303)
    flash(sentence or f"这本证书现在是“{case.state.holder_label}”，您这次的操作没有生效，请看最新情况再决定。", "warn")
    return redirect(url_for("own_cases.details", case_id=case.id), 303)


def _page(case: VerificationCase, form: Any) -> str:
    return render_template(
        "portal/wizard/photos.html", case=case, form=form, steps=STEPS[case.entrance], pages=PAGES[case.entrance],
        outcome=case_words.outcome(case), email=current_user.email, email_confirmed=current_user.email_confirmed_at,
    )  # fmt: skip


@blueprint.get("/portal/verify/<int:case_id>/photos/<kind>.jpg")
@requires(Permission.OWN_CASES)
def photo(case_id: int, kind: str) -> Any:
    case = case_drafts.own(current_actor(), case_id)
    own = case.photo(_page_named(case, kind).kind)
    if own is None:
        raise NotFound("没有这张照片")
    return photo_response(own.key)


@blueprint.get("/portal/verify/<int:case_id>/done")
@requires(Permission.OWN_CASES)
def done(case_id: int) -> Any:
    case = case_drafts.own(current_actor(), case_id)
    if case.state not in SENT:
        return redirect(case_words.next_page(case))
    return render_template(
        "portal/wizard/done.html", case=case, approved=case.state is CaseState.AUTO_APPROVED,
        usual=case_words.usual(case), contact=case_words.contact(case),
    )  # fmt: skip
