"""The days that offices work otherwise than the week says."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tables.columns import Model


class CalendarDay(Model):
    """A holiday, or a weekend day that is worked instead of one."""

    __tablename__ = "calendar_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    worked: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(50))
