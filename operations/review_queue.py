"""What a reviewer has at hand beside a case: how much waits, the person's other cases, reply texts, offices to pass it to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select

from domain.access import Actor, Permission, Place
from domain.verification import OVERDUE_DAYS, CaseState
from extensions import db
from models import Office, ReplyText, VerificationCase, now

SHOWN_EARLIER = 20
MOST_COUNTED = 1_000


def waiting(place: Place) -> list[Any]:
    """Return the conditions for what waits for this office: 待审核 within its subtree."""
    return [
        VerificationCase.within(place),
        VerificationCase.state == CaseState.PENDING,
        VerificationCase.deleted_at.is_(None),
    ]


def overdue() -> Any:
    """Return the condition for what an office has let lie: no act of its own for thirty days while it was its turn."""
    return VerificationCase.owed_since < now() - timedelta(days=OVERDUE_DAYS)


def overdue_by_office(actor: Actor) -> list[tuple[Office, int]]:
    """Return the offices of the subtree that let cases lie, and how many, the most first; up to a thousand cases are read."""
    if actor.place is None or not actor.may(Permission.REVIEW):
        return []
    some = select(VerificationCase.office_id).where(VerificationCase.within(actor.place), overdue()).limit(MOST_COUNTED)
    found = some.subquery()
    number = func.count().label("number")
    query = select(Office, number).join(found, found.c.office_id == Office.id).group_by(Office.id)
    return [(office, count) for office, count in db.session.execute(query.order_by(number.desc(), Office.id))]


def count_waiting(actor: Actor) -> int:
    """Return how many cases wait for the actor's office, counted up to a thousand."""
    return _capped(actor.place) if actor.place and actor.may(Permission.REVIEW) else 0


def count_to_check(actor: Actor, most: int) -> int:
    """Return how many stand in 待抽查 for the actor's office, counted up to `most`."""
    if actor.place is None or not actor.may(Permission.SPOT_CHECKS):
        return 0
    mine = (VerificationCase.within(actor.place), VerificationCase.to_check_since.is_not(None))
    some = select(VerificationCase.id).where(*mine).limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _capped(place: Place, *conditions: Any) -> int:
    some = select(VerificationCase.id).where(*waiting(place), *conditions).limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def other_cases(actor: Actor, case: VerificationCase) -> tuple[list[VerificationCase], int]:
    """Return the person's other cases within the actor's reach, newest first, and how many lie with other offices."""
    theirs = (
        VerificationCase.holder_id.in_(case.holder.accounts_of_person),
        VerificationCase.id != case.id,
        VerificationCase.submitted_at.is_not(None),
    )
    query = select(VerificationCase).where(*theirs).order_by(VerificationCase.id.desc()).limit(SHOWN_EARLIER)
    found = list(db.session.scalars(query))
    within = [one for one in found if one.place and actor.reaches(Permission.REVIEW, one.place)]
    return within, len(found) - len(within)


def reply_texts(actor: Actor, action: str | None = None) -> list[ReplyText]:
    """Return the texts that the actor's office and those above it keep."""
    if actor.place is None:
        return []
    query = select(ReplyText).where(ReplyText.office_id.in_(actor.place.lineage))
    if action:
        query = query.where(ReplyText.action == action)
    return list(db.session.scalars(query.order_by(ReplyText.action, ReplyText.id)))


def hand_over_targets(actor: Actor, case: VerificationCase | None = None) -> list[Office]:
    """Return the offices a case may be passed to, or any case: those of the subtree and the parent."""
    if actor.place is None:
        return []
    own = db.session.get_one(Office, actor.place.office_id)
    reach = Office.within(actor.place)
    query = select(Office).where(or_(reach, Office.id == own.parent_id), Office.closed_at.is_(None))
    if case is not None:
        query = query.where(Office.id != case.office_id)
    return list(db.session.scalars(query.order_by(Office.id)))
