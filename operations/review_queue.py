"""The queue of waiting cases: which one comes next, where this one stands, what else is known of the person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, or_, select

from domain.access import Actor, Permission, Place
from domain.verification import CaseState
from extensions import db
from models import Office, ReplyText, VerificationCase

SHOWN_EARLIER = 20


def waiting(place: Place) -> list[Any]:
    """Return the conditions for what waits for this office: 待审核 within its subtree."""
    return [
        VerificationCase.within(place),
        VerificationCase.state == CaseState.PENDING,
        VerificationCase.deleted_at.is_(None),
    ]


def first_waiting(actor: Actor) -> VerificationCase | None:
    """Return what has waited longest."""
    if actor.place is None or not actor.may(Permission.REVIEW):
        return None
    query = select(VerificationCase).where(*waiting(actor.place))
    return db.session.scalar(query.order_by(VerificationCase.submitted_at, VerificationCase.id).limit(1))


def next_after(actor: Actor, case: VerificationCase) -> VerificationCase | None:
    """Return the waiting case behind this one; behind the last comes none."""
    return _neighbour(actor, case, forward=True)


def previous_before(actor: Actor, case: VerificationCase) -> VerificationCase | None:
    return _neighbour(actor, case, forward=False)


def _neighbour(actor: Actor, case: VerificationCase, forward: bool) -> VerificationCase | None:
    if actor.place is None or case.submitted_at is None:
        return None
    sent, number = VerificationCase.submitted_at, VerificationCase.id
    beyond = (sent > case.submitted_at, number > case.id) if forward else (sent < case.submitted_at, number < case.id)
    here = or_(beyond[0], and_(sent == case.submitted_at, beyond[1]))
    order = (sent, number) if forward else (sent.desc(), number.desc())
    return db.session.scalar(select(VerificationCase).where(*waiting(actor.place), here).order_by(*order).limit(1))


def standing(actor: Actor, case: VerificationCase) -> tuple[int, int]:
    """Return which of how many waiting cases this is, counted up to a thousand."""
    if actor.place is None or case.submitted_at is None:
        return 0, 0
    sent, number = VerificationCase.submitted_at, VerificationCase.id
    before = or_(sent < case.submitted_at, and_(sent == case.submitted_at, number < case.id))
    return _capped(actor.place, before) + 1, _capped(actor.place)


def count_waiting(actor: Actor) -> int:
    """Return how many cases wait for the actor's office, counted up to a thousand."""
    return _capped(actor.place) if actor.place and actor.may(Permission.REVIEW) else 0


def _capped(place: Place, *conditions: Any) -> int:
    some = select(VerificationCase.id).where(*waiting(place), *conditions).limit(1000).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def earlier_cases(case: VerificationCase) -> list[VerificationCase]:
    """Return the person's other cases, drafts of their own aside."""
    query = select(VerificationCase).where(
        VerificationCase.holder_id == case.holder_id,
        VerificationCase.id != case.id,
        VerificationCase.submitted_at.is_not(None),
    )
    return list(db.session.scalars(query.order_by(VerificationCase.id.desc()).limit(SHOWN_EARLIER)))


def reply_texts(actor: Actor, action: str | None = None) -> list[ReplyText]:
    """Return the texts that the actor's office and those above it keep."""
    if actor.place is None:
        return []
    query = select(ReplyText).where(ReplyText.office_id.in_(actor.place.lineage))
    if action:
        query = query.where(ReplyText.action == action)
    return list(db.session.scalars(query.order_by(ReplyText.action, ReplyText.id)))


def hand_over_targets(actor: Actor, case: VerificationCase) -> list[Office]:
    """Return the offices a case may be passed to: those of the subtree and the parent."""
    if actor.place is None:
        return []
    own = db.session.get_one(Office, actor.place.office_id)
    reach = Office.within(actor.place)
    query = select(Office).where(
        or_(reach, Office.id == own.parent_id), Office.closed_at.is_(None), Office.id != case.office_id
    )
    return list(db.session.scalars(query.order_by(Office.id)))
