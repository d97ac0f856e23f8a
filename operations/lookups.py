"""The public look-up, and its counter that folds many look-ups into one short write."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from domain import normalizing
from extensions import db, writing
from models import Certificate, LookupCount, now

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class Found:
    """A public certificate and how often it was looked up, this time included."""

    certificate: Certificate
    times: int


def find(number: str, name: str) -> list[Certificate]:
    """Return the public certificates of this number and holder; a wrong half and an unknown number look alike."""
    number, name = normalizing.code(number), normalizing.person_name(name)
    if not number or not name:
        return []
    query = select(Certificate).where(
        Certificate.cert_no.in_({number, number.replace(" ", "")}),
        Certificate.name == name,
        Certificate.verified_at.is_not(None),
    )
    return list(db.session.scalars(query.order_by(Certificate.id).limit(20)))


def by_code(code: str) -> Certificate | None:
    """Return the public certificate with this verify code, typed with or without hyphens."""
    code = normalizing.code(code).replace("-", "").replace(" ", "").upper()
    return db.session.scalar(select(Certificate).where(Certificate.verify_code == code))


def count_of(certificate_id: int) -> int:
    """Return how often it was looked up so far, what is not yet folded included."""
    stored = db.session.scalar(select(LookupCount.times).filter_by(certificate_id=certificate_id)) or 0
    return stored + buffer.waiting(certificate_id)


def count_of_holder(digest: bytes) -> int:
    """Return how often all certificates of a person were looked up."""
    query = select(func.sum(LookupCount.times)).join(Certificate, Certificate.id == LookupCount.certificate_id)
    return int(db.session.scalar(query.where(Certificate.id_digest == digest)) or 0)


class CountBuffer:
    """Look-ups that wait to be written: thread-safe, folded about every second by the server, lost only by a kill."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Counter[int] = Counter()

    def add(self, certificate_id: int) -> int:
        with self._lock:
            self._waiting[certificate_id] += 1
            return self._waiting[certificate_id]

    def waiting(self, certificate_id: int) -> int:
        with self._lock:
            return self._waiting[certificate_id]

    def take(self) -> Counter[int]:
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
            return taken

    def give_back(self, taken: Counter[int]) -> None:
        with self._lock:
            self._waiting.update(taken)


buffer = CountBuffer()


def fold() -> None:
    """Write the buffered look-ups in one transaction, smallest id first so that two servers never deadlock."""
    taken = buffer.take()
    if not taken:
        return
    try:
        with writing():
            for certificate_id, times in sorted(taken.items()):
                _add(certificate_id, times)
    except Exception:
        buffer.give_back(taken)
        raise


def _add(certificate_id: int, times: int) -> None:
    insert = _INSERT[db.session.get_bind().dialect.name](LookupCount)
    first = insert.values(certificate_id=certificate_id, times=times, last_at=now())
    more = {"times": LookupCount.times + times, "last_at": now()}
    db.session.execute(first.on_conflict_do_update(index_elements=["certificate_id"], set_=more))
