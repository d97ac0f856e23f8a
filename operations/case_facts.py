"""What the rules ask about a case, answered from the database: the view of a case that guards see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import exists, select

from domain.access import Place, Role
from domain.certificate_fields import DECIDING, FOLDED, PORTAL
from domain.entrances import PAGES, SAME_WITHOUT_NUMBER, asked_at
from domain.stored_values import revived
from domain.verification import CaseState
from domain.vocabulary import RecordShown
from extensions import db
from models import Certificate, Event, ProblemPerson, VerificationCase
from operations import bodies

PORTAL_KEYS = [field.key for field in PORTAL]
_NOT_DEMANDED = [field.key for field in PORTAL if field in FOLDED or field.optional_in_portal]


class CaseFacts:
    """A case as domain.verification.Case describes it; what needs a query is asked once, when a guard wants it."""

    def __init__(self, case: VerificationCase) -> None:
        self.case = case

    @property
    def state(self) -> CaseState:
        return self.case.state

    @property
    def holder_id(self) -> int:
        return self.case.holder_id

    @property
    def place(self) -> Place | None:
        return self.case.place

    @property
    def has_correction(self) -> bool:
        return self.case.has_correction

    @property
    def touched_by_office(self) -> bool:
        return self.case.touched_by_office

    @cached_property
    def ever_handled_by_office(self) -> bool:
        """Whether an office looked into this certificate, in this case or in one that was given up since.

        Whoever closes the account and registers anew does not begin as one unknown; what an account did under somebody
        else's number, before 解除占用, is not the person's.
        """
        tidied = Event.action.in_(["delete", "undelete"])
        return self._has_event(self._of_this_certificate(), Event.actor_role != Role.HOLDER, ~tidied)

    def _of_this_certificate(self) -> list[int]:
        record_id = self.case.certificate_id
        if record_id is None:
            return [self.case.id]
        query = select(VerificationCase.id).filter_by(certificate_id=record_id)
        released = exists().where(
            Event.subject_type == "holder",
            Event.subject_id == VerificationCase.holder_id,
            Event.action == "release_id_number",
        )
        return list(db.session.scalars(query.where(~released)))

    @cached_property
    def ever_taken_back(self) -> bool:
        return self._has_event([self.case.id], Event.action == "take_back")

    def _has_event(self, case_ids: Sequence[int], *conditions: Any) -> bool:
        found = exists().where(Event.subject_type == "case", Event.subject_id.in_(case_ids), *conditions)
        return bool(db.session.scalar(select(found)))

    @property
    def deleted(self) -> bool:
        return self.case.deleted

    @cached_property
    def missing(self) -> list[str]:
        return [*missing_fields(self.case), *missing_photos(self.case)]

    @cached_property
    def matches_record(self) -> bool:
        record, holder = self.case.certificate, self.case.holder
        if record is None or record.batch_id is None or record.is_public:
            return False
        return holder.is_named_by(record) and not differing_keys(self.case, record)

    @property
    def number_typed(self) -> bool:
        return self.case.record_shown is RecordShown.ALL

    @property
    def to_be_checked(self) -> bool:
        return self.case.to_check_since is not None

    @cached_property
    def released(self) -> bool:
        return self._has_event([self.case.id], Event.action == "release")

    @cached_property
    def holder_listed(self) -> bool:
        listed = exists().where(
            ProblemPerson.id_digest.in_(self.case.holder.id_digests), ProblemPerson.lifted_at.is_(None)
        )
        return bool(db.session.scalar(select(listed)))

    @property
    def holder_email_confirmed(self) -> bool:
        return self.case.holder.email_confirmed_at is not None

    @cached_property
    def refused_before(self) -> bool:
        refused = exists().where(
            VerificationCase.holder_id.in_(self.case.holder.accounts_of_person),
            VerificationCase.id != self.case.id,
            VerificationCase.state.in_([CaseState.REJECTED, CaseState.COUNTERFEIT]),
            VerificationCase.deleted_at.is_(None),
            *_same_certificate(self.case),
        )
        return bool(db.session.scalar(select(refused)))

    @cached_property
    def held_by_another(self) -> bool:
        record = Certificate.with_number(*number_to_publish(self.case))
        return record is not None and record.id != self.case.certificate_id


def _same_certificate(case: VerificationCase) -> list[Any]:
    """Number and body; without a number, series, level, title and date of award."""
    keys = ("cert_no", "body_key") if case.cert_no else SAME_WITHOUT_NUMBER
    return [getattr(VerificationCase, key) == getattr(case, key) for key in keys]


def missing_fields(case: VerificationCase) -> list[str]:
    """Name the fields that are still empty, of those its entrance asks; 办证时间 may be where the record has none."""
    record = case.certificate if case.record_shown is RecordShown.ALL else None
    return [
        field.label
        for field in asked_at(case.entrance)
        if getattr(case, field.key) is None
        and not (field.optional_in_portal and (record is None or getattr(record, field.key) is None))
        and not (field.key == "cert_no" and case.without_number)
    ]


def missing_photos(case: VerificationCase) -> list[str]:
    return [page.kind.label for page in PAGES[case.entrance] if page.required and case.photo(page.kind) is None]


def differing_keys(case: VerificationCase, record: Any) -> list[str]:
    """Return the deciding fields (columns 2 and 10–17) in which the case differs from the record."""
    return [field.key for field in DECIDING if getattr(case, field.key) != getattr(record, field.key)]


def number_to_publish(case: VerificationCase) -> tuple[str | None, str | None]:
    """Return number and body key as the next decision publishes them: 确认 takes what the office wrote."""
    if case.state is not CaseState.NEEDS_CONFIRMATION:
        return case.cert_no, case.body_key
    values = final_values(case, revived(case.correction or {}))
    return values["cert_no"], bodies.body_key(values["awarding_body"])


def final_values(case: VerificationCase, correction: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values a decision publishes: the holder's, with the office's correction over them where it counts."""
    values = {key: getattr(case, key) for key in PORTAL_KEYS}
    return {**values, **_left_alone(case), **(correction or {})}


def _left_alone(case: VerificationCase) -> dict[str, Any]:
    """Who was not shown the record and leaves a field empty that may be empty does not empty it on record."""
    record = case.certificate
    if record is None or case.record_shown is RecordShown.ALL:
        return {}
    return {key: getattr(record, key) for key in _NOT_DEMANDED if getattr(case, key) is None}
