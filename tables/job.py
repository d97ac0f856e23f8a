"""What is to be done in the background: written with the change that asks for it, so that nothing is lost in between."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.access import Actor, Place, Role
from domain.background import KINDS, JobKind
from domain.vocabulary import JobState
from extensions import db
from tables.columns import EncryptedJson, FreeText, Model, ScopedByOffice, TermType, UtcDateTime, now, one_of
from tables.office import Office


class BackgroundJob(ScopedByOffice, Model):
    """One piece of work: for whom, about what, how far it came, who carries it out and when that one last gave a sign.

    `attempt` tells one run from the next: a run that lost its job to another can write nothing more.
    """

    __tablename__ = "background_job"
    __table_args__ = (
        one_of("state", JobState),
        Index("ix_background_job_due", "state", "due_at", "id"),
        Index("ix_background_job_subject", "subject_type", "subject_id", "id"),
        Index("ix_background_job_owner", "actor_role", "actor_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind_slug: Mapped[str] = mapped_column(String(32))
    subject_type: Mapped[str | None] = mapped_column(String(32))
    subject_id: Mapped[int | None] = mapped_column()
    actor_role: Mapped[Role] = mapped_column(TermType(Role))
    actor_id: Mapped[int | None] = mapped_column()
    actor_name: Mapped[str] = mapped_column(String(100))
    office_id: Mapped[int | None] = mapped_column()
    address: Mapped[str | None] = mapped_column(String(45))
    """From where it was asked for."""
    payload: Mapped[dict[str, Any]] = mapped_column(EncryptedJson(), default=dict)
    state: Mapped[JobState] = mapped_column(TermType(JobState), default=JobState.WAITING)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(32))
    sentence: Mapped[str] = mapped_column(FreeText(500), default="")
    result_key: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def kind(self) -> JobKind:
        return KINDS[self.kind_slug]

    @property
    def actor(self) -> Actor:
        """Return who asked for it, standing where that office stands now."""
        office = db.session.get(Office, self.office_id) if self.office_id else None
        place: Place | None = office.place if office else None
        return Actor(self.actor_role, self.actor_id, self.actor_name, place)
