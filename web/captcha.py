"""验证码 on a form: a picture of four digits or a plain question, either answer in one field, each good for one try."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wtforms import Field, HiddenField, StringField

from domain.errors import NotFound
from drawing import captcha_picture
from extensions import db, writing
from models import Challenge, now
from operations import challenges

EMPTY = "还没有填验证码"
WRONG = "验证码不对或放得太久了，请照下面新的一张再填一次"


class CaptchaFields:
    """What a form mixes in to be able to ask; the page shows it only where `captcha_question` was set."""

    captcha_question = ""
    captcha = StringField("验证码", render_kw={"autocomplete": "off", "inputmode": "numeric", "maxlength": 8})
    captcha_token = HiddenField()

    def __iter__(self) -> Iterator[Field]:
        """It stands last on every page, and so what is wrong with it comes last in the list of errors."""
        asking = ("captcha", "captcha_token")
        return iter(sorted(super().__iter__(), key=lambda field: field.short_name in asking))  # type: ignore[misc]


def ask(form: Any) -> None:
    """Put a fresh challenge on the form."""
    with writing():
        challenge = challenges.pose()
        form.captcha_token.data, form.captcha_question = challenge.token, challenges.question(challenge)
    form.captcha.data = ""


def passed(form: Any) -> bool:
    """Whether the form's challenge was answered; it is used up, and what is wrong stands beside the field."""
    given = (form.captcha.data or "").strip()
    with writing():
        right = challenges.answered(form.captcha_token.data or "", given)
    if not right:
        form.say("captcha", WRONG if given else EMPTY)
    return right


def picture(token: str) -> bytes:
    """Return the picture of a challenge that can still be answered."""
    challenge = db.session.get(Challenge, token)
    if challenge is None or challenge.expires_at < now():
        raise NotFound("这张验证码已经过期，请刷新页面")
    return captcha_picture(challenge.digits)
