"""The public look-up, and its counter that folds many look-ups into one short write."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from domain import normalizing
from domain.identifiers import certificate_number
from extensions import db, writing
from models import Certificate, LookupCount, now
from operations import throttle
from operations.prepared import Prepared
from operations.throttle import ATTEMPTS, Limit

KIND, SLOW = "lookup", "slow_lookup"
FIRST_DISTANCE, LONGEST_DISTANCE = timedelta(seconds=20), timedelta(minutes=1)
"""Between two look-ups of who has missed too often: twenty seconds, forty, then a minute."""
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

CERTIFICATES, COUNTS = cast(Table, Certificate.__table__), cast(Table, LookupCount.__table__)
_TOLD = (
    "id", "name", "cert_no", "title_series", "title_level", "title", "specialty", "awarded_on", "issued_on",
    "obtained_by", "cert_status", "awarding_body", "verify_code",
)  # fmt: skip
_PUBLIC: Select[Any] = (
    select(*(CERTIFICATES.c[name] for name in _TOLD), func.coalesce(COUNTS.c.times, 0).label("times"))
    .outerjoin(COUNTS, COUNTS.c.certificate_id == CERTIFICATES.c.id)
    .where(CERTIFICATES.c.verified_at.is_not(None))
)
"""What the public may know of a certificate, and how often it was looked up as far as that is written: rows, no
objects, and queries built once, since this is asked far more often than anything else."""
_WITH_MISSES = _PUBLIC.add_columns(throttle.COUNT.scalar_subquery().label("misses"))
"""Whoever finds something is asked about their misses on the way: one query less for nearly everybody."""
_BY_CODE = Prepared(_WITH_MISSES.where(CERTIFICATES.c.verify_code == bindparam("code")))
_BY_NUMBER = Prepared(
    _WITH_MISSES.where(
        CERTIFICATES.c.cert_no.in_([bindparam("written"), bindparam("closed_up")]),
        CERTIFICATES.c.name == bindparam("name"),
    )
    .order_by(CERTIFICATES.c.id)
    .limit(20)
)
_MISSES = Prepared(throttle.COUNT)


def find(number: str, name: str, address: str = "") -> Sequence[Any]:
    """Return the public certificates of this number and holder; a wrong half and an unknown number look alike."""
    number, name = normalizing.code(number), normalizing.person_name(name)
    if not number or not name:
        return []
    found = certificate_number(number)
    asked = {"written": number, "closed_up": found.value if found else number, "name": name}
    return _BY_NUMBER.all(asked | throttle.asked(KIND, address))


def by_code(code: str, address: str = "") -> Sequence[Any]:
    """Return the public certificate with this verify code, typed with or without hyphens, or nothing."""
    code = normalizing.code(code).replace("-", "").replace(" ", "").upper()
    return _BY_CODE.all({"code": code} | throttle.asked(KIND, address))


def misses_of(address: str, found: Sequence[Any] = ()) -> int:
    """Return how often an address has asked for what is not there; it stands beside what was found."""
    (told,) = found[:1] or _MISSES.all(throttle.asked(KIND, address))
    return cast(int, told.misses)


def reserve_miss(address: str, most: int) -> bool:
    """Count a miss before it is told: of many that come together only so many are told without a 验证码."""
    return throttle.take(Limit(KIND, address, most))


def count_miss(address: str) -> None:
    throttle.fail(KIND, address)


def seconds_to_wait(address: str) -> int:
    """Return how long somebody who has missed so often has to wait before the next look-up; 0 where it may be now."""
    asked = select(func.count(ATTEMPTS.c.at), func.max(ATTEMPTS.c.at)).where(*throttle.counted(SLOW, address))
    times, last = db.session.execute(asked).one()
    distance = min(LONGEST_DISTANCE, FIRST_DISTANCE * times)
    return max(0, int((last + distance - now()).total_seconds())) if times else 0


def reserve_slow(address: str) -> int:
    """Take the turn of a slow look-up, or return the seconds that are still to wait; asked for together, one gets it."""
    throttle.wait_for_turn(SLOW, address)
    seconds = seconds_to_wait(address)
    if not seconds:
        throttle.fail(SLOW, address)
    return seconds


def counted(found: Any) -> int:
    """Count one look-up of what was found, and return how many there were with it."""
    return cast(int, found.times) + buffer.add(found.id)


def count_of(certificate_id: int) -> int:
    """Return how often it was looked up so far, what is not yet folded included."""
    stored = db.session.scalar(select(LookupCount.times).filter_by(certificate_id=certificate_id)) or 0
    return stored + buffer.waiting(certificate_id)


def of_certificates(ids: Sequence[int]) -> tuple[int, datetime | None]:
    """Return how often these certificates were looked up together, and when for the last time."""
    told = select(func.sum(LookupCount.times), func.max(LookupCount.last_at))
    times, last = db.session.execute(told.where(LookupCount.certificate_id.in_(ids))).one()
    return int(times or 0), last


class CountBuffer:
    """Look-ups that wait to be written: thread-safe, folded about every second by the server, lost only by a kill.

    What is being written counts as waiting until it is there, so that no number on a page ever falls.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Counter[int] = Counter()
        self._taken: Counter[int] = Counter()

    def add(self, certificate_id: int) -> int:
        with self._lock:
            self._waiting[certificate_id] += 1
            return self._waiting[certificate_id] + self._taken[certificate_id]

    def waiting(self, certificate_id: int) -> int:
        with self._lock:
            return self._waiting[certificate_id] + self._taken[certificate_id]

    def take(self) -> Counter[int]:
        with self._lock:
            self._taken, self._waiting = self._waiting, Counter()
            return self._taken

    def written(self) -> None:
        with self._lock:
            self._taken = Counter()

    def give_back(self) -> None:
        with self._lock:
            self._waiting.update(self._taken)
            self._taken = Counter()


buffer = CountBuffer()


def fold() -> None:
    """Write the buffered look-ups in one transaction, smallest id first so that two servers never deadlock."""
    taken = buffer.take()
    if not taken:
        return
    try:
        with writing(forgets=False):
            _add(taken)
    except Exception:
        buffer.give_back()
        raise
    buffer.written()


def _add(taken: Counter[int]) -> None:
    insert = _INSERT[db.session.get_bind().dialect.name](COUNTS)
    more = {"times": COUNTS.c.times + insert.excluded.times, "last_at": insert.excluded.last_at}
    rows = [{"certificate_id": one, "times": times, "last_at": now()} for one, times in sorted(taken.items())]
    db.session.execute(insert.on_conflict_do_update(index_elements=["certificate_id"], set_=more), rows)
