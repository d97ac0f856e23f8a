"""Counting tries against an account or an address, so that guessing becomes slow."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, func, select

from domain.retention import FAILED_ATTEMPTS
from encryption import keyring
from extensions import db
from models import FailedAttempt, now

WINDOW = timedelta(minutes=15)
ATTEMPTS = cast(Table, FailedAttempt.__table__)
COUNT = select(func.count(ATTEMPTS.c.at).label("misses")).where(
    ATTEMPTS.c.kind == bindparam("kind"),
    ATTEMPTS.c.subject == bindparam("subject"),
    ATTEMPTS.c.at > bindparam("since"),
)
"""Built once: every look-up and every sign-in asks it, with what `asked` returns."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries of one kind are enough for whoever it is."""

    kind: str
    subject: str
    most: int


def take(*limits: Limit, window: timedelta = WINDOW) -> bool:
    """Count one more try against each of the limits, or none where one of them is used up.

    It is counted before it is made: tries that come together wait here for each other, and none slips past.
    """
    for limit in limits:
        wait_for_turn(limit.kind, limit.subject)
    if any(failures(limit.kind, limit.subject, window) >= limit.most for limit in limits):
        return False
    for limit in limits:
        fail(limit.kind, limit.subject)
    return True


def wait_for_turn(kind: str, subject: str) -> None:
    """On SQLite a writer is alone already; PostgreSQL is told what to queue for, until the transaction ends."""
    if db.session.get_bind().dialect.name == "postgresql":
        digest = _digest(kind, subject)
        db.session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


def give_back(kind: str, subject: str) -> None:
    """Take the newest try off the count: it was none after all."""
    newest = select(func.max(FailedAttempt.id)).filter_by(kind=kind, subject=_digest(kind, subject))
    db.session.execute(delete(FailedAttempt).where(FailedAttempt.id == newest.scalar_subquery()))


def fail(kind: str, subject: str) -> None:
    """Count one failure; what has been kept for its time is cleared away on the way."""
    db.session.execute(delete(FailedAttempt).where(FailedAttempt.at < now() - FAILED_ATTEMPTS.limit))
    db.session.add(FailedAttempt(kind=kind, subject=_digest(kind, subject)))
    db.session.flush()


def failures(kind: str, subject: str, window: timedelta = WINDOW) -> int:
    return db.session.scalar(COUNT, asked(kind, subject, window)) or 0


def asked(kind: str, subject: str, window: timedelta = WINDOW) -> dict[str, Any]:
    """Return the parameters of COUNT, wherever it stands."""
    return {"kind": kind, "subject": _digest(kind, subject), "since": now() - window}


def counted(kind: str, subject: str, window: timedelta = WINDOW) -> tuple[Any, ...]:
    """Return the conditions for what counts against somebody now."""
    return (
        ATTEMPTS.c.kind == kind, ATTEMPTS.c.subject == _digest(kind, subject), ATTEMPTS.c.at > now() - window,
    )  # fmt: skip


def forgive(kind: str, subject: str) -> None:
    """Forget the failures of an account that has signed in."""
    conditions = (FailedAttempt.kind == kind, FailedAttempt.subject == _digest(kind, subject))
    db.session.execute(delete(FailedAttempt).where(*conditions))


def unit_of(address: str) -> str:
    """Return what one sender has of addresses: the /64 of IPv6, an IPv4 address itself, however it is written."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((int(parsed), 64), strict=False))


def _digest(kind: str, subject: str) -> bytes:
    """Whatever is counted by address is counted by its unit: none of the limits has to think of it."""
    return keyring.digest(f"attempt:{kind}:{unit_of(subject.strip().lower())}")
