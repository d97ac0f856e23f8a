"""What belongs to signing in and to the holder's inbox: messages, sessions, mailed links, 验证码, failed attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tables.columns import FreeText, Model, UtcDateTime, now


class Message(Model):
    """A message of the system to a holder."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_inbox", "holder_id", "read_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("verification_case.id"))
    title: Mapped[str] = mapped_column(FreeText(200))
    body: Mapped[str] = mapped_column(FreeText(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class MailedLink(Model):
    """A link sent by mail: only its fingerprint is kept, it serves once and not for ever."""

    __tablename__ = "mailed_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(32))
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    email: Mapped[str | None] = mapped_column(String(254))
    """The address that the link proves, where it proves one."""


class OpenSession(Model):
    """A session that is open: a cookie whose row is gone opens nothing. Only the fingerprint of its key is kept."""

    __tablename__ = "open_session"
    __table_args__ = (Index("ix_open_session_account", "account_kind", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    account_kind: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int] = mapped_column()
    device: Mapped[str] = mapped_column(String(50))
    address: Mapped[str] = mapped_column(String(45), default="", server_default=text("''"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it was last used, to a few minutes; not known of those that were opened just now."""


class Challenge(Model):
    """A 验证码 that was answered: it is good for one try (operations.challenges)."""

    __tablename__ = "challenge"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


class FailedAttempt(Model):
    """A failure that counts against an account or an address for a while; who it was is kept as a digest only."""

    __tablename__ = "failed_attempt"
    __table_args__ = (Index("ix_failed_attempt_subject", "kind", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[bytes] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now, index=True)
