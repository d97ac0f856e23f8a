"""What the hints ask about a case, answered from the database. Every answer reads a bounded number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select

from domain.access import Actor, Permission, Place
from domain.hints import BodyYears, Likeness, Reference, Twin
from domain.identifiers import IdDocument
from extensions import db
from models import AwardingBody, Certificate, ProblemPerson, VerificationCase
from operations import bodies, case_drafts, offers, photo_twins, reference_records
from operations.case_facts import PORTAL_KEYS
from operations.certificates import values_of
from operations.photo_twins import Match

LEARNED_FROM = 200
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
            ProblemPerson.id_digest.in_(self.case.holder.id_digests),
            ProblemPerson.lifted_at.is_(None),
            ProblemPerson.case_id != self.case.id,
        )
        return db.session.scalar(query.limit(1)) is not None

    @cached_property
    def numbers_tried(self) -> int:
        return len(offers.wrong_numbers(self.case.certificate)) if self.case.certificate else 0

    @cached_property
    def number_holders(self) -> list[str]:
        """Say who else has the number from this body, on record or in a case; nobody is named beyond the reviewer's reach."""
        case = self.case
        record = Certificate.with_number(case.cert_no, case.body_key)
        found = []
        if record is not None and record.id_digest not in case.holder.id_digests:
            whose = record.name if self._reaches(record.office.place) else "另一个人"
            found.append(f"已有记录，持证人是{whose}")
        return [*found, *(f"{self._called(rival)}也在审验" for rival in self._rivals())]

    @cached_property
    def _own_accounts(self) -> list[int]:
        return list(db.session.scalars(self.case.holder.accounts_of_person))

    def _rivals(self) -> list[VerificationCase]:
        case = self.case
        if not case.cert_no:
            return []
        query = select(VerificationCase).where(
            VerificationCase.cert_no == case.cert_no,
            VerificationCase.body_key == case.body_key,
            VerificationCase.holder_id.not_in(self._own_accounts),
            VerificationCase.submitted_at.is_not(None),
            VerificationCase.deleted_at.is_(None),
        )
        return list(db.session.scalars(query.limit(SHOWN)))

    def _reaches(self, place: Place | None) -> bool:
        return place is not None and self.actor.reaches(Permission.REVIEW, place)

    def _called(self, other: VerificationCase) -> str:
        return other.holder.name if self._reaches(other.place) else "别的职改办的一位持证人"

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
            Certificate.id_digest.not_in(case.holder.id_digests),
        )
        return [number for number in db.session.scalars(query.limit(LEARNED_FROM)) if number]

    @cached_property
    def references(self) -> list[Reference]:
        """Return the reference records that speak of the same number."""
        found = reference_records.beside(self.case.holder.id_digests, self.case.cert_no)
        same = [one for one in found if self.case.cert_no and one.cert_no == self.case.cert_no]
        return [Reference(one.office.name, values_of(one, PORTAL_KEYS)) for one in same]

    @cached_property
    def twins(self) -> list[Twin]:
        """Look among photos sent with other certificates; one sentence for a case, of the photos that are surest."""
        alike: dict[int, list[tuple[str, Match]]] = {}
        for photo in self.case.photos:
            for match in () if photo.superseded else photo_twins.matches(photo):
                alike.setdefault(match.case_id, []).append((photo.kind.label, match))
        others = [db.session.get_one(VerificationCase, case_id) for case_id in sorted(alike, reverse=True)]
        return [self._twin(other, alike[other.id]) for other in others if not self._is_sent_again(other)][:SHOWN]

    def _is_sent_again(self, other: VerificationCase) -> bool:
        """A person may send one certificate twice, with the same photos."""
        return other.holder_id in self._own_accounts and other.cert_no == self.case.cert_no

    def _twin(self, other: VerificationCase, alike: list[tuple[str, Match]]) -> Twin:
        within = self._reaches(other.place)
        whose = f"“{other.holder.name}（{other.cert_no or '无编号'}）”" if within else "别的职改办的一件审验"
        surest = min((match for _, match in alike), key=lambda match: list(Likeness).index(match.likeness))
        pages = "、".join(dict.fromkeys(page for page, match in alike if match.likeness is surest.likeness))
        return Twin(pages, whose, surest.likeness, surest.turned, other.id if within else None)
