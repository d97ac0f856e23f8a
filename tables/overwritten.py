"""What a batch wrote over, so that taking the batch back brings the old values back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tables.columns import EncryptedJson, Model


class OverwrittenRecord(Model):
    """A record before and after a batch took the workbook's values over: what differs, as `certificates.snapshot` keeps it."""

    __tablename__ = "overwritten_record"

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    certificate_id: Mapped[int] = mapped_column(
        ForeignKey("certificate.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    before: Mapped[dict[str, Any]] = mapped_column(EncryptedJson())
    after: Mapped[dict[str, Any]] = mapped_column(EncryptedJson())
