"""The verification case, its photos, and the people a case found to hold a counterfeit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from domain.access import Place
from domain.identifiers import mask_id
from domain.verification import OPEN_STATES, CaseState
from domain.vocabulary import Entrance, PhotoKind, RecordShown
from tables.accounts import Holder
from tables.certificate import Certificate
from tables.columns import (
    BelongsToOffice,
    EncryptedJson,
    EncryptedText,
    FreeText,
    Model,
    PortalColumns,
    ScopedByOffice,
    StorageKey,
    TermType,
    UtcDateTime,
    indexes_per_scope,
    now,
    one_of,
)
from tables.office import Office

KEPT, REMOVED, OWED = "deleted_at IS NULL", "deleted_at IS NOT NULL", "owed_since IS NOT NULL"
UNSENT = f"state = '{CaseState.DRAFT.value}' AND filled_in_at IS NOT NULL"
TO_CHECK = "to_check_since IS NOT NULL"
_OPEN = "deleted_at IS NULL AND state IN ({})".format(", ".join(f"'{state.value}'" for state in OPEN_STATES))

_NUMBERLESS = f"(entrance = '{Entrance.CIVIL_SERVANT.value}' OR without_number) AND {_OPEN}"


class VerificationCase(PortalColumns, ScopedByOffice, Model):
    """One holder's verification of one certificate: what was filled in, where it stands, who may decide it.

    A draft without a record belongs to no office. `submitted` is what the holder last sent, `correction` what the
    office wrote beside it, and `undo` keeps what a decision replaced, for 恢复. `record_shown` says how much of its
    record the holder has seen: all of it only where its number was typed from the paper.
    """

    __tablename__ = "verification_case"
    __table_args__ = (
        one_of("state", CaseState),
        one_of("entrance", Entrance),
        one_of("record_shown", RecordShown),
        CheckConstraint("state = 'draft' OR office_id IS NOT NULL", name="sent_has_office"),
        Index("uq_case_open_certificate", "certificate_id", unique=True,
              sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("uq_case_open_number", "holder_id", "cert_no", "body_key", unique=True,
              sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("uq_case_open_numberless", "holder_id", "title_series", "title_level", "title", "awarded_on", unique=True,
              sqlite_where=text(_NUMBERLESS), postgresql_where=text(_NUMBERLESS)),
        Index("ix_case_cert_no", "cert_no"),
        *indexes_per_scope("case", "queue", "state", "submitted_at", "id", where=KEPT),
        *indexes_per_scope("case", "number", "state", "cert_no", "id", where=KEPT),
        *indexes_per_scope("case", "decided", "decided_at", "state", where=KEPT),
        *indexes_per_scope("case", "every", "submitted_at", "id"),
        *indexes_per_scope("case", "every_number", "cert_no", "id"),
        *indexes_per_scope("case", "removed", "submitted_at", "id", where=REMOVED),
        *indexes_per_scope("case", "owed", "owed_since", where=OWED),
        Index("ix_case_unsent", "filled_in_at", "id", sqlite_where=text(UNSENT), postgresql_where=text(UNSENT)),
        *indexes_per_scope("case", "check", "to_check_since", "id", where=TO_CHECK),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holder.id"), index=True)
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id", ondelete="SET NULL"), index=True)
    entrance: Mapped[Entrance] = mapped_column(
        TermType(Entrance), default=Entrance.CERTIFICATE, server_default=Entrance.CERTIFICATE.value
    )
    state: Mapped[CaseState] = mapped_column(TermType(CaseState), default=CaseState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    record_shown: Mapped[RecordShown] = mapped_column(
        TermType(RecordShown), default=RecordShown.NOTHING, server_default=RecordShown.NOTHING.value
    )
    without_number: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the holder says that the paper has no number."""
    former_name: Mapped[str | None] = mapped_column(String(50))
    submitted: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    correction: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reply: Mapped[str | None] = mapped_column(FreeText(1000))
    pooled: Mapped[bool] = mapped_column(default=False)
    touched_by_office: Mapped[bool] = mapped_column(default=False)
    undo: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    owed_since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when it is the office's turn without the office having done anything; None: it is not its turn."""
    filled_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=now)
    """When its holder last worked on it: a draft lapses a year later (domain.retention)."""
    lapse_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    to_check_since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when it stands in 待抽查; None: it does not."""

    holder: Mapped[Holder] = relationship()
    certificate: Mapped[Certificate | None] = relationship()
    photos: Mapped[list[CasePhoto]] = relationship(back_populates="case", order_by="CasePhoto.id")

    @declared_attr
    def office_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("office.id"), nullable=True)

    @declared_attr
    def office(cls) -> Mapped[Office | None]:
        return relationship(Office)

    @property
    def place(self) -> Place | None:
        return self.office.place if self.office else None

    @property
    def has_correction(self) -> bool:
        return bool(self.correction)

    @property
    def deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def receipt(self) -> str:
        """The number a holder quotes on the telephone."""
        return f"{self.created_at:%Y%m}{self.id:06d}"

    def leave_office(self) -> None:
        """Be nobody's business but the holder's."""
        self.office_id = self.city_office_id = self.region_office_id = None
        self.pooled = False

    def leave_record(self) -> None:
        """Go on as a draft typed by hand."""
        self.certificate_id = None
        self.record_shown = RecordShown.NOTHING
        self.leave_office()
        self.version += 1

    def photo(self, kind: PhotoKind) -> CasePhoto | None:
        return next((photo for photo in self.photos if photo.kind == kind and not photo.superseded), None)


class NumberTry(Model):
    """A wrong number that was typed for an offered record.

    It hangs on the record, which is offered to one person alone, and not on a case: giving a case up, or closing the
    account, brings no new tries. What a released account typed is not the person's.
    """

    __tablename__ = "number_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(index=True)
    holder_id: Mapped[int] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(EncryptedText())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)


class CaseClaim(Model):
    """Who has a waiting case open just now: a courtesy, no lock; it lapses by itself."""

    __tablename__ = "case_claim"

    case_id: Mapped[int] = mapped_column(ForeignKey("verification_case.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    staff_name: Mapped[str] = mapped_column(String(50))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    until: Mapped[datetime] = mapped_column(UtcDateTime())


class CasePhoto(Model):
    """A photo of a case; the file lies in the photo storage under a random key.

    A photo that was submitted and then replaced is kept as superseded until the next submission, for 恢复.
    """

    __tablename__ = "case_photo"
    __table_args__ = (
        one_of("kind", PhotoKind),
        Index("uq_case_photo_current", "case_id", "kind", unique=True,
              sqlite_where=text("NOT superseded"), postgresql_where=text("NOT superseded")),
        *(Index(f"ix_case_photo_band_{at}", f"band_{at}", "id", "fingerprint") for at in range(4)),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("verification_case.id"), index=True)
    kind: Mapped[PhotoKind] = mapped_column(TermType(PhotoKind))
    key: Mapped[str] = mapped_column(StorageKey(), unique=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    fingerprint: Mapped[int] = mapped_column(BigInteger)
    band_0: Mapped[int] = mapped_column()
    band_1: Mapped[int] = mapped_column()
    band_2: Mapped[int] = mapped_column()
    band_3: Mapped[int] = mapped_column()
    """The fingerprint in pieces, by which a copy is found (photos.bands_of)."""
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    size: Mapped[int] = mapped_column()
    submitted: Mapped[bool] = mapped_column(default=False)
    superseded: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    case: Mapped[VerificationCase] = relationship(back_populates="photos")


class ProblemPerson(BelongsToOffice, Model):
    """A person listed under 问题人员 by a 假证 decision, with the reason told and the evidence kept inside."""

    __tablename__ = "problem_person"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("verification_case.id"), index=True)
    name: Mapped[str] = mapped_column(String(50), index=True)
    id_number: Mapped[str] = mapped_column(EncryptedText())
    id_digest: Mapped[bytes] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(FreeText(1000))
    evidence: Mapped[str] = mapped_column(FreeText(2000))
    listed_by: Mapped[str] = mapped_column(String(50))
    listed_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lifted_by: Mapped[str | None] = mapped_column(String(50))
    lift_reason: Mapped[str | None] = mapped_column(FreeText(1000))

    office: Mapped[Office] = relationship()

    @property
    def version(self) -> int:
        """A listing changes once: when it is lifted."""
        return 1 if self.lifted_at is None else 2

    @property
    def masked_id(self) -> str:
        return mask_id(self.id_number)
