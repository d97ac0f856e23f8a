"""Which certificates of a workbook stand in which of its earlier rows.

Kept in a nameless SQLite file, so that memory does not grow with the workbook; it holds digests, no personal data.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from domain.partial_dates import PartialDate
from operations.matching import Claim

KEYS_AT_ONCE = 500
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE number (mark BLOB PRIMARY KEY, sheet TEXT, row INTEGER) WITHOUT ROWID;
CREATE TABLE person (mark BLOB, day TEXT, number BLOB, sheet TEXT, row INTEGER, PRIMARY KEY (mark, day)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the workbook."""

    sheet: str
    row: int

    def seen_from(self, sheet: str) -> str:
        """Return how a row of `sheet` calls this place."""
        return f"第 {self.row} 行" if self.sheet == sheet else f"工作表“{self.sheet}”第 {self.row} 行"


@dataclass(frozen=True, slots=True)
class _Twin:
    day: str
    number: bytes
    place: Place


class EarlierRows:
    """Asked for a group of rows at a time: `recall` what is known of them, then `find` and `add` one by one, then `keep`."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)
        self._numbers: dict[bytes, Place] = {}
        self._people: dict[bytes, list[_Twin]] = {}
        self._new: list[tuple[Claim, Place]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def recall(self, claims: Sequence[Claim]) -> None:
        self._numbers, self._people = {}, {}
        for at in range(0, len(claims), KEYS_AT_ONCE):
            group = claims[at : at + KEYS_AT_ONCE]
            for mark, sheet, row in self._known("number", [_number(claim) for claim in group]):
                self._numbers[mark] = Place(sheet, row)
            for mark, day, number, sheet, row in self._known("person", [_person(claim) for claim in group]):
                self._people.setdefault(mark, []).append(_Twin(day, number, Place(sheet, row)))

    def _known(self, table: str, marks: Sequence[bytes]) -> sqlite3.Cursor:
        holes = ",".join("?" * len(marks))
        return self._db.execute(f"SELECT * FROM {table} WHERE mark IN ({holes})", marks)  # noqa: S608 - our two tables

    def same_number(self, claim: Claim) -> Place | None:
        """Return the earlier row with this number from this body."""
        return self._numbers.get(_number(claim))

    def same_award(self, claim: Claim) -> Place | None:
        """Return the earlier row that awards this person the same under another number, unless this one replaces it."""
        if claim.is_replacement:
            return None
        awarded: PartialDate = claim.values["awarded_on"]
        number = _mark(claim.number)
        for twin in self._people.get(_person(claim), ()):
            if twin.number != number and awarded.agrees_with(PartialDate.from_iso(twin.day)):
                return twin.place
        return None

    def add(self, claim: Claim, place: Place) -> None:
        self._new.append((claim, place))
        self._numbers[_number(claim)] = place
        twin = _Twin(claim.values["awarded_on"].iso, _mark(claim.number), place)
        self._people.setdefault(_person(claim), []).append(twin)

    def keep(self) -> None:
        numbers = [(_number(claim), place.sheet, place.row) for claim, place in self._new]
        people = [
            (_person(claim), claim.values["awarded_on"].iso, _mark(claim.number), place.sheet, place.row)
            for claim, place in self._new
        ]
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR IGNORE INTO number VALUES (?, ?, ?)", numbers)
        self._db.executemany("INSERT OR IGNORE INTO person VALUES (?, ?, ?, ?, ?)", people)
        self._db.execute("COMMIT")
        self._new = []


def _number(claim: Claim) -> bytes:
    return _mark(claim.number, claim.body_key)


def _person(claim: Claim) -> bytes:
    awarded: PartialDate = claim.values["awarded_on"]
    said = (claim.values["title_series"], claim.values["title_level"], claim.values["title"])
    return _mark(claim.digest.hex(), *said, f"{awarded.year}-{awarded.month}")


def _mark(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()
