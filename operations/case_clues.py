"""What the hints ask about a case, answered from the database. Every answer reads a bounded number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select

from domain.access import Actor, Permission
from domain.hints import BodyYears, Reference, Twin
from domain.identifiers import IdDocument
from extensions import db
from models import AwardingBody, CasePhoto, Certificate, Holder, ProblemPerson, VerificationCase
from operations import bodies, case_drafts, reference_records
from operations.case_facts import PORTAL_KEYS
from operations.certificates import values_of
from photos import BANDS, bands_of, looks_identical

LEARNED_FROM = 200
LIKELY = 1_000
"""So many of the newest photos are compared in each band: enough to find a copy, at any size of the table."""
SHOWN = 5


class CaseClues:
    """A case as domain.hints.Clues describes it, for one reviewer."""

    def __init__(self, case: VerificationCase, actor: Actor) -> None:
        self.case, self.actor = case, actor

    @cached_property
    def values(self) -> Mapping[str, Any]:
        return values_of(self.case, PORTAL_KEYS)

    @property
    def name(self) -> str:
        return self.case.holder.name

    @property
    def former_name(self) -> str | None:
        return self.case.former_name

    @cached_property
    def _document(self) -> IdDocument:
        return case_drafts.document_of(self.case.holder)

    @property
    def birth(self) -> date | None:
        return self._document.birth

    @property
    def sex(self) -> str | None:
        return self._document.sex

    @cached_property
    def record(self) -> Mapping[str, Any] | None:
        return values_of(self.case.certificate) if self.case.certificate else None

    @cached_property
    def listed(self) -> bool:
        """Whether another case has the person listed; what this one found is no news to it."""
        query = select(ProblemPerson.id).where(
            ProblemPerson.id_digest == self.case.holder.id_digest,
            ProblemPerson.lifted_at.is_(None),
            ProblemPerson.case_id != self.case.id,
        )
        return db.session.scalar(query.limit(1)) is not None

    @cached_property
    def number_holders(self) -> list[str]:
        """Say who else has the number from this body, on record or in a case of their own."""
        case = self.case
        record = Certificate.with_number(case.cert_no, case.body_key)
        foreign = record is not None and record.id_digest != case.holder.id_digest
        found = [f"已有记录，持证人是{record.name}"] if record is not None and foreign else []
        return [*found, *(f"{name}也在审验" for name in self._rivals())]

    def _rivals(self) -> list[str]:
        if not self.case.cert_no:
            return []
        query = select(Holder.name).join(VerificationCase, VerificationCase.holder_id == Holder.id).where(
            VerificationCase.cert_no == self.case.cert_no,
            VerificationCase.body_key == self.case.body_key,
            VerificationCase.holder_id != self.case.holder_id,
            VerificationCase.submitted_at.is_not(None),
            VerificationCase.deleted_at.is_(None),
        )  # fmt: skip
        return list(db.session.scalars(query.limit(SHOWN)))

    @cached_property
    def body(self) -> BodyYears | None:
        known = bodies.known_body(self.case.awarding_body or "")
        body = db.session.get(AwardingBody, known.id) if known else None
        return BodyYears(body.name, body.since_year, body.until_year) if body else None

    @cached_property
    def numbers(self) -> list[str]:
        """Return numbers that the same body gave in the same year, the person's own left out."""
        case = self.case
        if not case.body_key or case.awarded_on is None:
            return []
        year = case.awarded_on.year
        query = select(Certificate.cert_no).where(
            Certificate.body_key == case.body_key,
            Certificate.awarded_on >= f"{year:04d}",
            Certificate.awarded_on < f"{year + 1:04d}",
            Certificate.cert_no.is_not(None),
            Certificate.id_digest != case.holder.id_digest,
        )
        return [number for number in db.session.scalars(query.limit(LEARNED_FROM)) if number]

    @cached_property
    def references(self) -> list[Reference]:
        """Return the reference records that speak of the same number."""
        found = reference_records.beside(self.case.holder.id_digest, self.case.cert_no)
        same = [one for one in found if self.case.cert_no and one.cert_no == self.case.cert_no]
        return [Reference(one.office.name, values_of(one, PORTAL_KEYS)) for one in same]

    @cached_property
    def twins(self) -> list[Twin]:
        """Look among photos sent with other certificates; one sentence for a case, whichever of its photos are alike."""
        pages: dict[int, list[str]] = {}
        exact: set[int] = set()
        for photo in self.case.photos:
            for other in () if photo.superseded else _alike(photo):
                pages.setdefault(other.case_id, []).append(photo.kind.label)
                exact |= {other.case_id} if other.sha256 == photo.sha256 else set()
        others = [db.session.get_one(VerificationCase, case_id) for case_id in sorted(pages, reverse=True)]
        found = [self._twin(other, pages[other.id], other.id in exact) for other in others if self._is_another(other)]
        return found[:SHOWN]

    def _is_another(self, other: VerificationCase) -> bool:
        """A person may send one certificate twice, with the same photos."""
        again = other.holder_id == self.case.holder_id and other.cert_no == self.case.cert_no
        return other.id != self.case.id and not again

    def _twin(self, other: VerificationCase, pages: list[str], exact: bool) -> Twin:
        within = other.place is not None and self.actor.reaches(Permission.REVIEW, other.place)
        whose = f"“{other.holder.name}（{other.cert_no or '无编号'}）”" if within else "别的职改办的一件审验"
        return Twin("、".join(dict.fromkeys(pages)), whose, exact, other.id if within else None)


def _alike(photo: CasePhoto) -> list[CasePhoto]:
    """Return sent photos that look identical: one of four bands of their fingerprints is equal to the last bit."""
    bands = bands_of(photo.fingerprint)
    near: set[int] = set(db.session.scalars(select(CasePhoto.id).where(CasePhoto.sha256 == photo.sha256).limit(LIKELY)))
    for at in range(BANDS):
        column = getattr(CasePhoto, f"band_{at}")
        query = select(CasePhoto.id, CasePhoto.fingerprint).where(column == bands[at])
        for photo_id, fingerprint in db.session.execute(query.order_by(CasePhoto.id.desc()).limit(LIKELY)):
            if looks_identical(fingerprint, photo.fingerprint):
                near.add(photo_id)
    found = select(CasePhoto).where(
        CasePhoto.id.in_(sorted(near, reverse=True)[:LIKELY]), CasePhoto.submitted.is_(True)
    )
    return list(db.session.scalars(found.order_by(CasePhoto.id.desc()).limit(2 * SHOWN)))
