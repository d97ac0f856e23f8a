"""Sessions: one row for each that is open. Whoever holds a copy of the cookie is outside as soon as the row is gone."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, select, update

from domain.access import Actor
from domain.errors import NotFound
from domain.retention import SESSIONS
from encryption import fingerprint
from extensions import db, writing
from models import ACCOUNTS, Account, OpenSession, now
from operations import events, sources

LONGEST = SESSIONS.limit
_LONGEST_DEVICE = 50


def open_for(account: Account, device: str) -> str:
    """Open a session and return its key; those that have lasted their twelve hours are cleared away."""
    db.session.execute(delete(OpenSession).where(OpenSession.opened_at < now() - LONGEST))
    key = secrets.token_urlsafe(32)
    db.session.add(
        OpenSession(
            fingerprint=fingerprint(key),
            device=device[:_LONGEST_DEVICE],
            address=sources.current().address,
            **_owner(account),
        )
    )
    db.session.flush()
    return key


def account_of(kind: str, account_id: int, key: str) -> Account | None:
    """Return the account whose open session has this key; with any other account the key opens nothing."""
    asked = {"id": account_id, "fingerprint": fingerprint(key), "since": now() - LONGEST}
    return db.session.scalar(_BY_KIND[kind], asked) if kind in _BY_KIND else None


def _with_session(kind: type[Account]) -> Select[Any]:
    """Return the query for an account by its session: built once, since every page of somebody signed in asks it."""
    own = and_(OpenSession.account_kind == kind.prefix, OpenSession.account_id == kind.id)
    known = and_(kind.id == bindparam("id"), OpenSession.fingerprint == bindparam("fingerprint"))
    return select(kind).join(OpenSession, own).where(known, OpenSession.opened_at >= bindparam("since"))


_BY_KIND = {prefix: _with_session(kind) for prefix, kind in ACCOUNTS.items()}


def all_of(account: Account) -> list[OpenSession]:
    """Return the account's open sessions, the newest first."""
    query = select(OpenSession).filter_by(**_owner(account)).where(OpenSession.opened_at >= now() - LONGEST)
    return list(db.session.scalars(query.order_by(OpenSession.id.desc())))


def end_one(account: Account, session_id: int) -> None:
    """End one session of the account's own, as its owner asked."""
    row = db.session.scalar(select(OpenSession).filter_by(id=session_id, **_owner(account)))
    if row is None:
        raise NotFound("这次登录已经结束了")
    events.record(account.actor, "end_sessions", (account.__tablename__, account.id), f"结束一处登录：{row.device}")
    db.session.delete(row)
    db.session.flush()


class Uses:
    """Moments of use that wait to be written, about once a minute: pages that are read write nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, datetime] = {}

    def note(self, key: str) -> None:
        with self._lock:
            self._waiting[fingerprint(key)] = now()

    def take(self) -> dict[str, datetime]:
        with self._lock:
            taken, self._waiting = self._waiting, {}
            return taken


uses = Uses()


def write_uses() -> None:
    """Write when sessions were last used; what cannot be written is noted again with the next page."""
    taken = uses.take()
    if not taken:
        return
    with writing(forgets=False):
        for one, at in sorted(taken.items()):
            db.session.execute(update(OpenSession).filter_by(fingerprint=one).values(used_at=at))


def is_key_of(row: OpenSession, key: str) -> bool:
    return row.fingerprint == fingerprint(key)


def close(actor: Actor, key: str) -> None:
    """End one session, wherever its cookie lies; of two who close it at once, one leaves the event."""
    closed = select(OpenSession).filter_by(fingerprint=fingerprint(key)).with_for_update()
    session = db.session.scalar(closed)
    if session is not None:
        db.session.delete(session)
        db.session.flush()
        table = ACCOUNTS[session.account_kind].__tablename__
        events.record(actor, "sign_out", (table, session.account_id), "退出登录")


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
