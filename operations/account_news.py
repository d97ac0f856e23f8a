"""What an account is told on its own pages until its owner says that it is read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import delete, select

from domain.retention import ACCOUNT_NEWS
from encryption import fingerprint
from extensions import db
from models import Account, AccountNews, now

MOST = 20


def leave(account: Account, kind: str, words: str, caused_by: str = "") -> None:
    """Tell the account, but not the session that has this key: it brought the news about."""
    cause = fingerprint(caused_by) if caused_by else ""
    db.session.add(
        AccountNews(account_kind=account.prefix, account_id=account.id, kind=kind, words=words, caused_by=cause)
    )
    db.session.flush()


def for_session(account: Account, key: str) -> list[AccountNews]:
    """Return what this session of the account has to be told, the newest last."""
    query = select(AccountNews).filter_by(account_kind=account.prefix, account_id=account.id)
    others = query.where(AccountNews.caused_by != fingerprint(key)).order_by(AccountNews.id.desc()).limit(MOST)
    return list(reversed(db.session.scalars(others).all()))


def is_told(account: Account, kind: str) -> bool:
    query = select(AccountNews.id).filter_by(account_kind=account.prefix, account_id=account.id, kind=kind)
    return db.session.scalar(query.limit(1)) is not None


def read(account: Account, up_to: int) -> None:
    """Forget what the owner has read; what came later stays."""
    own = delete(AccountNews).filter_by(account_kind=account.prefix, account_id=account.id)
    db.session.execute(own.where(AccountNews.id <= up_to))


def take_back(account: Account, caused_by: str) -> None:
    """Forget what somebody brought about who then proved to be the owner."""
    own = delete(AccountNews).filter_by(account_kind=account.prefix, account_id=account.id)
    db.session.execute(own.where(AccountNews.caused_by == fingerprint(caused_by)))


def forget_old() -> None:
    db.session.execute(delete(AccountNews).where(AccountNews.created_at < now() - ACCOUNT_NEWS.limit))


def moment_words() -> str:
    """Return this moment on the offices' clock as sentences say it: 11 月 28 日 10:21."""
    there = now().astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"]))
    return f"{there.month} 月 {there.day} 日 {there:%H:%M}"
