"""Looking at what is personal: each look leaves an event, and nobody leafs through ID numbers by the hundred."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from domain.access import Actor, Permission
from extensions import db
from models import Event, now
from operations import events, throttle
from operations.throttle import Limit

NUMBERS_AN_HOUR = 60
"""A page of a workbook whose numbers are to be mended counts as one: whoever mends it has the workbook."""
HOUR = timedelta(hours=1)
ONE_OPENING = timedelta(minutes=10)
TOLD_FOR, MOST_TOLD = timedelta(days=3), 20
ENOUGH = f"一小时内最多查看 {NUMBERS_AN_HOUR} 次完整身份证号，您已经看满，管理员会看到这条记录。请过一会儿再看"

Subject = tuple[str, int]


def take_number(actor: Actor, subject: Subject, summary: str) -> bool:
    """Note that an ID number is shown whole, before it is; False where this person has seen enough for an hour.

    The first refusal of an hour is an event of its own: administrators find it on 工作台.
    """
    who = f"staff:{actor.id}"
    if throttle.take(Limit("view_id_number", who, NUMBERS_AN_HOUR), window=HOUR):
        events.record(actor, "view_id_number", subject, summary)
        return True
    if throttle.take(Limit("view_limit", who, 1), window=HOUR):
        told = f"一小时内查看完整身份证号超过 {NUMBERS_AN_HOUR} 次，已停止显示"
        events.record(actor, "view_limit", ("staff_user", actor.id), told)
    return False


def note_pictures(actor: Actor, subject: Subject, summary: str) -> None:
    """Note that pictures of the subject are opened: once for all that one person opens of it within ten minutes."""
    opened = f"staff:{actor.id}:{subject[0]}:{subject[1]}"
    if throttle.take(Limit("view_picture", opened, 1), window=ONE_OPENING):
        events.record(actor, "view_picture", subject, summary)


def stopped_lately(actor: Actor) -> list[str]:
    """Return who of the actor's subtree saw too many numbers in these days, the last one first."""
    if actor.place is None or not actor.may(Permission.AUDIT_READ):
        return []
    stopped = (Event.within(actor.place), Event.action == "view_limit", Event.at > now() - TOLD_FOR)
    names = db.session.scalars(select(Event.actor_name).where(*stopped).order_by(Event.id.desc()).limit(MOST_TOLD))
    return list(dict.fromkeys(names))
