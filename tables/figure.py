"""Figures that are counted beside the pages: a page reads one row, however many rows were counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from tables.columns import Model, UtcDateTime, now


class KeptFigure(Model):
    """The last count of one thing; counting anew takes its place."""

    __tablename__ = "kept_figure"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
