"""Writing anew what another key than the one in force has encrypted: a page of rows at a time, while the system runs.

Nothing is remembered of where it stopped: what is left to do can be told by the stored bytes themselves. The trail is
never written anew, so the keys of its time have to stay known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Column, Table, select, tuple_, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from encryption import keyring
from extensions import KEPT_APART, db, writing, writing_apart
from models import Event, id_digest, id_digests, mobile_digest, mobile_digests
from operations.reference_records import twin_of
from storage import PhotoMissing, PhotoStorage, new_key
from tables.columns import StorageKey

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Derived:
    """A digest beside the column it is made from: how it is made, and under which keys it may have been."""

    of: str
    make: Callable[[Any], bytes]
    known: Callable[[Any], Sequence[bytes]] | None = None
    """None: whatever stands there was made so. Else a digest that no key explains stays, such as a released account's."""


DERIVED = {
    "id_digest": Derived("id_number", id_digest, id_digests),
    "former_id_digest": Derived("id_number", id_digest, id_digests),
    "mobile_digest": Derived("mobile", mobile_digest, mobile_digests),
    "twin": Derived("rest", lambda rest: twin_of(rest["cells"])),
}
NOT_RENEWED = {
    Event.__tablename__: "is never written anew",
    "event_head": "is sealed anew by the next event",
    "failed_attempt": "is counted for a day at most",
}
"""Tables whose bytes stay as they are, and why."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a table: the key of the last one, and what is to be written, with what stood there before."""

    last: tuple[Any, ...]
    changes: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]


def tables() -> list[Table]:
    """Return the tables that hold something encrypted."""
    return [table for table in db.metadata.sorted_tables if _renewable(table) and table.name not in NOT_RENEWED]


def _renewable(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if hasattr(column.type, "renewed")]


def page_of(table: Table, after: tuple[Any, ...] | None) -> Page | None:
    """Read the rows behind a key and work out what is to be written; None where there are no more."""
    keys = list(table.primary_key.columns)
    derived = [table.c[name] for name in DERIVED if name in table.c]
    query = select(*keys, *(_as_stored(one) for one in _renewable(table)), *derived).order_by(*keys).limit(AT_ONCE)
    rows = db.session.execute(query if after is None else query.where(tuple_(*keys) > tuple_(*after))).all()
    if not rows:
        return None
    found = [(key, before, _renewed(table, before)) for key, before in (_apart(table, row) for row in rows)]
    return Page(tuple(getattr(rows[-1], key.name) for key in keys), [one for one in found if one[2]])


def _as_stored(column: Column[Any]) -> Any:
    return type_coerce(column, cast(Any, column.type).stored_as).label(column.name)


def _apart(table: Table, row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    keys = {column.name for column in table.primary_key.columns}
    stored = {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row._mapping.items()}
    return {name: stored[name] for name in keys}, {name: stored[name] for name in stored.keys() - keys}


def _renewed(table: Table, before: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are to be written in place of those before, by column."""
    after = {
        column.name: cast(Any, column.type).renewed(value)
        for column in _renewable(table)
        if (value := before[column.name]) is not None
    }
    for name, rule in DERIVED.items():
        if before.get(name) is not None and before.get(rule.of) is not None:
            plain = table.c[rule.of].type.process_result_value(before[rule.of], db.engine.dialect)  # type: ignore[attr-defined]
            if rule.known is None or before[name] in rule.known(plain):
                after[name] = rule.make(plain)
    return {name: value for name, value in after.items() if value != before[name]}


def write(table: Table, page: Page) -> int:
    """Write a page in one transaction; a row that somebody changed meanwhile is left to the next round."""
    with _turn(table) as session:
        return sum(_write_row(session, table, *change) for change in page.changes)


def _turn(table: Table) -> AbstractContextManager[Session]:
    apart = KEPT_APART in table.info and KEPT_APART in db.engines
    return writing_apart() if apart else writing(forgets=False)


def _write_row(
    session: Session, table: Table, key: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> int:
    """Two rows that were told apart by keys alone would be the same now: there only the digest stays as it is."""
    same = [table.c[name] == value for name, value in key.items()]
    same += [_as_stored_or_plain(table.c[name]) == before[name] for name in after]
    try:
        with session.begin_nested():
            return _rows_changed(session, table, same, after)
    except IntegrityError:
        without = {name: value for name, value in after.items() if name not in DERIVED}
        return _rows_changed(session, table, same, without) if without else 0


def _rows_changed(session: Session, table: Table, same: list[Any], values: dict[str, Any]) -> int:
    stored = {name: _bound(table.c[name], value) for name, value in values.items()}
    done = session.execute(update(table).where(*same).values(stored), execution_options={"synchronize_session": False})
    return int(cast(Any, done).rowcount)


def _as_stored_or_plain(column: Column[Any]) -> Any:
    return type_coerce(column, cast(Any, column.type).stored_as) if hasattr(column.type, "stored_as") else column


def _bound(column: Column[Any], value: Any) -> Any:
    """Return a stored value for an update: it is encrypted already, and not to be encrypted once more."""
    return type_coerce(value, cast(Any, column.type).stored_as) if hasattr(column.type, "stored_as") else value


def encrypted_files() -> Iterator[tuple[Column[Any], Any, str]]:
    """Yield column, id and key of every file that is stored encrypted."""
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, StorageKey) and column.type.encrypted:
                named = select(table.c.id, column).where(column.is_not(None), column != "")
                for row_id, key in db.session.execute(named.order_by(table.c.id)).all():
                    yield column, row_id, key


def renew_file(store: PhotoStorage, column: Column[Any], row_id: int, key: str) -> bool:
    """Store a file under a new key of storage, encrypted anew; the old one goes once the row names the new one."""
    try:
        stored = store.get(key)
    except PhotoMissing:
        return False
    if keyring.is_in_force(stored):
        return False
    fresh = new_key()
    store.put(fresh, keyring.encrypt(keyring.decrypt(stored)))
    with writing(forgets=False) as session:
        same = (column.table.c.id == row_id, column == key)
        changed = cast(Any, session.execute(update(column.table).where(*same).values({column.name: fresh}))).rowcount
    store.delete(key if changed else fresh)
    return bool(changed)
