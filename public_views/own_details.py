"""What a holder changes alone: mobile, region and employer, the security question, the avatar, sessions elsewhere."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import FileField, StringField
from wtforms.validators import Length, Optional

from domain import identifiers, normalizing
from domain.access import Permission
from domain.errors import DomainError, NotFound, PhotoRefused
from domain.identifiers import mask_mobile
from extensions import db, writing
from models import Holder
from operations import holders
from operations.holders import Details
from operations.passwords import hashed
from photos import make_square
from public_views.person_fields import mobile_field, region_field
from public_views.portal import holder
from public_views.registration import answer_field, question_field
from web import new_password, own_sessions
from web.access import requires, session_key
from web.forms import Form
from web.new_password import CurrentPasswordField
from web.photos import forget, photo_response, stored

blueprint = Blueprint("own_details", __name__, url_prefix="/portal/profile")


class DetailsForm(CurrentPasswordField, Form):
    mobile = mobile_field("新手机号")
    region = region_field()
    employer = StringField(
        "工作单位", [Optional(), Length(max=200)],
        render_kw={"autocomplete": "organization"},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.mobile, self.current):
            field.validators = [Optional(), *field.validators[1:]]
        now_known = holder().mobile
        self.mobile.description = f"现在是 {mask_mobile(now_known)}，不改就不填。" if now_known else "现在没有手机号。"


@blueprint.get("/details")
@requires(Permission.OWN_CASES)
def details() -> str:
    own = holder()
    employer = own.employer_name or holders.employer_on_record(own)
    form = DetailsForm(formdata=None, region=own.region_code, employer=employer)
    return render_template("portal/details.html", form=form)


@blueprint.post("/details")
@requires(Permission.OWN_CASES)
def change_details() -> Any:
    form, own_id = DetailsForm(), holder().id
    if not form.validate() or not _may_change_mobile(form):
        return render_template("portal/details.html", form=form)
    given = Details(_mobile(form), form.region.data, normalizing.text(form.employer.data or ""))
    key = session_key()
    try:
        with writing():
            holders.change_details(db.session.get_one(Holder, own_id), given, key)
    except DomainError as problem:
        form.show(problem)
        return render_template("portal/details.html", form=form)
    flash("资料已保存。", "ok")
    return redirect(url_for("portal.profile"), 303)


def _may_change_mobile(form: DetailsForm) -> bool:
    """The mobile number opens the account and recovers it: another one asks for the password."""
    own = holder()
    return _mobile(form) == own.mobile or new_password.is_current(form, own)


def _mobile(form: DetailsForm) -> str:
    return identifiers.mobile(form.mobile.data) if form.mobile.data else holder().mobile


class QuestionForm(CurrentPasswordField, Form):
    """Another security question, or another answer to the same."""

    question, answer = question_field(), answer_field()


@blueprint.get("/question")
@requires(Permission.OWN_CASES)
def question() -> str:
    return _question_page(QuestionForm(formdata=None, question=holder().security_question))


def _question_page(form: QuestionForm) -> str:
    return render_template("portal/question.html", form=form)


@blueprint.post("/question")
@requires(Permission.OWN_CASES)
def change_question() -> Any:
    form, own_id, key = QuestionForm(), holder().id, session_key()
    if not form.validate() or not new_password.is_current(form, holder()):
        return _question_page(form)
    answer_hash = hashed(holders.normalised_answer(form.answer.data))
    with writing():
        holders.change_question(db.session.get_one(Holder, own_id), form.question.data, answer_hash, key)
    flash("密保问题已改好，其他地方的登录都已退出。", "ok")
    return redirect(url_for("portal.profile"), 303)


class AvatarForm(Form):
    picture = FileField("头像照片")


@blueprint.get("/avatar")
@requires(Permission.OWN_CASES)
def avatar() -> str:
    return render_template("portal/avatar.html", form=AvatarForm(formdata=None), holder=holder())


@blueprint.post("/avatar")
@requires(Permission.OWN_CASES)
def change_avatar() -> Any:
    form, own_id = AvatarForm(), holder().id
    square = None if "remove" in request.form else _square(form)
    if form.errors:
        return render_template("portal/avatar.html", form=form, holder=holder())
    with stored(square) as key, writing():
        dropped = holders.change_avatar(db.session.get_one(Holder, own_id), key)
    forget(dropped)
    flash("头像已换好。" if key else "头像已去掉。", "ok")
    return redirect(url_for("portal.profile"), 303)


def _square(form: AvatarForm) -> bytes | None:
    chosen = request.files.get("picture")
    if chosen is None or not chosen.filename:
        form.say("picture", "还没有选照片")
        return None
    try:
        return make_square(chosen.read())
    except PhotoRefused as refusal:
        form.say("picture", refusal.sentence)
        return None


@blueprint.get("/avatar.jpg")
@requires(Permission.OWN_CASES)
def avatar_picture() -> Any:
    key = holder().avatar
    if key is None:
        raise NotFound("还没有头像")
    return photo_response(key)


@blueprint.get("/sessions")
@requires(Permission.OWN_CASES)
def signed_in() -> str:
    return render_template("portal/sessions.html", rows=own_sessions.rows(holder()))


@blueprint.post("/sessions")
@requires(Permission.OWN_CASES)
def end_sessions() -> Any:
    own_sessions.end(holder())
    return redirect(url_for("own_details.signed_in"), 303)
