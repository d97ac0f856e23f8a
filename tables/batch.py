"""An import batch, and what an office once said of a column."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.vocabulary import BatchState, Outcome
from tables.columns import BelongsToOffice, Model, TermType, UtcDateTime, now, one_of
from tables.office import Office


class ImportBatch(BelongsToOffice, Model):
    """One workbook of one office: what it was called, what was found in it, who put it in and when."""

    __tablename__ = "import_batch"
    __table_args__ = (
        one_of("state", BatchState),
        Index("ix_import_batch_office_newest", "office_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[BatchState] = mapped_column(TermType(BatchState), default=BatchState.CHECKED)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    committed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    attention: Mapped[int] = mapped_column(default=0)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    left_out: Mapped[list[str]] = mapped_column(JSON, default=list)
    keeps_incomplete: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the office wants rows that stay wrong kept as reference records."""

    office: Mapped[Office] = relationship()

    @property
    def number(self) -> str:
        return f"{self.created_at:%Y%m%d}-{self.id:02d}"

    def count(self, outcome: Outcome) -> int:
        return self.counts.get(outcome.value, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class RememberedColumn(Model):
    """What an office once said a header means: the next workbook of that shape asks nothing."""

    __tablename__ = "remembered_column"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    header: Mapped[str] = mapped_column(String(60), primary_key=True)
    field: Mapped[str] = mapped_column(String(32))
