"""Who has a waiting case open: told to the next reviewer, who may decide all the same.

A claim is a courtesy like a last-seen mark: it lapses by itself, changes nothing about the case and leaves no event.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from domain.access import Actor
from extensions import db
from models import CaseClaim, VerificationCase, now

KEPT = timedelta(minutes=15)


def standing(case_id: int) -> CaseClaim | None:
    """Return who has the case open, as long as that holds."""
    claim = db.session.get(CaseClaim, case_id, populate_existing=True)
    return claim if claim is not None and claim.until > now() else None


def take(actor: Actor, case_id: int) -> CaseClaim:
    """Claim the case or hold it on; what somebody else has open stays theirs until it lapses."""
    db.session.execute(select(VerificationCase.id).filter_by(id=case_id).with_for_update(key_share=True))
    claim = standing(case_id)
    if claim is not None and claim.staff_id != actor.id:
        return claim
    if claim is None:
        release(case_id)
        claim = CaseClaim(case_id=case_id, staff_id=actor.id, staff_name=actor.name, opened_at=now())
        db.session.add(claim)
    claim.until = now() + KEPT
    db.session.flush()
    return claim


def release(case_id: int) -> None:
    """Let go of a case: it was decided, or a claim on it has lapsed."""
    db.session.execute(delete(CaseClaim).where(CaseClaim.case_id == case_id))


def free_for(actor: Actor) -> Any:
    """Return the condition for cases that nobody else has open."""
    taken = select(CaseClaim.case_id).where(CaseClaim.until > now(), CaseClaim.staff_id != actor.id)
    return VerificationCase.id.not_in(taken)
