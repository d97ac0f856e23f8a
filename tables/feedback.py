"""意见反馈: what a holder wrote to the office, and its answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tables.accounts import Holder
from tables.columns import BelongsToOffice, FreeText, Model, UtcDateTime, indexes_per_scope, now
from tables.office import Office


class Feedback(BelongsToOffice, Model):
    """One letter to the office of the holder's city; it is answered once."""

    __tablename__ = "feedback"
    __table_args__ = (*indexes_per_scope("feedback", "newest", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"), index=True)
    body: Mapped[str] = mapped_column(FreeText(2000))
    answer: Mapped[str | None] = mapped_column(FreeText(2000))
    answered_by: Mapped[str | None] = mapped_column(String(50))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    holder: Mapped[Holder] = relationship()
    office: Mapped[Office] = relationship()
