"""归集任务: what an office and those below it gather now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.campaigns import CampaignScope
from domain.vocabulary import TitleLevel
from tables.columns import BelongsToOffice, Model, UtcDateTime, now
from tables.office import Office


class Campaign(BelongsToOffice, Model):
    """An office has one at most; where it has none, that of the office above counts."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    series: Mapped[list[str]] = mapped_column(JSON, default=list)
    levels: Mapped[list[str]] = mapped_column(JSON, default=list)
    first_year: Mapped[int | None] = mapped_column()
    last_year: Mapped[int | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    office: Mapped[Office] = relationship()

    @property
    def scope(self) -> CampaignScope:
        levels = tuple(level for level in TitleLevel if level.value in self.levels)
        return CampaignScope(self.name, tuple(self.series), levels, self.first_year, self.last_year)

    def __str__(self) -> str:
        return self.name
