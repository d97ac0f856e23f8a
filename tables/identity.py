"""What is asked for with both sides of the ID card: a wrong name or number mended, a number released."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.identifiers import IdKind, mask_id
from domain.vocabulary import RequestKind, RequestState
from tables.accounts import Holder
from tables.columns import (
    BelongsToOffice,
    EncryptedText,
    FreeText,
    Model,
    StorageKey,
    TermType,
    UtcDateTime,
    now,
    one_of,
)
from tables.office import Office


class IdentityRequest(BelongsToOffice, Model):
    """One request. The pictures lie encrypted in the photo storage; a release has no statement and no holder."""

    __tablename__ = "identity_request"
    __table_args__ = (
        one_of("kind", RequestKind),
        one_of("state", RequestState),
        one_of("id_kind", IdKind),
        Index("ix_identity_request_office", "office_id", "kind", "id"),
        Index("ix_identity_request_city_office", "city_office_id", "kind", "id"),
        Index("ix_identity_request_region_office", "region_office_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(TermType(RequestKind))
    state: Mapped[RequestState] = mapped_column(TermType(RequestState), default=RequestState.WAITING)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("holder.id"), index=True)
    name: Mapped[str] = mapped_column(String(50))
    id_number: Mapped[str] = mapped_column(EncryptedText())
    id_digest: Mapped[bytes] = mapped_column(index=True)
    id_kind: Mapped[IdKind] = mapped_column(TermType(IdKind))
    mobile: Mapped[str | None] = mapped_column(EncryptedText())
    email: Mapped[str | None] = mapped_column(String(254))
    front: Mapped[str] = mapped_column(StorageKey(encrypted=True))
    back: Mapped[str] = mapped_column(StorageKey(encrypted=True))
    statement: Mapped[str | None] = mapped_column(StorageKey(encrypted=True))
    reply: Mapped[str | None] = mapped_column(FreeText(1000))
    decided_by: Mapped[str | None] = mapped_column(String(50))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    holder: Mapped[Holder | None] = relationship()
    office: Mapped[Office] = relationship()

    @property
    def masked_id(self) -> str:
        return mask_id(self.id_number)

    @property
    def receipt(self) -> str:
        """The number that is quoted on the telephone."""
        return f"{self.created_at:%Y%m}{self.id:05d}"
