"""Signing in, alike at every door: 验证码 where it is asked for, the try counted before the password is looked at."""

from __future__ import annotations

from typing import Any

from flask import current_app, request

from extensions import db, writing
from models import Account, StaffUser
from operations import account_news, accounts, devices, second_factor
from operations.accounts import DOORS, WAIT, Attempt
from web import access, captcha, known_devices, second_step
from web.second_step import Waiting


def attempt_at(door: str, login: str | None) -> Attempt:
    return Attempt(door, login or "", request.remote_addr or "", known_devices.brought())


def admitted(form: Any, attempt: Attempt) -> Account | None:
    """Begin a session of the account that may come in and return it; what speaks against it stands on the form.

    Of an account with a second factor no session begins here: it waits for its code (web.second_step).
    """
    number = _number_of_try(form, attempt)
    if not number:
        return None
    account = accounts.recognised(DOORS[attempt.door].find(attempt.login), form.password.data or "")
    if account is None:
        with writing():
            accounts.note_failure(attempt, number)
        form.say(None, accounts.refusal(attempt))
        return None
    if accounts.lapsed(account):
        form.say(None, accounts.lapsed_sentence(account))
        return None
    verified = account.password_hash
    if isinstance(account, StaffUser) and account.asks_code:
        with writing():
            accounts.give_back(attempt)
        second_step.note(account, verified)
        return account
    device, token = access.device(), known_devices.token()
    with writing():
        key = accounts.signed_in(account, attempt, verified, device)
        came_in(account, key, device, token)
    access.sign_in(account, key)
    return account


def came_in(account: Account, key: str, device: str, token: str) -> None:
    """Note the browser a session was opened from, in its transaction; who owes a second factor can begin at once."""
    devices.signed_in_from(account, token, device, key)
    if isinstance(account, StaffUser) and account.second_factor_demanded and not account.asks_code:
        second_factor.draw(account)


def admitted_by_code(form: Any, one: Waiting) -> bool:
    """Begin the session of somebody who waits, if the code is right. It counts as a try at the door, before the work."""
    attempt = attempt_at("staff", one.user.username)
    with writing():
        number = accounts.reserve(attempt)
        may_try = number and second_factor.reserve(one.user)
    if not may_try:
        form.say(None, second_factor.TOO_MANY if number else WAIT)
        return False
    typed, user_id = form.code.data or "", one.user.id
    device, token = access.device(), known_devices.token()
    recovery = second_factor.recovery_code_of(one.user, typed)
    with writing():
        user = db.session.get_one(StaffUser, user_id)
        taken = second_factor.takes(user, typed, recovery)
        if taken:
            account_news.take_back(user, one.ticket)
            second_factor.give_back(user)
            key = accounts.signed_in(user, attempt, one.password_hash, device)
            came_in(user, key, device, token)
        else:
            second_factor.note_failure(user, attempt, number, one.ticket)
    if not taken:
        form.say("code", WAIT if number >= accounts.PER_ACCOUNT else second_factor.WRONG_AT_THE_DOOR)
        return False
    access.sign_in(user, key)
    return True


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
