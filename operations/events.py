"""The audit trail: adding an event sealed to the one before it, and proving that none was changed or removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select

from domain.access import Actor
from domain.identifiers import mask_id_numbers
from encryption import encrypt_json, keyring
from extensions import db
from models import Event, EventHead, Office, now

_SEALED = (
    "id", "at", "actor_role", "actor_id", "actor_name", "office_id", "city_office_id", "region_office_id", "action",
    "subject_type", "subject_id", "from_state", "to_state", "reply", "summary", "changes",
)  # fmt: skip
_START = b"\x00" * 32


def record(
    actor: Actor,
    action: str,
    subject: tuple[str, int | None],
    summary: str,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    reply: str | None = None,
    changes: dict[str, Any] | None = None,
) -> Event:
    """Add an event in the running transaction. `changes` may hold personal data: it is stored encrypted."""
    head = _locked_head()
    event = Event(
        id=head.last_id + 1,
        at=now(),
        action=action,
        subject_type=subject[0],
        subject_id=subject[1],
        from_state=from_state,
        to_state=to_state,
        reply=mask_id_numbers(reply) if reply else None,
        summary=mask_id_numbers(summary),
        changes=encrypt_json(changes) if changes else None,
        **_who(actor),
    )
    event.seal = _seal(head.last_seal, event)
    _move_head(head, event)
    db.session.add(event)
    db.session.flush()
    return event


LEAVES_IT_AS_IT_IS = (
    "view_id_number", "sign_in", "fail_sign_in", "change_password", "change_settings", "fail_second_factor", "new_device",
    "use_recovery_code", "tell_dormant",
)  # fmt: skip
"""What is noted of a thing without changing what others see of it."""


def later_changes(subject_type: str, subject_id: int, after: int) -> list[Event]:
    """Return the events behind this one that changed the thing, oldest first."""
    return list(db.session.scalars(_changes(subject_type, subject_id).where(Event.id > after).order_by(Event.id)))


def last_change(subject_type: str, subject_id: int) -> Event | None:
    """Return the newest event that changed the thing, or None."""
    newest: Event | None = db.session.scalar(_changes(subject_type, subject_id).order_by(Event.id.desc()).limit(1))
    return newest


def _changes(subject_type: str, subject_id: int) -> Select[Any]:
    about = select(Event).filter_by(subject_type=subject_type, subject_id=subject_id)
    return about.where(Event.action.not_in(LEAVES_IT_AS_IT_IS))


def newest_id() -> int:
    """Return the number of the newest event: what comes after it came later than this moment."""
    return db.session.scalar(select(EventHead.last_id)) or 0


def _who(actor: Actor) -> dict[str, Any]:
    place = actor.place
    return {
        "actor_role": actor.role.value,
        "actor_id": actor.id,
        "actor_name": actor.name or actor.role.label,
        "office_id": place.office_id if place else None,
        "city_office_id": place.city_office_id if place else None,
        "region_office_id": place.region_office_id if place else None,
    }


def _locked_head() -> EventHead:
    """Return the head, locked until commit: events are added one transaction after another."""
    head = db.session.scalar(select(EventHead).with_for_update().execution_options(populate_existing=True))
    if head is None:
        head = EventHead(id=1, last_id=0, last_seal=_START, seal=_head_seal(0, _START))
        db.session.add(head)
    return head


def _move_head(head: EventHead, event: Event) -> None:
    head.last_id, head.last_seal = event.id, event.seal
    head.seal = _head_seal(event.id, event.seal)


def _head_seal(last_id: int, last_seal: bytes) -> bytes:
    return keyring.seal(b"head" + str(last_id).encode() + last_seal)


def _seal(previous: bytes, event: Event) -> bytes:
    content = {name: _plain(getattr(event, name)) for name in _SEALED}
    return keyring.seal(previous + json.dumps(content, ensure_ascii=False, sort_keys=True).encode())


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else value


def faults() -> Iterator[str]:
    """Yield a sentence for every place where the trail does not hold; nothing where it does.

    One moment of it is read, whole: what is written meanwhile is no fault.
    """
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":  # SQLite reads one moment anyway
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    previous, expected = _START, 1
    for event in db.session.scalars(select(Event).order_by(Event.id).execution_options(yield_per=1000)):
        if event.id != expected:
            yield f"第 {expected} 条到第 {event.id - 1} 条操作记录不见了"
        elif bytes(event.seal) != _seal(previous, event):
            yield f"第 {event.id} 条操作记录被改动过"
        previous, expected = bytes(event.seal), event.id + 1
    yield from _faults_of_head(previous, expected - 1)


def _faults_of_head(last_seal: bytes, last_id: int) -> Iterator[str]:
    head = db.session.get(EventHead, 1)
    if head is None:
        if last_id:
            yield "操作记录的末尾标记不见了"
        elif db.session.scalar(select(Office.id).limit(1)):
            yield "操作记录全部不见了"
        return
    if bytes(head.seal) != _head_seal(head.last_id, bytes(head.last_seal)):
        yield "操作记录的末尾标记被改动过"
    elif head.last_id != last_id or bytes(head.last_seal) != last_seal:
        yield f"末尾应当是第 {head.last_id} 条操作记录，现在是第 {last_id} 条"
