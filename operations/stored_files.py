"""What the photo storage holds and why: which files are still named, and which are kept no longer than their time."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from domain.access import Actor, Role
from domain.retention import GIVEN_UP, IDENTITY_PICTURES
from domain.verification import CaseState
from extensions import db
from models import CasePhoto, IdentityRequest, VerificationCase, now
from operations import events, exports
from operations.bulk import in_groups
from operations.identity_requests import PAGES
from tables.columns import StorageKey

AT_ONCE = 100
NO_PICTURE = ""
SYSTEM = Actor(Role.ADMIN, None, "系统")


def unnamed(keys: Collection[str]) -> set[str]:
    """Return those of the keys that stand in no row."""
    named = set(exports.kept_keys())
    columns = [
        column for table in db.metadata.tables.values() for column in table.c if isinstance(column.type, StorageKey)
    ]
    for column in columns:
        for group in in_groups(list(keys)):
            named.update(db.session.scalars(select(column).where(column.in_(group))))
    return set(keys) - named


def forget_identity_pictures() -> list[str]:
    """Let go of the pictures of requests decided long ago; return the keys that nobody needs any more."""
    over = (IdentityRequest.decided_at < now() - IDENTITY_PICTURES.limit, IdentityRequest.front != NO_PICTURE)
    forgotten = []
    for request in db.session.scalars(select(IdentityRequest).where(*over).limit(AT_ONCE)):
        forgotten += [key for page in PAGES if (key := getattr(request, page))]
        request.front = request.back = NO_PICTURE
        request.statement = None
        db.session.flush()
        summary = f"办完已过 {IDENTITY_PICTURES.told}，证件照片不再保留"
        events.record(SYSTEM, "forget_pictures", ("identity_request", request.id), summary)
    return forgotten


def forget_given_up_photos() -> list[str]:
    """Let go of the photos of what its holder gave up; what an office deleted can come back and keeps them."""
    case = VerificationCase
    given_up = (case.office_id.is_(None), case.state == CaseState.DRAFT, case.deleted_at < now() - GIVEN_UP.limit)
    photos = select(CasePhoto).join(case).where(*given_up, case.touched_by_office.is_(False)).limit(AT_ONCE)
    forgotten = list(db.session.scalars(photos))
    for case_id in {photo.case_id for photo in forgotten}:
        events.record(SYSTEM, "forget_photos", ("case", case_id), f"放弃已过 {GIVEN_UP.told}，照片不再保留")
    for photo in forgotten:
        db.session.delete(photo)
    db.session.flush()
    return [photo.key for photo in forgotten]
