"""What becomes of a trail that does not hold: an alarm that stands at the top until an operator has looked into it."""

from __future__ import annotations

from sqlalchemy import select

from domain.access import Actor, Role
from domain.vocabulary import OfficeKind
from extensions import db
from models import Event, Office
from operations import events

BROKEN, ACCEPTED = "trail_broken", "trail_accepted"


def raise_alarm(sentence: str) -> None:
    """Note that the trail did not hold; once, until somebody has looked into it."""
    actions = select(Event.action).where(Event.action.in_((BROKEN, ACCEPTED)))
    if db.session.scalar(actions.order_by(Event.id.desc()).limit(1)) == BROKEN:
        return
    events.record(_at_the_top("系统"), BROKEN, ("system", None), f"操作记录没有通过核对：{sentence}")


def accept(operator: Actor, reason: str) -> None:
    """End the alarm; the reason stands in the trail."""
    named = _at_the_top(operator.name)
    events.record(named, ACCEPTED, ("system", None), "查明操作记录的问题，重新开始核对", reply=reason)


def alarm(actor: Actor) -> Event | None:
    """Return what an administrator at the top has to know: the last check failed, and nobody has looked into it."""
    is_top = actor.place is not None and actor.place.kind is OfficeKind.REGION and actor.role is Role.ADMIN
    if not is_top or actor.place is None:
        return None
    told = select(Event).where(Event.within(actor.place), Event.action.in_((BROKEN, ACCEPTED)))
    newest: Event | None = db.session.scalar(told.order_by(Event.id.desc()).limit(1))
    return newest if newest is not None and newest.action == BROKEN else None


def _at_the_top(name: str) -> Actor:
    top = db.session.scalar(select(Office).filter_by(parent_id=None).order_by(Office.id).limit(1))
    return Actor(Role.ADMIN, None, name, top.place if top else None)
