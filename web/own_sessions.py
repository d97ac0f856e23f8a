"""The page of one's own sessions, alike for staff, holders and employers."""

from __future__ import annotations

from flask import flash, request

from domain.errors import NotFound
from extensions import db, writing
from models import Account, OpenSession
from operations import sessions
from web.access import session_key


def rows(account: Account) -> list[tuple[OpenSession, bool]]:
    """Return the account's sessions, the newest first, each with whether it is the one that asks."""
    key = session_key()
    return [(row, sessions.is_key_of(row, key)) for row in sessions.all_of(account)]


def end(account: Account) -> None:
    """End the session that the form names, or all others where it names none."""
    one, kind, number, key = request.form.get("session"), type(account), account.id, session_key()
    if one is not None and not (one.isascii() and one.isdigit() and len(one) < 10):
        raise NotFound("没有这次登录")
    with writing():
        own = db.session.get_one(kind, number)
        if one is None:
            sessions.end_others(own, key)
        else:
            sessions.end_one(own, int(one))
    flash("其他登录都已结束。" if one is None else "这次登录已结束。", "ok")
