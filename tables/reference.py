"""待核查数据: rows an office could not mend and wanted to keep. Never matched, never public, shown beside a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.identifiers import mask_id
from domain.vocabulary import CertificateStatus
from tables.batch import ImportBatch
from tables.columns import (
    BelongsToOffice,
    EncryptedJson,
    EncryptedText,
    Model,
    PortalColumns,
    TermType,
    UtcDateTime,
    now,
)
from tables.office import Office


class ReferenceRecord(PortalColumns, BelongsToOffice, Model):
    """What could be read of a row stands in the columns; `rest` holds the rejected cells and what is wrong with them."""

    __tablename__ = "reference_record"
    __table_args__ = (
        UniqueConstraint("office_id", "twin"),
        Index("ix_reference_record_id_digest", "id_digest"),
        Index("ix_reference_record_cert_no", "cert_no"),
        Index("ix_reference_record_office_newest", "office_id", "id"),
        Index("ix_reference_record_city_newest", "city_office_id", "id"),
        Index("ix_reference_record_region_newest", "region_office_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(50))
    id_number: Mapped[str | None] = mapped_column(EncryptedText())
    id_digest: Mapped[bytes | None] = mapped_column()
    manage_no: Mapped[str | None] = mapped_column(String(200))
    review_body: Mapped[str | None] = mapped_column(String(200))
    approval_doc_no: Mapped[str | None] = mapped_column(String(200))
    cert_status: Mapped[CertificateStatus | None] = mapped_column(TermType(CertificateStatus))
    rest: Mapped[dict[str, Any]] = mapped_column(EncryptedJson())
    twin: Mapped[bytes] = mapped_column()
    """The keyed digest of all that the row says: the same row twice is kept once."""
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    batch_sheet: Mapped[str] = mapped_column(String(100))
    batch_row: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    office: Mapped[Office] = relationship()
    batch: Mapped[ImportBatch] = relationship()

    @property
    def masked_id(self) -> str:
        return mask_id(self.id_number) if self.id_number else ""

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Return (field, what was typed, what is wrong with it) for every rejected cell."""
        typed = self.rest.get("cells", {})
        return [(key, typed.get(key, ""), sentence) for key, sentence in self.rest.get("errors", ())]
