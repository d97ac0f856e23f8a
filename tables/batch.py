"""An import batch, and what an office once said of a column."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.access import Place
from domain.batches import OPEN
from domain.vocabulary import BatchState, Outcome
from tables.columns import BelongsToOffice, FreeText, Model, StorageKey, TermType, UtcDateTime, local_date, now, one_of
from tables.office import Office


class ImportBatch(BelongsToOffice, Model):
    """One workbook of one office: what it was called, what was found in it, who put it in and when."""

    __tablename__ = "import_batch"
    __table_args__ = (
        one_of("state", BatchState),
        Index("ix_import_batch_office_newest", "office_id", "id"),
        Index("ix_import_batch_file", "file_digest", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(FreeText(200))
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
    submitted_by: Mapped[str | None] = mapped_column(String(100))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    reply: Mapped[str | None] = mapped_column(FreeText(1000))
    """What the office above wrote when it sent the batch back."""
    reading_since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    note: Mapped[str] = mapped_column(FreeText(500), default="", server_default=text("''"))
    """Why the file was refused, or why what was begun last did not come to its end."""
    committed_by: Mapped[str | None] = mapped_column(String(100))
    committed_office_id: Mapped[int | None] = mapped_column()

    office: Mapped[Office] = relationship()
    committed_office: Mapped[Office | None] = relationship(
        primaryjoin="foreign(ImportBatch.committed_office_id) == Office.id", viewonly=True
    )
    pages: Mapped[list[ApprovalPage]] = relationship(back_populates="batch", order_by="ApprovalPage.id")

    @property
    def is_open(self) -> bool:
        """Whether it lies with its own office, which may still mend it."""
        return self.state in OPEN

    @property
    def place(self) -> Place:
        return self.office.place

    @property
    def goes_in(self) -> int:
        return sum(self.count(outcome) for outcome in Outcome if outcome.goes_in)

    @property
    def approval_pages(self) -> int:
        return len(self.pages)

    @property
    def number(self) -> str:
        """What the batch is called: the day it came, on the offices' clocks, and its place among all."""
        return f"{local_date(self.created_at):%Y%m%d}-{self.id:02d}"

    def count(self, outcome: Outcome) -> int:
        return self.counts.get(outcome.value, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def refused(self) -> int:
        return sum(self.count(outcome) for outcome in Outcome if outcome.refused)


class ApprovalPage(Model):
    """A scanned page of the 批文 behind a batch; the picture lies in the photo storage under a random key."""

    __tablename__ = "approval_page"
    __table_args__ = (UniqueConstraint("batch_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    label: Mapped[str] = mapped_column(FreeText(120))
    key: Mapped[str] = mapped_column(StorageKey(), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    size: Mapped[int] = mapped_column()
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    batch: Mapped[ImportBatch] = relationship(back_populates="pages")


class RememberedColumn(Model):
    """What an office once said a header means: the next workbook of that shape asks nothing."""

    __tablename__ = "remembered_column"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    header: Mapped[str] = mapped_column(String(60), primary_key=True)
    field: Mapped[str] = mapped_column(String(32))
