"""Signing in, alike at every door: 验证码 where it is asked for, the try counted before the password is looked at."""

from __future__ import annotations

from typing import Any

from flask import current_app, request

from extensions import writing
from models import Account
from operations import accounts
from operations.accounts import DOORS, Attempt
from web import access, captcha


def attempt_at(door: str, login: str | None) -> Attempt:
    return Attempt(door, login or "", request.remote_addr or "")


def admitted(form: Any, attempt: Attempt) -> Account | None:
    """Begin a session of the account that may come in and return it; what speaks against it stands on the form."""
    number = _number_of_try(form, attempt)
    if not number:
        return None
    account = accounts.recognised(DOORS[attempt.door].find(attempt.login), form.password.data or "")
    if account is None:
        with writing():
            accounts.note_failure(attempt, number)
        form.say(None, accounts.refusal(attempt))
        return None
    verified, device = account.password_hash, access.device()
    with writing():
        key = accounts.signed_in(account, attempt, verified, device)
    access.sign_in(account, key)
    return account


def _number_of_try(form: Any, attempt: Attempt) -> int:
    """Return which try it is; 0 where it does not count: while locked, and without the 验证码 where one is asked."""
    if not accounts.locked(attempt):
        if asks(attempt) and not captcha.passed(form):
            return 0
        with writing():
            number = accounts.reserve(attempt)
        if number:
            return number
    form.say(None, accounts.WAIT)
    return 0


def asks(attempt: Attempt) -> bool:
    return accounts.asks_challenge(attempt, current_app.config["CAPTCHA_ALWAYS"])


def ask_if_due(form: Any, attempt: Attempt) -> None:
    """Put a 验证码 on the form where the next try has to bring one."""
    if asks(attempt):
        captcha.ask(form)
