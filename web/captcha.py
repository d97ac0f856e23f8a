"""验证码 on a form: a picture of four signs or a plain question, either answer in one field, each good for one try.

It belongs to the visitor's session. Once it was answered it stays answered for that form, until the form is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import session
from flask_wtf.csrf import generate_csrf
from wtforms import Field, HiddenField, StringField
from wtforms.validators import Length

from domain.errors import NotFound
from drawing import captcha_picture
from encryption import fingerprint
from extensions import writing
from operations import challenges

EMPTY = "还没有填验证码"
WRONG = "验证码不对或放得太久了，请照下面新的一张再填一次"


class CaptchaFields:
    """What a form mixes in to be able to ask; the page shows it only where `captcha_question` or `captcha_kept` is set."""

    captcha_question = ""
    captcha_kept = False
    captcha_only_picture = False
    """Whether the picture has to be read: nobody who asks so often is asked the question."""
    captcha = StringField(
        "验证码",
        [Length(max=20)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    captcha_token = HiddenField()

    def __iter__(self) -> Iterator[Field]:
        """It stands last on every page, and so what is wrong with it comes last in the list of errors."""
        asking = ("captcha", "captcha_token")
        return iter(sorted(super().__iter__(), key=lambda field: field.short_name in asking))  # type: ignore[misc]


def ask(form: Any) -> None:
    """Put a fresh challenge on the form; one that was answered in it stays answered."""
    form.captcha.data = ""
    if form.captcha_kept:
        return
    asked = challenges.pose(_visitor())
    form.captcha_token.data, form.captcha_question = asked.sealed(), asked.question


def passed(form: Any, typed_well: bool = True) -> bool:
    """Whether the form may go on: its challenge was answered, and all else in it was typed well.

    Where something else is wrong the answer is kept for the form. What is wrong with the answer stands beside it.
    """
    given, token = (form.captcha.data or "").strip(), form.captcha_token.data or ""
    kept, asked = challenges.opened(token, _pass_holder(form)), challenges.opened(token, _visitor())
    if kept is not None:
        return _goes_on(form, kept, typed_well)
    right = asked is not None and challenges.answers(asked, given, picture_only=form.captcha_only_picture)
    if asked is not None and given:
        with writing(forgets=False):
            right = challenges.use_up(asked) and right
    if not right:
        form.say("captcha", WRONG if given else EMPTY)
        return False
    return typed_well or _kept(form, challenges.passed(_pass_holder(form)))


def _goes_on(form: Any, asked: challenges.Asked, typed_well: bool) -> bool:
    """A pass is used up by the form that is taken; sent twice at once, it lets one on."""
    if not typed_well:
        return _kept(form, asked)
    with writing(forgets=False):
        first = challenges.use_up(asked)
    if not first:
        form.say("captcha", WRONG)
    return first


def _kept(form: Any, asked: challenges.Asked) -> bool:
    form.captcha_kept, form.captcha_token.data = True, asked.sealed()
    return False


def keep(form: Any) -> None:
    """Let the answer count for the form although it could not be taken."""
    _kept(form, challenges.passed(_pass_holder(form)))


def picture(token: str) -> bytes:
    """Return the picture of a challenge that this visitor can still answer."""
    asked = challenges.opened(token, _visitor())
    if asked is None:
        raise NotFound("这张验证码已经过期，请刷新页面")
    return captcha_picture(asked.signs)


def _visitor() -> str:
    """Return what tells this session from another: the secret behind its form tokens, which every form begins."""
    generate_csrf()
    return fingerprint(session["csrf_token"])[:32]


def _pass_holder(form: Any) -> str:
    """Return what a pass is bound to: the visitor and the form. Where the picture has to be read, the question earns none."""
    return f"{_visitor()} {type(form).__name__}" + (" picture" if form.captcha_only_picture else "")
