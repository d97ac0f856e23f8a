"""What an action on ticked rows did, row by row, kept for whoever took it: the page can be opened again, and come back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tables.columns import EncryptedJson, Model, UtcDateTime, now

Named = tuple[str, str | None]
"""How a row is called, and where it is to be seen if it is."""


class BatchResult(Model):
    """Rows done and rows skipped with the reason; names of holders stand in it, so it is encrypted and soon removed."""

    __tablename__ = "batch_result"
    __table_args__ = (Index("ix_batch_result_created_at", "created_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"))
    grid: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(32))
    done: Mapped[list[Named]] = mapped_column(EncryptedJson())
    skipped: Mapped[list[tuple[Named, str]]] = mapped_column(EncryptedJson())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
