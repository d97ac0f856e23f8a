"""Sessions: one row for each that is open. Whoever holds a copy of the cookie is outside as soon as the row is gone."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from encryption import fingerprint
from extensions import db
from models import Account, OpenSession, now
from operations import events

LONGEST = timedelta(hours=12)
_LONGEST_DEVICE = 50


def open_for(account: Account, device: str) -> str:
    """Open a session and return its key; those that have lasted their twelve hours are cleared away."""
    db.session.execute(delete(OpenSession).where(OpenSession.opened_at < now() - LONGEST))
    key = secrets.token_urlsafe(32)
    db.session.add(OpenSession(fingerprint=fingerprint(key), device=device[:_LONGEST_DEVICE], **_owner(account)))
    db.session.flush()
    return key


def is_open(account: Account, key: str) -> bool:
    query = select(OpenSession.id).filter_by(fingerprint=fingerprint(key), **_owner(account))
    return db.session.scalar(query.where(OpenSession.opened_at >= now() - LONGEST)) is not None


def all_of(account: Account) -> list[OpenSession]:
    """Return the account's open sessions, the newest first."""
    query = select(OpenSession).filter_by(**_owner(account)).where(OpenSession.opened_at >= now() - LONGEST)
    return list(db.session.scalars(query.order_by(OpenSession.id.desc())))


def is_key_of(row: OpenSession, key: str) -> bool:
    return row.fingerprint == fingerprint(key)


def close(key: str) -> None:
    """End one session, wherever its cookie lies."""
    db.session.execute(delete(OpenSession).filter_by(fingerprint=fingerprint(key)))


def end_all(account: Account, but: str = "") -> None:
    """End the account's sessions, but for the one that has this key."""
    db.session.execute(
        delete(OpenSession).filter_by(**_owner(account)).where(OpenSession.fingerprint != fingerprint(but))
    )


def end_others(account: Account, key: str) -> None:
    """End the account's sessions elsewhere, as its owner asked."""
    end_all(account, but=key)
    events.record(account.actor, "end_sessions", (account.__tablename__, account.id), "结束其他登录")


def _owner(account: Account) -> dict[str, Any]:
    return {"account_kind": account.prefix, "account_id": account.id}
