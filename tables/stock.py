"""空白证书: numbered blanks that an office holds and has not issued yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tables.columns import BelongsToOffice, Model, UtcDateTime, now
from tables.office import Office


class BlankRange(BelongsToOffice, Model):
    """Consecutive numbers of one length, both ends included; a single number is a range of one. No two overlap."""

    __tablename__ = "blank_range"
    __table_args__ = (
        CheckConstraint("length(first_no) = length(last_no) AND first_no <= last_no", name="in_order"),
        Index("ix_blank_range_digits", "digits", "first_no"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digits: Mapped[int] = mapped_column()
    first_no: Mapped[str] = mapped_column(String(15))
    last_no: Mapped[str] = mapped_column(String(15))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    office: Mapped[Office] = relationship()
