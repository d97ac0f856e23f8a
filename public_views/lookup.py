"""The public look-up: number and name in, what the register says out. They never stand in an address or a log."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from wtforms import StringField
from wtforms.validators import Length

from domain.access import Permission
from extensions import writing
from operations import lookups
from operations.certificates import VERIFY_CODE
from public_views.addresses import public_address, qr_code
from public_views.found import page as found_page
from web import captcha
from web.access import requires
from web.captcha import CaptchaFields
from web.forms import Form, filled
from web.incoming import posted_parts

blueprint = Blueprint("lookup", __name__)

LONGEST = 50
ASK_AFTER, SLOW_AFTER = 5, 30
"""Misses of one address within fifteen minutes: from here on a 验证码, from there on a picture and a distance too."""
WAIT = "查得太快了，请 {} 秒后再查。填好的内容都在，到时再点一次“查验证书”"


class LookupForm(CaptchaFields, Form):
    number = StringField(
        "证书编号",
        [filled("还没有填证书编号"), Length(max=LONGEST)],
        description="照证书上“证书编号”一栏填写。一般是最多 15 位的数字；旧证书写的是“桂中级字第 0812 号”这样的，也照着填。",
        render_kw={"autocomplete": "off", "autocapitalize": "characters"},
    )
    name = StringField(
        "持证人姓名",
        [filled("还没有填持证人姓名"), Length(max=LONGEST)],
        description="与证书上的姓名一字不差。",
        render_kw={"autocomplete": "off"},
    )


@blueprint.get("/")
@requires(Permission.LOOK_UP)
def form() -> str:
    return _form(LookupForm())


@blueprint.post("/")
@requires(Permission.LOOK_UP)
def result() -> Any:
    """Answer what is found at once; the form with its checks is only made where there is something to say."""
    number, name = (posted_parts().get(field, "") for field in ("number", "name"))
    asks = "again" not in request.form and max(len(number), len(name)) <= 2 * LONGEST
    found = lookups.find(number, name, _address()) if asks else ()
    misses = lookups.misses_of(_address(), found)
    return found_page(found) if found and misses < ASK_AFTER else _asked_again(LookupForm(), misses)


def _asked_again(asked: LookupForm, misses: int) -> Any:
    if "again" in request.form:
        return _form(LookupForm(formdata=None, number=asked.number.data, name=asked.name.data))
    typed_well = asked.validate()
    if misses >= ASK_AFTER and not _may_ask(asked, typed_well, slow=misses >= SLOW_AFTER):
        return _form(asked)
    if not typed_well:
        return _form(asked)
    found = lookups.find(asked.number.data, asked.name.data, _address())
    if found:
        return found_page(found)
    return render_template("public/not_found.html", form=asked) if _miss_told(misses) else _form(asked)


def _may_ask(asked: LookupForm, typed_well: bool, *, slow: bool) -> bool:
    """Whether the 验证码 was answered, and nobody who has missed so often asks again too soon."""
    asked.captcha_only_picture = slow
    if slow and _told_to_wait(asked, lookups.seconds_to_wait(_address())):
        return False
    if not captcha.passed(asked, typed_well):
        return False
    if not slow:
        return True
    with writing(forgets=False):
        seconds = lookups.reserve_slow(_address())
    return not _told_to_wait(asked, seconds)


def _told_to_wait(asked: LookupForm, seconds: int) -> bool:
    if seconds:
        asked.say(None, WAIT.format(seconds))
    return bool(seconds)


def _miss_told(misses: int) -> bool:
    """Count a miss before it is told. Of many without a 验证码 at once, those beyond the limit are asked for one."""
    with writing(forgets=False):
        if misses < ASK_AFTER:
            return lookups.reserve_miss(_address(), ASK_AFTER)
        lookups.count_miss(_address())
    return True


@blueprint.get("/v/<code>")
@requires(Permission.LOOK_UP)
def verified(code: str) -> Any:
    """What a scanned code opens; the address cannot be guessed and names nobody."""
    found = lookups.by_code(code, _address())
    if not found:
        with writing(forgets=False):
            lookups.count_miss(_address())
        return render_template("public/unknown_code.html", code=code[:20]), 404
    return found_page(found)


@blueprint.get("/v/<code>.svg")
@requires(Permission.LOOK_UP)
def picture(code: str) -> Response:
    """Draw the address of a code, whether it is known or not: the picture says no more than the address it stands at."""
    if not VERIFY_CODE.fullmatch(code):
        abort(404)
    drawn = Response(qr_code(public_address("lookup.verified", code=code)), mimetype="image/svg+xml")
    drawn.headers["Cache-Control"] = "private, max-age=86400"
    return drawn


def _form(asked: LookupForm) -> str:
    misses = lookups.misses_of(_address())
    if misses >= ASK_AFTER:
        asked.captcha_only_picture = misses >= SLOW_AFTER
        captcha.ask(asked)
    return render_template("public/lookup.html", form=asked)


def _address() -> str:
    return request.remote_addr or ""
