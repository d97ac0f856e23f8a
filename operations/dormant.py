"""Staff accounts that nobody has signed in to for ninety days: disabled, or told where an office hangs on them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from domain.access import Role
from domain.dormancy import DORMANT_AFTER, awake_since
from domain.dormancy import is_dormant as rule
from extensions import db
from models import Office, StaffUser, now
from operations import account_news, events, sessions
from operations.stored_files import SYSTEM

DAYS = DORMANT_AFTER.days
NEWS = "dormant"
TOLD = f"这个账户有 {DAYS} 多天没有人登录。本机构离不开它，所以没有自动停用；请定期登录看看，密码和手机请保管好。"


def is_dormant(user: StaffUser) -> bool:
    return rule(_awake_since(user), now())


def was_shut(user: StaffUser) -> bool:
    """Whether it was dormant when it was disabled."""
    return user.disabled_at is not None and rule(_awake_since(user), user.disabled_at)


def _awake_since(user: StaffUser) -> Any:
    return awake_since(user.created_at, user.last_signed_in_at, user.enabled_at)


def condition() -> Any:
    """Return the condition for accounts that may come in and have been dormant for too long."""
    before = now() - DORMANT_AFTER
    moments = (StaffUser.created_at, StaffUser.last_signed_in_at, StaffUser.enabled_at)
    return StaffUser.disabled_at.is_(None) & db.and_(
        *(func.coalesce(one, StaffUser.created_at) < before for one in moments)
    )


def shut_dormant() -> int:
    """Disable dormant accounts, the longest away first; return how many. Default and last administrators are told."""
    longest_away = func.coalesce(StaffUser.last_signed_in_at, StaffUser.created_at)
    shut = 0
    for user in db.session.scalars(select(StaffUser).where(condition()).order_by(longest_away, StaffUser.id)).all():
        if user.role is Role.DEFAULT_ACCOUNT or _is_last_admin(user):
            _tell(user)
        else:
            _shut(user)
            shut += 1
    return shut


def _is_last_admin(user: StaffUser) -> bool:
    """Whether its office has no other administrator who may come in; who changes that meanwhile waits here."""
    db.session.execute(select(Office.id).filter_by(id=user.office_id).with_for_update(key_share=True))
    others = select(func.count()).select_from(StaffUser).where(
        StaffUser.office_id == user.office_id, StaffUser.role == Role.ADMIN, StaffUser.disabled_at.is_(None),
        StaffUser.id != user.id,
    )  # fmt: skip
    return user.role is Role.ADMIN and not db.session.scalar(others)


def _shut(user: StaffUser) -> None:
    user.disabled_at = now()
    sessions.end_all(user)
    db.session.flush()
    summary = f"账户“{user.username}”超过 {DAYS} 天没有登录，自动停用"
    _record(user, "disable_dormant", summary)


def _tell(user: StaffUser) -> None:
    """Tell it once for as long as it is dormant; who signs in reads it."""
    if account_news.is_told(user, NEWS):
        return
    account_news.leave(user, NEWS, TOLD)
    _record(user, "tell_dormant", f"账户“{user.username}”超过 {DAYS} 天没有登录，不能自动停用，已提醒")


def _record(user: StaffUser, action: str, summary: str) -> None:
    actor = type(SYSTEM)(SYSTEM.role, None, SYSTEM.name, user.office.place)
    events.record(actor, action, ("staff_user", user.id), summary)
