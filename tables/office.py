"""Title-reform offices and their tree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.access import Place
from domain.vocabulary import OfficeKind
from extensions import db
from tables.columns import Model, TermType, UtcDateTime, one_of


class Office(Model):
    """An office; the columns for city and region name the offices above it, itself included."""

    __tablename__ = "office"
    __table_args__ = (one_of("kind", OfficeKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[OfficeKind] = mapped_column(TermType(OfficeKind))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    city_office_id: Mapped[int | None] = mapped_column(index=True)
    region_office_id: Mapped[int | None] = mapped_column(index=True)
    region_code: Mapped[str | None] = mapped_column(String(6), index=True)
    title_series: Mapped[list[str]] = mapped_column(JSON, default=list)
    phone: Mapped[str | None] = mapped_column(String(50))
    address: Mapped[str | None] = mapped_column(String(200))
    hours: Mapped[str | None] = mapped_column(String(100))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    parent: Mapped[Office | None] = relationship(remote_side="Office.id")

    @property
    def place(self) -> Place:
        return Place(self.id, self.kind, self.city_office_id, self.region_office_id)

    @classmethod
    def within(cls, place: Place) -> Any:
        """Return the condition for the office at `place` and all below it."""
        column = {OfficeKind.REGION: cls.region_office_id, OfficeKind.CITY: cls.city_office_id}
        return column.get(place.kind, cls.id) == place.office_id

    @classmethod
    def named(cls, name: str) -> Office | None:
        return db.session.scalar(select(cls).filter_by(name=name))

    def __str__(self) -> str:
        return self.name
