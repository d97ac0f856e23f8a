"""The records that are offered to a holder, and the number that opens one: it is typed from the paper, and shown nowhere.

Name and ID number, which many know, show the card alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, delete, or_, select

from domain.certificate_rows import ASK_NUMBER, LONGEST_TYPED_NUMBER, TOO_LONG_NUMBER
from domain.errors import FieldProblem, NotFound
from domain.identifiers import certificate_number
from domain.offers import MOST_NUMBERS, same_number
from domain.verification import CaseState
from domain.vocabulary import RecordShown
from extensions import db
from models import Certificate, Holder, NumberTry, VerificationCase


@dataclass(frozen=True, slots=True)
class OnPaper:
    """What a holder says the paper has for a number: as typed, or none; `sure` answers the question about an odd one."""

    typed: str = ""
    absent: bool = False
    sure: bool = False


def number_on(paper: OnPaper) -> str | None:
    """Read the number, None where the paper has none; raises a FieldProblem for what cannot be one, or to ask."""
    found = certificate_number(paper.typed)
    if paper.absent:
        if found is not None:
            raise FieldProblem("cert_no", "勾选了“证书上没有编号”，又填了编号，请只留一样")
        return None
    if found is None:
        raise FieldProblem("cert_no", "还没有填证书编号；证书上没有的，请勾选“证书上没有编号”")
    if len(found.value) > LONGEST_TYPED_NUMBER:
        raise FieldProblem("cert_no", TOO_LONG_NUMBER)
    if not (found.usual or paper.sure):
        raise FieldProblem("cert_no", ASK_NUMBER)
    return found.value


def offered(holder: Holder) -> list[Certificate]:
    """Return the records that are the holder's by name and ID number and still wait for a case.

    Nothing is offered before the e-mail is confirmed.
    """
    return _waiting(holder, ~Certificate.id.in_(_with_a_case(holder)))


def _with_a_case(holder: Holder, *conditions: Any) -> Select[Any]:
    return select(VerificationCase.certificate_id).where(
        VerificationCase.holder_id == holder.id,
        VerificationCase.deleted_at.is_(None),
        VerificationCase.certificate_id.is_not(None),
        *conditions,
    )


def _waiting(holder: Holder, condition: Any) -> list[Certificate]:
    if holder.email_confirmed_at is None:
        return []
    query = select(Certificate).where(
        Certificate.id_digest.in_(holder.id_digests),
        Certificate.name == holder.name,
        Certificate.verified_at.is_(None),
        condition,
    )
    return list(db.session.scalars(query.order_by(Certificate.id)))


def one_of(holder: Holder, certificate_id: int) -> Certificate:
    """Return a record by whose card a holder may begin; raises NotFound for any other, as for one that does not exist."""
    record = db.session.get(Certificate, certificate_id)
    if record is None or holder.email_confirmed_at is None or not holder.is_named_by(record):
        raise NotFound("没有这本证书")
    return record


def opens(holder: Holder, record: Certificate, number: str | None) -> bool:
    """Whether the number opens the record; a wrong one is counted, and after three different ones nothing opens it."""
    if is_closed(record):
        return False
    if same_number(record.cert_no, number):
        return True
    if number is not None and record.cert_no is not None:
        _count(holder, record, number)
    return False


def is_closed(record: Certificate) -> bool:
    return len(wrong_numbers(record)) >= MOST_NUMBERS


def wrong_numbers(record: Certificate) -> set[str]:
    return set(db.session.scalars(select(NumberTry.number).filter_by(certificate_id=record.id)))


def _count(holder: Holder, record: Certificate, number: str) -> None:
    if number not in wrong_numbers(record):
        db.session.add(NumberTry(certificate_id=record.id, holder_id=holder.id, number=number))
        db.session.flush()


def opened_by(holder: Holder, number: str) -> Certificate | None:
    """Return the record whose card waits for this number, typed beside all cards.

    Where it opens none it counts as a wrong one for each: the form without a card is no way to guess.
    """
    unopened = _with_a_case(
        holder, VerificationCase.state == CaseState.DRAFT, VerificationCase.record_shown == RecordShown.CARD
    )
    waiting = _waiting(holder, or_(~Certificate.id.in_(_with_a_case(holder)), Certificate.id.in_(unopened)))
    open_ones = [record for record in waiting if record.cert_no is not None and not is_closed(record)]
    same = [record for record in open_ones if same_number(record.cert_no, number)]
    for record in () if same else open_ones:
        _count(holder, record, number)
    return same[0] if len(same) == 1 else None


def may_meet(holder: Holder, number: str, record: Certificate | None) -> bool:
    """Whether a case typed by hand may join the person's record of this number as it is sent.

    A number that is on none of them counts as a wrong one, and a closed record is joined at the approval only: sending
    again and again is no way to guess either.
    """
    if record is None:
        opened_by(holder, number)
        return False
    return not is_closed(record)


def forget_numbers_of(holder: Holder) -> None:
    """What a stranger typed under somebody's ID number is not held against the person."""
    db.session.execute(delete(NumberTry).where(NumberTry.holder_id == holder.id))


def shown_in_full(holder: Holder) -> list[Certificate]:
    """Return the records that the holder's own cases have published: of any other of theirs only the card is shown."""
    published = and_(
        VerificationCase.certificate_id == Certificate.id,
        VerificationCase.holder_id == holder.id,
        VerificationCase.deleted_at.is_(None),
        VerificationCase.state.in_([state for state in CaseState if state.is_public]),
    )
    query = select(Certificate).join(VerificationCase, published).where(Certificate.verified_at.is_not(None))
    return [one for one in db.session.scalars(query.order_by(Certificate.id).distinct()) if holder.is_named_by(one)]


def shown_as_card(holder: Holder) -> list[Certificate]:
    """Return the other records of the person: none before the e-mail is confirmed."""
    if holder.email_confirmed_at is None:
        return []
    full = {record.id for record in shown_in_full(holder)}
    return [record for record in Certificate.of_person(holder) if record.id not in full]
