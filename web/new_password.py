"""A new password, wherever one is set: its two fields, and changing one's own."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from wtforms import PasswordField
from wtforms.widgets import PasswordInput

from domain import passwords
from domain.errors import DomainError
from extensions import db, writing
from models import Account
from operations import accounts
from operations.passwords import fits, hashed
from web import access, known_devices
from web.forms import Form, filled


class CurrentPasswordField:
    """What a form mixes in that asks who is signed in once more."""

    current = PasswordField(
        "现在的密码", [filled("还没有填现在的密码")], render_kw={"autocomplete": "current-password"}
    )


def password_fields(word: str, *, keeps: bool = False) -> tuple[PasswordField, PasswordField]:
    """Return the two fields that take a password to be, called by this word.

    Where a page with a 验证码 `keeps` them, a wrong answer to it costs nobody what they had typed.
    """
    given: dict[str, Any] = {
        "render_kw": {"autocomplete": "new-password"},
        "widget": PasswordInput(hide_value=not keeps),
    }
    first = PasswordField(word, [filled(f"还没有填{word}")], description=f"{passwords.HINT}。", **given)
    return first, PasswordField(f"再输一次{word}", [filled(f"还没有再输一次{word}")], **given)


class NewPasswordFields:
    """What a form mixes in to take a new password."""

    password, repeated = password_fields("新密码")


class NewPasswordForm(NewPasswordFields, Form):
    """Only the new password: behind a mailed link, which says whose it is."""


class OwnPasswordForm(CurrentPasswordField, NewPasswordFields, Form):
    """One's own password: the present one, and the new one twice."""


def may_be(form: Any, names: list[str]) -> bool:
    """Whether the rules take the new password of somebody of these names; what is wrong stands on the form."""
    try:
        accounts.refuse_weak(
            form.password.data or "", form.repeated.data or "", names=names,
            office_default=current_app.config["OFFICE_DEFAULT_PASSWORD"],
        )  # fmt: skip
    except DomainError as problem:
        form.show(problem)
        return False
    return True


def may_replace(form: Any, account: Account) -> bool:
    """Whether it may follow the account's present password; slow, so ask before the transaction."""
    if not may_be(form, account.known_names):
        return False
    try:
        accounts.refuse_present(account.password_hash, form.password.data or "")
    except DomainError as problem:
        form.show(problem)
        return False
    return True


def is_current(form: Any, account: Account) -> bool:
    """Whether the present password was typed right. It counts as a try to sign in, before the password is looked at."""
    kind, number = type(account), account.id
    attempt = accounts.attempt_of(account, request.remote_addr or "", known_devices.brought())
    with writing():
        tries = accounts.reserve(attempt)
    if not tries:
        form.say("current", accounts.WAIT)
        return False
    own = db.session.get_one(kind, number)
    right = fits(own.password_hash, form.current.data or "")
    with writing():
        if right:
            accounts.right_present(attempt)
        else:
            form.say("current", accounts.wrong_present(db.session.get_one(kind, number), attempt, tries))
    return right


def changed(form: Any) -> bool:
    """Change the password of who is signed in; of all sessions only this one goes on."""
    account = access.own_account()
    assert account is not None, "the gate lets nobody else come here"
    if not form.validate() or not is_current(form, account) or not may_replace(form, account):
        return False
    new_hash, kind, number, key = hashed(form.password.data), type(account), account.id, access.session_key()
    with writing():
        accounts.change_password(db.session.get_one(kind, number), new_hash, key)
    return True
