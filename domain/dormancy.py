"""When a staff account is dormant, and which dormant accounts are told instead of shut."""

from __future__ import annotations

from datetime import datetime

from domain.retention import STAFF

DORMANT_AFTER = STAFF.limit


def awake_since(created_at: datetime, signed_in_at: datetime | None, enabled_at: datetime | None) -> datetime:
    """Return from when the ninety days run: the last sign-in, or when the account was opened or enabled again."""
    return max(one for one in (created_at, signed_in_at, enabled_at) if one is not None)


def is_dormant(since: datetime, now: datetime) -> bool:
    return now - since > DORMANT_AFTER
