"""The second factor of a staff account and its recovery codes, the devices accounts sign in from, and what they are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tables.columns import EncryptedText, Model, UtcDateTime, now


class SecondFactor(Model):
    """What codes are made from. A secret that is being set up waits beside the one in use until a code proves it."""

    __tablename__ = "second_factor"

    staff_user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str | None] = mapped_column(EncryptedText())
    last_step: Mapped[int] = mapped_column(default=0)
    """The step of the newest code that was taken: it and those before it are never taken again."""
    set_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    next_secret: Mapped[str | None] = mapped_column(EncryptedText())
    next_drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RecoveryCode(Model):
    """One of ten codes that stand in for the telephone, each once; hashed like a password."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("staff_user_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    place: Mapped[int] = mapped_column()
    code_hash: Mapped[str] = mapped_column(String(200))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class KnownDevice(Model):
    """A browser that an account has signed in from, by the fingerprint of the cookie it keeps."""

    __tablename__ = "known_device"
    __table_args__ = (UniqueConstraint("account_kind", "account_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_kind: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int] = mapped_column()
    fingerprint: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(50))
    first_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now, index=True)


class AccountNews(Model):
    """Something about an account that its owner has to be told on its pages, until they say that they have read it.

    The session that brought it about is not told.
    """

    __tablename__ = "account_news"
    __table_args__ = (Index("ix_account_news_account", "account_kind", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_kind: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(300))
    caused_by: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
