"""The record of a certificate, what was deleted from the register, and the counter of the look-ups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from domain.identifiers import IdKind, mask_id
from domain.vocabulary import CertificateStatus
from extensions import db
from tables.columns import (
    BelongsToOffice,
    EncryptedText,
    FreeText,
    Model,
    PlainText,
    PortalColumns,
    TermType,
    UtcDateTime,
    indexes_per_scope,
    now,
    one_of,
)
from tables.office import Office

NOT_NORMAL = "cert_status != 'normal'"
VERIFIED = "verified_at IS NOT NULL"
"""Few among many, or many among few: what partial indexes hold, in the words a query has to use to reach them."""


class RecordColumns(PortalColumns, BelongsToOffice):
    """What a record holds beside what its holder fills in, on the register and after it was deleted from it."""

    name: Mapped[str] = mapped_column(PlainText(50))
    id_number: Mapped[str] = mapped_column(EncryptedText())
    id_digest: Mapped[bytes] = mapped_column()
    id_kind: Mapped[IdKind] = mapped_column(TermType(IdKind))
    manage_no: Mapped[str | None] = mapped_column(String(200))
    review_body: Mapped[str | None] = mapped_column(String(200))
    approval_doc_no: Mapped[str | None] = mapped_column(String(200))
    cert_status: Mapped[CertificateStatus] = mapped_column(TermType(CertificateStatus))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    batch_sheet: Mapped[str | None] = mapped_column(String(100))
    batch_row: Mapped[int | None] = mapped_column()
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    @declared_attr
    def office(cls) -> Mapped[Office]:
        return relationship(Office)

    @property
    def masked_id(self) -> str:
        return mask_id(self.id_number)


class Certificate(RecordColumns, Model):
    """A certificate on record. It is public once its holder has confirmed it, and only while `verified_at` stands."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("cert_no", "body_key"),
        one_of("cert_status", CertificateStatus),
        one_of("id_kind", IdKind),
        CheckConstraint("(verified_at IS NULL) = (verify_code IS NULL)", name="verified_has_code"),
        Index("ix_certificate_id_digest", "id_digest"),
        Index("ix_certificate_body_year", "body_key", "awarded_on"),
        *indexes_per_scope("certificate", "newest", "id"),
        *indexes_per_scope("certificate", "name", "name", "id"),
        *indexes_per_scope("certificate", "number", "cert_no", "id"),
        *indexes_per_scope("certificate", "awarded", "awarded_on", "id"),
        *indexes_per_scope("certificate", "series", "title_series", "id"),
        *indexes_per_scope("certificate", "body", "body_key", "id"),
        *indexes_per_scope("certificate", "void", "cert_status", "id", where=NOT_NORMAL),
        *indexes_per_scope("certificate", "public", "id", where=VERIFIED),
        {"sqlite_autoincrement": True},  # a removed record's number must not come to stand for another
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    verify_code: Mapped[str | None] = mapped_column(String(16), unique=True)

    @property
    def is_public(self) -> bool:
        return self.verified_at is not None

    @classmethod
    def with_number(cls, cert_no: str | None, body_key: str | None) -> Certificate | None:
        """Return the record with this number from this awarding body."""
        if not cert_no:
            return None
        return db.session.scalar(select(cls).filter_by(cert_no=cert_no, body_key=body_key))

    @classmethod
    def of_person(cls, holder: Any) -> list[Certificate]:
        """Return the records that are a holder's: name and ID number both equal."""
        query = select(cls).where(cls.id_digest.in_(holder.id_digests), cls.name == holder.name)
        return list(db.session.scalars(query.order_by(cls.id)))


class DeletedCertificate(RecordColumns, Model):
    """A record that an office deleted, under its old number: it stands apart, so that nothing reads it by mistake.

    Only unverified records come here. `case_ids` are the ended cases that stood on it, to be tied to it again.
    """

    __tablename__ = "deleted_certificate"
    __table_args__ = (
        one_of("cert_status", CertificateStatus),
        one_of("id_kind", IdKind),
        *indexes_per_scope("deleted_certificate", "newest", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    deleted_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    deleted_by: Mapped[str] = mapped_column(String(100))
    delete_reason: Mapped[str] = mapped_column(FreeText(500))
    case_ids: Mapped[list[int]] = mapped_column(JSON, default=list)


class LookupCount(Model):
    """How often a certificate was looked up: a narrow table of its own, so that counting never touches the record."""

    __tablename__ = "lookup_count"

    certificate_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    times: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
