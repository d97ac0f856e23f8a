"""What a holder changes alone: mobile, region and employer, the e-mail address, the avatar, sessions elsewhere."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import FileField, StringField
from wtforms.validators import Length, Optional

import jobs
from domain import identifiers, normalizing
from domain.access import Permission
from domain.errors import DomainError, FieldProblem, NotFound, PhotoRefused, TooMany
from domain.identifiers import mask_mobile
from extensions import db, writing
from models import Holder
from operations import holders, throttle
from operations.holders import Details
from operations.throttle import Limit
from photos import make_square
from public_views.addresses import public_address
from public_views.person_fields import email_field, mobile_field, region_field
from public_views.portal import holder
from public_views.registration import MAILS, MOST_MAILS
from web import new_password, own_sessions
from web.access import requires
from web.forms import Form
from web.new_password import CurrentPasswordField
from web.photos import forget, photo_response, stored

blueprint = Blueprint("own_details", __name__, url_prefix="/portal/profile")

log = logging.getLogger(__name__)

NEW_ADDRESS = ("请确认新邮箱（证书在线审验）", """{name}，您好：

您在“证书在线审验”申请把邮箱改成这一个。请打开下面的网址，再点页面上的“确认邮箱”：

{address}

网址 7 天内有效，只能用一次。不是您本人申请的，不用理会这封邮件。
""")  # fmt: skip
OLD_ADDRESS = ("您的邮箱要改了（证书在线审验）", """{name}，您好：

有人登录您在“证书在线审验”的账号，申请把邮箱改成 {email}。

是您本人改的，不用管。不是您本人，请马上登录修改密码，并在“个人中心”看看。
""")  # fmt: skip


class DetailsForm(CurrentPasswordField, Form):
    mobile = mobile_field("新手机号")
    region = region_field()
    employer = StringField(
        "工作单位", [Optional(), Length(max=200, message="工作单位最多 200 个字，请写简短些")],
        render_kw={"autocomplete": "organization", "maxlength": 200},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.mobile, self.current):
            field.validators = [Optional(), *field.validators[1:]]
        self.mobile.description = f"现在是 {mask_mobile(holder().mobile)}，不改就不填。"


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
    try:
        with writing():
            holders.change_details(db.session.get_one(Holder, own_id), given)
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


class EmailForm(CurrentPasswordField, Form):
    email = email_field("新邮箱", "确认链接会发到新邮箱，点开确认后才换过去。")


@blueprint.get("/email")
@requires(Permission.OWN_CASES)
def email() -> str:
    return _email_page(EmailForm(formdata=None))


def _email_page(form: EmailForm) -> str:
    return render_template("portal/email.html", form=form, holder=holder(), to_be=holders.email_to_be(holder()))


@blueprint.post("/email")
@requires(Permission.OWN_CASES)
def change_email() -> Any:
    form, own = EmailForm(), holder()
    if not form.validate() or not new_password.is_current(form, own):
        return _email_page(form)
    own_id, new = own.id, normalizing.code(form.email.data).lower()
    try:
        with writing():
            if not throttle.take(Limit(MAILS, str(own_id), MOST_MAILS)):
                raise TooMany("确认邮件发得太勤了，请先看看收件箱和垃圾箱，15 分钟后再试。")
            own = db.session.get_one(Holder, own_id)
            address = public_address("registration.confirm_page", token=holders.ask_new_email(own, new))
            mail_ids = _written_down(own, new, address)
    except FieldProblem as problem:
        form.show(problem)
        return _email_page(form)
    for mail_id in mail_ids:
        jobs.wake(mail_id)
    flash(f"确认邮件已发到 {new}，请打开里面的链接。确认以前，还是用原来的邮箱。", "ok")
    return redirect(url_for("portal.profile"), 303)


def _written_down(own: Holder, new: str, address: str) -> list[int]:
    """The address to come gets the link; the one in use learns of it."""
    given = {"name": own.name, "email": new, "address": address}
    mails = ((new, *NEW_ADDRESS), (own.email, *OLD_ADDRESS))
    return [jobs.mail.ask_for(own.actor, to, subject, body.format(**given)).id for to, subject, body in mails]


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
