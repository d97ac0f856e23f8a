"""Between the password and the code: who has given the right password is noted in the cookie, and nothing is open yet.

The note is bound to the password, the factor and its recovery codes: when one of them changes, or after ten minutes, it is worth nothing.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

from flask import session

from encryption import fingerprint
from extensions import db
from models import StaffUser
from operations import second_factor

NOTED = "second_step"
LASTS_SECONDS = 10 * 60


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose password was right; `ticket` names this one sign-in."""

    user: StaffUser
    password_hash: str
    ticket: str


def note(user: StaffUser, verified_hash: str) -> None:
    """Remember who has given the right password; what the browser brought from before is left behind."""
    session.clear()
    ticket = secrets.token_urlsafe(16)
    session[NOTED] = {"id": user.id, "bound": _bound(user, verified_hash), "at": int(time.time()), "ticket": ticket}


def _bound(user: StaffUser, password_hash: str) -> str:
    return fingerprint(" ".join((password_hash, *second_factor.told_apart_by(user))))


def waiting() -> Waiting | None:
    """Return who waits at this browser for the second step, as long as nothing has changed since the first."""
    noted: dict[str, Any] = session.get(NOTED) or {}
    if not noted or time.time() - noted["at"] > LASTS_SECONDS:
        return None
    user = db.session.get(StaffUser, noted["id"])
    if user is None or not user.is_active or _bound(user, user.password_hash) != noted["bound"]:
        return None
    return Waiting(user, user.password_hash, noted["ticket"])
