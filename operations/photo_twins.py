"""Photos of other cases that are copies of one: found by the bands of their fingerprints, told by looking at both.

A bounded number of rows is read and a bounded number of photos opened, at any size of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from flask import current_app
from PIL.Image import Image
from sqlalchemy import bindparam, select, union_all

from domain.errors import DomainError
from domain.hints import Likeness
from extensions import db
from models import CasePhoto
from photos import BANDS, MOST_CHANGED_CELLS, bands_of, changed_cells, looks_identical, sight, turns

LIKELY = 500
"""So many of the newest photos are compared in each band, for each of the four ways a photo may have been held."""
LOOKED_AT = 8
"""So many of the nearest are looked at."""
SAME_FILES = 10


@dataclass(frozen=True, slots=True)
class Match:
    """A photo of another case; `turned` says that one of the two was turned before it was sent."""

    case_id: int
    likeness: Likeness
    turned: bool = False


@dataclass(frozen=True, slots=True)
class _Held:
    """A photo as it is, or turned by so many quarters; without its picture where the storage does not give it."""

    quarters: int
    fingerprint: int
    picture: Image | None


def matches(photo: CasePhoto) -> list[Match]:
    """Return the sent photos of other cases that are this one, the same files first."""
    same = list(_same_files(photo))
    known = {other.id for other in same}
    found = [(other, _compared(held, other)) for other, held in _nearest(photo) if other.id not in known]
    return [Match(other.case_id, Likeness.FILE) for other in same] + [match for _, match in found if match]


def _same_files(photo: CasePhoto) -> Iterator[CasePhoto]:
    query = select(CasePhoto).where(*_sent_elsewhere(photo), CasePhoto.sha256 == photo.sha256)
    yield from db.session.scalars(query.order_by(CasePhoto.id.desc()).limit(SAME_FILES))


def _sent_elsewhere(photo: CasePhoto) -> tuple[Any, ...]:
    return CasePhoto.submitted.is_(True), CasePhoto.case_id != photo.case_id


def _nearest(photo: CasePhoto) -> list[tuple[CasePhoto, _Held]]:
    """Return the photos whose fingerprints are nearest, each with the way of holding this one that it is near to."""
    ways = _ways_to_hold(photo)
    near = []
    for photo_id, fingerprint in _in_a_band_of([held.fingerprint for held in ways]):
        held = min(ways, key=lambda one: (one.fingerprint ^ fingerprint).bit_count())
        if looks_identical(held.fingerprint, fingerprint):
            near.append(((held.fingerprint ^ fingerprint).bit_count(), -photo_id, held.quarters))
    ids = {-at: ways[quarters] for _, at, quarters in sorted(near)[: 4 * LOOKED_AT]}
    there = db.session.scalars(select(CasePhoto).where(*_sent_elsewhere(photo), CasePhoto.id.in_(ids)))
    sent = {one.id: one for one in there}
    return [(sent[at], held) for at, held in ids.items() if at in sent][:LOOKED_AT]


def _ways_to_hold(photo: CasePhoto) -> list[_Held]:
    try:
        seen, turned = _opened(photo.key), _turned(photo.key)
    except (DomainError, OSError):
        return [_Held(0, photo.fingerprint, None)]
    held = [_Held(at, fingerprint, picture) for at, (fingerprint, picture) in enumerate(turned, start=1)]
    return [_Held(0, photo.fingerprint, seen), *held]


def _in_a_band_of(fingerprints: Sequence[int]) -> set[tuple[int, int]]:
    """Return id and fingerprint of the newest photos that share a band with one of these."""
    asked = {f"band_{way}_{at}": band for way, one in enumerate(fingerprints) for at, band in enumerate(bands_of(one))}
    rows = db.session.execute(_newest_in_bands(len(fingerprints)), asked)
    return {(photo_id, fingerprint) for photo_id, fingerprint in rows}


@cache
def _newest_in_bands(ways: int) -> Any:
    """One statement for all bands of so many ways to hold a photo, built once: a limit stands behind each index."""
    newest = [
        select(CasePhoto.id, CasePhoto.fingerprint)
        .where(getattr(CasePhoto, f"band_{at}") == bindparam(f"band_{way}_{at}"))
        .order_by(CasePhoto.id.desc()).limit(LIKELY).subquery()
        for way in range(ways) for at in range(BANDS)
    ]  # fmt: skip
    return union_all(*(select(one.c.id, one.c.fingerprint) for one in newest))


def _compared(held: _Held, other: CasePhoto) -> Match | None:
    """Look at both; where one cannot be opened now, the fingerprint has the word."""
    seen, turned = _seen(other.key), held.quarters > 0
    changed = changed_cells(held.picture, seen) if held.picture and seen else 0
    if changed > MOST_CHANGED_CELLS:
        return None
    return Match(other.case_id, Likeness.EDITED if changed else Likeness.COPY, turned)


def _seen(key: str) -> Image | None:
    try:
        return _opened(key)
    except (DomainError, OSError):
        return None


@lru_cache(maxsize=128)
def _turned(key: str) -> list[tuple[int, Image]]:
    return turns(_opened(key))


@lru_cache(maxsize=512)
def _opened(key: str) -> Image:
    """A key never gets another photo, and a reviewer comes back to a case."""
    return sight(current_app.extensions["photos"].get(key))
