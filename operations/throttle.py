"""Counting failures against an account or an address, so that guessing becomes slow."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from encryption import keyring
from extensions import db
from models import FailedAttempt, now

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)


def fail(kind: str, subject: str) -> None:
    """Count one failure; what is older than a day is cleared away on the way."""
    db.session.execute(delete(FailedAttempt).where(FailedAttempt.at < now() - KEPT))
    db.session.add(FailedAttempt(kind=kind, subject=_digest(kind, subject)))
    db.session.flush()


def failures(kind: str, subject: str, window: timedelta = WINDOW) -> int:
    query = select(func.count()).select_from(FailedAttempt)
    conditions = (FailedAttempt.kind == kind, FailedAttempt.subject == _digest(kind, subject))
    return db.session.scalar(query.where(*conditions, FailedAttempt.at > now() - window)) or 0


def forgive(kind: str, subject: str) -> None:
    """Forget the failures of an account that has signed in."""
    conditions = (FailedAttempt.kind == kind, FailedAttempt.subject == _digest(kind, subject))
    db.session.execute(delete(FailedAttempt).where(*conditions))


def _digest(kind: str, subject: str) -> bytes:
    return keyring.digest(f"attempt:{kind}:{subject.strip().lower()}")
