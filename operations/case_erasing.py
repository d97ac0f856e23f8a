"""Taking out of a case what its holder filled in: for cases that were never decided, when their time or the account is over."""

from __future__ import annotations

from sqlalchemy import delete

from domain.verification import CaseState
from extensions import db
from models import CasePhoto, VerificationCase, now
from operations.case_facts import PORTAL_KEYS, CaseFacts

_WRITTEN = (*PORTAL_KEYS, "body_key", "former_name", "submitted", "correction", "reply", "undo", "filled_in_at")


def erase(case: VerificationCase) -> list[str]:
    """Empty a case, so that only the trail knows what it was; nobody can take it up again. Return its photos' keys.

    It stays tied to a record that an office has looked into: that record is never approved by itself again.
    """
    case.leave_office()
    case.state = CaseState.DRAFT
    if not CaseFacts(case).ever_handled_by_office:
        case.certificate_id = None
    for name in _WRITTEN:
        setattr(case, name, None)
    case.deleted_at = case.deleted_at or now()
    case.version += 1
    return drop_photos(case)


def drop_photos(case: VerificationCase) -> list[str]:
    """Remove the photos of a case; return their keys, which nothing names once this is committed."""
    keys = [photo.key for photo in case.photos]
    db.session.flush()
    db.session.execute(delete(CasePhoto).where(CasePhoto.case_id == case.id))
    db.session.expire(case, ["photos"])
    return keys
