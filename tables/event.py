"""Who did what, when: rows that are only ever added, each sealed to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, SmallInteger, String, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.access import Place
from domain.vocabulary import OfficeKind
from encryption import decrypt_json
from extensions import db
from tables.columns import Model, PlainText, UtcDateTime, indexes_per_scope


class Event(Model):
    """One thing done. The database itself refuses to change or remove a row (see the first migration)."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject_type", "subject_id", "id"),
        Index("ix_event_office", "office_id", "id"),
        Index("ix_event_city_office", "city_office_id", "id"),
        Index("ix_event_region_office", "region_office_id", "id"),
        Index("ix_event_at", "at", "id"),
        Index("ix_event_address", "address", "id"),
        *indexes_per_scope("event", "action", "action", "id"),
        *indexes_per_scope("event", "actor", "actor_name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_role: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int | None] = mapped_column()
    actor_name: Mapped[str] = mapped_column(PlainText(100))
    office_id: Mapped[int | None] = mapped_column()
    city_office_id: Mapped[int | None] = mapped_column()
    region_office_id: Mapped[int | None] = mapped_column()
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None] = mapped_column()
    from_state: Mapped[str | None] = mapped_column(String(32))
    to_state: Mapped[str | None] = mapped_column(String(32))
    reply: Mapped[str | None] = mapped_column(String(2000))
    summary: Mapped[str] = mapped_column(String(500))
    changes: Mapped[bytes | None] = mapped_column(LargeBinary())
    address: Mapped[str | None] = mapped_column(String(45))
    device: Mapped[str | None] = mapped_column(String(50))
    seal_version: Mapped[int] = mapped_column(SmallInteger(), default=1, server_default="1")
    """Which columns the seal covers (operations.events)."""
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))

    @property
    def changed(self) -> dict[str, Any]:
        """What changed, decrypted: label -> [before, after]; the seal covers it as it is stored."""
        return decrypt_json(bytes(self.changes)) if self.changes else {}

    @classmethod
    def within(cls, place: Place) -> Any:
        """Return the condition for what was done in the office at `place` and those below it."""
        column = {OfficeKind.REGION: cls.region_office_id, OfficeKind.CITY: cls.city_office_id}
        return column.get(place.kind, cls.office_id) == place.office_id

    def place_within(self, place: Place) -> bool:
        return place.office_id in (self.office_id, self.city_office_id, self.region_office_id)

    @classmethod
    def about(cls, subject_type: str, subject_id: int) -> list[Event]:
        """Return all events of one thing, oldest first."""
        query = select(cls).filter_by(subject_type=subject_type, subject_id=subject_id).order_by(cls.id)
        return list(db.session.scalars(query))


class EventHead(Model):
    """The newest event and its seal, sealed themselves, so that removed last rows are noticed. One row."""

    __tablename__ = "event_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(default=0)
    last_seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
