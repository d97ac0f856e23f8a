"""The audit trail: adding an event sealed to the one before it, and proving that none was changed or removed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from domain.access import Actor
from domain.errors import FieldProblem
from domain.identifiers import mask_id_numbers
from encryption import encrypt_json, keyring
from extensions import db
from models import Event, EventHead, Office, now
from operations import sources

_FIRST_SEAL, _SEAL_WITH_SOURCE = 1, 2
_SEALED = (
    "id", "at", "actor_role", "actor_id", "actor_name", "office_id", "city_office_id", "region_office_id", "action",
    "subject_type", "subject_id", "from_state", "to_state", "reply", "summary", "changes",
)  # fmt: skip
_SEALED_BY_VERSION = {
    _FIRST_SEAL: _SEALED,
    _SEAL_WITH_SOURCE: (*_SEALED, "address", "device", "seal_version"),
}
"""What a seal covers, by its version: a row keeps the version it was sealed with."""
_SEALED_SINCE = ("address", "device")
"""Where a row's seal does not cover them, nothing stands in them."""
_START = b"\x00" * 32
KEYS_ROTATED = "rotate_keys"
"""From such an event on, no seal of an older key counts: who stole one can write no trail with it."""


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
    head, source = _locked_head(), sources.current()
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
        address=source.address or None,
        device=source.device or None,
        seal_version=_FIRST_SEAL if source == sources.UNKNOWN else _SEAL_WITH_SOURCE,
        **_who(actor),
    )
    event.seal = _seal(head.last_seal, event)
    _move_head(head, event)
    db.session.add(event)
    db.session.flush()
    return event


LEAVES_IT_AS_IT_IS = (
    "view_id_number", "view_limit", "view_picture", "sign_in", "sign_out", "fail_sign_in", "fail_password", "change_password",
    "change_settings", "fail_second_factor", "new_device", "use_recovery_code", "tell_dormant",
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
    return keyring.seal(_head_content(last_id, last_seal))


def _head_content(last_id: int, last_seal: bytes) -> bytes:
    return b"head" + str(last_id).encode() + last_seal


def _seal(previous: bytes, event: Event) -> bytes:
    return keyring.seal(_sealed(previous, event))


def _sealed(previous: bytes, event: Event) -> bytes:
    names = _SEALED_BY_VERSION.get(event.seal_version, _SEALED)
    content = {name: _plain(getattr(event, name)) for name in names}
    return previous + json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def _says_more_than_sealed(event: Event) -> bool:
    covered = _SEALED_BY_VERSION.get(event.seal_version)
    return covered is None or any(getattr(event, name) is not None for name in _SEALED_SINCE if name not in covered)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else value


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event as it is kept outside the database: its number and its seal."""

    number: int
    seal: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.seal.hex()}"

    @classmethod
    def read(cls, written: str) -> Head:
        """Read `NUMBER:SEAL`; raises FieldProblem for anything else."""
        number, _, seal = written.strip().partition(":")
        if not (number.isascii() and number.isdecimal() and _A_SEAL.fullmatch(seal)):
            raise FieldProblem("since", "要写成上次核对时给出的“序号:印记”，请整段复制")
        return cls(int(number), bytes.fromhex(seal))


_A_SEAL = re.compile(r"[0-9a-f]{64}")


def head() -> Head:
    """Return the newest event as the database says it is; number 0 where there is none."""
    found = db.session.execute(select(EventHead.last_id, EventHead.last_seal)).one_or_none()
    return Head(found.last_id, bytes(found.last_seal)) if found else Head(0, _START)


def faults(since: Head | None = None) -> Iterator[str]:
    """Yield a sentence for every place where the trail does not hold; nothing where it does."""
    return Walk(since).faults()


class Walk:
    """One walk through the whole trail; behind it, `head` is the newest event that was looked at.

    Whoever can write the database can put an older copy of it back, which holds in itself: that is found by `since`,
    a head that was kept elsewhere. One moment of the trail is read, whole: what is written meanwhile is no fault.
    """

    def __init__(self, since: Head | None = None) -> None:
        self._chain = _Chain(since)

    @property
    def head(self) -> Head:
        return self._chain.last

    def faults(self) -> Iterator[str]:
        db.session.rollback()
        if db.engine.dialect.name == "postgresql":  # SQLite reads one moment anyway
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        for event in db.session.scalars(select(Event).order_by(Event.id).execution_options(yield_per=1000)):
            yield from self._chain.follow(event)
        yield from self._chain.end()


class _Chain:
    """Walks from event to event; knows the seal that the next one has to build on, and the oldest key it may have."""

    def __init__(self, since: Head | None) -> None:
        self.since = since
        self.last = Head(0, _START)
        self.oldest_key = 0
        self.first_altered = 0

    def follow(self, event: Event) -> Iterator[str]:
        expected, seal = self.last.number + 1, bytes(event.seal)
        key = keyring.sealed_by(seal, _sealed(self.last.seal, event))
        is_wrong = key is None or key < self.oldest_key or _says_more_than_sealed(event)
        is_altered = event.id == expected and is_wrong
        if not is_altered:
            yield from self._altered_so_far()
        elif not self.first_altered:
            self.first_altered = event.id
        if event.id != expected:
            yield f"第 {expected} 条到第 {event.id - 1} 条操作记录不见了"
        if self.since is not None and event.id == self.since.number and seal != self.since.seal:
            yield f"第 {event.id} 条操作记录和上次核对时不是同一条，那以后的记录被换过"
        if event.action == KEYS_ROTATED and key is not None:
            self.oldest_key = max(key, self.oldest_key)
        self.last = Head(event.id, seal)

    def _altered_so_far(self) -> Iterator[str]:
        """Many in a row are one sentence; so it is of a key that nobody has written into the settings."""
        first, last = self.first_altered, self.last.number
        self.first_altered = 0
        if first and first == last:
            yield f"第 {first} 条操作记录被改动过"
        elif first:
            yield f"第 {first} 条到第 {last} 条操作记录被改动过，或者当时的密钥没有写在 FIELD_KEY_OTHERS 里"

    def end(self) -> Iterator[str]:
        yield from self._altered_so_far()
        if self.since is not None and self.last.number < self.since.number:
            yield f"上次核对到第 {self.since.number} 条操作记录，现在只到第 {self.last.number} 条，后面的不见了"
        kept = db.session.get(EventHead, 1)
        if kept is None:
            if self.last.number:
                yield "操作记录的末尾标记不见了"
            elif db.session.scalar(select(Office.id).limit(1)):
                yield "操作记录全部不见了"
            return
        key = keyring.sealed_by(bytes(kept.seal), _head_content(kept.last_id, bytes(kept.last_seal)))
        if key is None or key < self.oldest_key:
            yield "操作记录的末尾标记被改动过"
        elif (kept.last_id, bytes(kept.last_seal)) != (self.last.number, self.last.seal):
            yield f"末尾应当是第 {kept.last_id} 条操作记录，现在是第 {self.last.number} 条"
