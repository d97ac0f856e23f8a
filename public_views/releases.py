"""解除占用: an ID number that somebody else registered is asked back with both sides of the ID card."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from wtforms import FileField

from domain import identifiers, normalizing
from domain.access import Permission
from extensions import writing
from operations import identity_requests, throttle
from operations.identity_requests import Claimant
from operations.throttle import Limit
from public_views.person_fields import IdentityFields, email_field, mobile_field, parsed, region_field
from web import captcha, papers
from web.access import current_actor, requires
from web.captcha import CaptchaFields
from web.forms import Form

blueprint = Blueprint("releases", __name__)

SIDES = ("front", "back")
PER_ADDRESS = 10
"""So many tries within fifteen minutes are enough, those with a wrong picture included."""
TOO_OFTEN = "申请交得太勤了，请 15 分钟后再试。填好的内容都在，照片要重新选一次。"


class ReleaseForm(CaptchaFields, IdentityFields, Form):
    mobile = mobile_field("联系电话（手机号）")
    email = email_field("收结果的邮箱", "办好以后发邮件告诉您。")
    region = region_field("由这里的市职改办办理。不选的话，按身份证号前六位算。")
    front = FileField("身份证人像面")
    back = FileField("身份证国徽面")


@blueprint.get("/portal/release")
@requires(Permission.SIGN_IN)
def form() -> str:
    return _page(ReleaseForm(formdata=None))


@blueprint.post("/portal/release")
@requires(Permission.SIGN_IN)
def ask() -> Any:
    """Take the request alike whether or not the number is registered."""
    given = ReleaseForm()
    typed_well = given.validate()
    if not captcha.passed(given, typed_well):
        return _page(given)
    with writing():
        counted = throttle.take(Limit("release_address", request.remote_addr or "", PER_ADDRESS))
    if not counted:
        given.say(None, TOO_OFTEN)
        return _page(given)
    pages = papers.chosen(given, SIDES)
    if given.errors:
        captcha.keep(given)
        return _page(given)
    with papers.stored(pages) as keys, writing():
        asked = identity_requests.ask_release(
            current_actor(), _claimed(given), keys, mobile=identifiers.mobile(given.mobile.data),
            email=normalizing.code(given.email.data), region_code=given.region.data,
        )  # fmt: skip
        receipt = asked.receipt
    return redirect(url_for("releases.asked", receipt=receipt), 303)


def _claimed(given: ReleaseForm) -> Claimant:
    return Claimant(normalizing.person_name(given.name.data), parsed(given.id_number.data))


def _page(given: ReleaseForm) -> str:
    captcha.ask(given)
    return render_template("public/release.html", form=given)


@blueprint.get("/portal/release/asked")
@requires(Permission.SIGN_IN)
def asked() -> str:
    return render_template("public/release_asked.html", receipt=request.args.get("receipt", 0, int))
