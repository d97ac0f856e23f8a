"""What is on record already for the rows of a workbook, asked for many rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, Table, select

from domain import normalizing
from domain.access import Place
from domain.cell_reading import Body
from domain.certificate_fields import STORED
from domain.certificate_rows import differing
from domain.partial_dates import PartialDate
from domain.vocabulary import CertificateStatus, ObtainedBy
from encryption import keyring
from extensions import db
from models import Certificate, id_digest, id_digests
from operations import bulk
from operations.stock import Blanks

CERTIFICATES = cast(Table, Certificate.__table__)
_TELLS_SEX = 18
"""An ID number of so many characters tells the sex, and a row that says otherwise is wrong before it comes here."""

_COMPARED = tuple(field.key for field in STORED if field.key not in ("cert_no", "awarding_body", "id_number"))
_RECORD = tuple(
    CERTIFICATES.c[name]
    for name in (
        "id", "cert_no", "body_key", "id_digest", "office_id", "city_office_id", "region_office_id", "verified_at",
        "batch_id", "batch_sheet", "batch_row", *_COMPARED,
    )
)  # fmt: skip
_AWARD = tuple(
    CERTIFICATES.c[name] for name in ("cert_no", "id_digest", "title_series", "title_level", "title", "awarded_on")
)


class Claim(NamedTuple):
    """What a faultless row says: its values, whose person it is, and which body it names as bodies are compared."""

    values: Mapping[str, Any]
    digest: bytes
    body_key: str

    @property
    def number(self) -> str:
        number: str = self.values["cert_no"]
        return number

    @property
    def digests(self) -> list[bytes]:
        """What the person's records may carry: while keys are rotated, the digest under each of them."""
        return id_digests(self.values["id_number"]) if keyring.rotates else [self.digest]

    @property
    def is_replacement(self) -> bool:
        return self.values["obtained_by"] is ObtainedBy.REPLACEMENT


def claim_of(values: Mapping[str, Any], body: Body | None) -> Claim:
    return Claim(
        values, id_digest(values["id_number"]), body.key if body else normalizing.text(values["awarding_body"])
    )


class OnRecord:
    """The records that the claims of one group may be about."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._by_key: dict[tuple[str, str], Row[Any]] = {}
        self._by_person: dict[bytes, list[Row[Any]]] = {}
        numbers = list({claim.number for claim in claims})
        self._blanks = Blanks(numbers)
        for row in bulk.rows_with(db.session.connection(), select(*_RECORD), CERTIFICATES.c.cert_no, numbers):
            self._by_key[row.cert_no, row.body_key] = row
        self._load_awards([claim for claim in claims if self.record(claim) is None and not claim.is_replacement])

    def _load_awards(self, claims: Sequence[Claim]) -> None:
        people = {digest: claim.digest for claim in claims for digest in claim.digests}
        for row in bulk.rows_with(db.session.connection(), select(*_AWARD), CERTIFICATES.c.id_digest, list(people)):
            self._by_person.setdefault(people[bytes(row.id_digest)], []).append(row)

    def record(self, claim: Claim) -> Row[Any] | None:
        """Return the record with this number from this body."""
        return self._by_key.get((claim.number, claim.body_key))

    def is_blank(self, claim: Claim) -> bool:
        """Whether the number is that of a blank certificate in stock."""
        return self._blanks.holds(claim.number)

    def same_award(self, claim: Claim) -> str | None:
        """Return the other number under which this person holds the same title of the same day, unless a replacement."""
        if claim.is_replacement:
            return None
        for row in self._by_person.get(claim.digest, ()):
            if row.cert_no != claim.number and _same_award(row, claim.values):
                return row.cert_no or "无"
        return None


def _same_award(row: Row[Any], values: Mapping[str, Any]) -> bool:
    if any(getattr(row, key) != values[key] for key in ("title_series", "title_level", "title")):
        return False
    awarded: PartialDate | None = row.awarded_on
    return awarded is not None and awarded.agrees_with(values["awarded_on"])


def differences(record: Row[Any], claim: Claim, compared: Sequence[str]) -> list[str]:
    """Return the fields in which a row differs from its record, of those that the workbook has.

    Number and body are equal, the body under whichever of its names; a person is compared by the digest.
    """
    differs = differing(_filled_in(record, claim), claim.values, [key for key in _COMPARED if key in compared])
    return differs if bytes(record.id_digest) in claim.digests else [*differs, "id_number"]


def _filled_in(record: Row[Any], claim: Claim) -> Mapping[str, Any]:
    """Return a record as a workbook would give it: 正常 while a void is being decided, the sex that its ID number tells."""
    values: dict[str, Any] = dict(record._mapping)
    if record.cert_status is CertificateStatus.VOID_PENDING:
        values["cert_status"] = CertificateStatus.NORMAL
    if record.sex is None and bytes(record.id_digest) in claim.digests and len(claim.values["id_number"]) == _TELLS_SEX:
        values["sex"] = claim.values.get("sex")
    return values


def lies_within(record: Row[Any], place: Place) -> bool:
    """Whether the record belongs to the office at `place` or to one below it."""
    return place.office_id in (record.office_id, record.city_office_id, record.region_office_id)
