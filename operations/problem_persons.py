"""问题人员: listing a person with a 假证 decision, and lifting the listing again."""

from __future__ import annotations

from sqlalchemy import select

from domain import normalizing
from domain.access import Actor, Permission, Place
from domain.errors import DomainError, FieldProblem, NotAllowed, NotFound, StaleVersion
from extensions import db
from models import ProblemPerson, VerificationCase, id_digest, id_digests, now
from operations import events

LONGEST_REASON = 500
_BY_TAKING_BACK = "认定假证的审核已恢复"


def enlist(actor: Actor, case: VerificationCase, place: Place, *, reason: str, evidence: str) -> ProblemPerson:
    """List the holder of a case that was found to be counterfeit."""
    holder = case.holder
    listing = ProblemPerson(
        case_id=case.id, name=holder.name, id_number=holder.id_number, id_digest=id_digest(holder.id_number),
        reason=reason, evidence=evidence, listed_by=actor.name,
    )  # fmt: skip
    listing.belong_to(place)
    db.session.add(listing)
    db.session.flush()
    events.record(actor, "list_person", ("problem_person", listing.id), f"{holder.name}列入问题人员", reply=reason)
    return listing


def lift(actor: Actor, listing_id: int, reason: str) -> ProblemPerson:
    """Lift a listing; the case stays as it was decided."""
    listing = db.session.get(ProblemPerson, listing_id, with_for_update={"of": ProblemPerson}, populate_existing=True)
    if listing is None or not actor.reaches(Permission.PROBLEM_PERSONS_READ, listing.office.place):
        raise NotFound("没有这条问题人员记录，可能已经不归您管理")
    refusal = against_lifting(listing, actor)
    if refusal:
        raise refusal
    if not normalizing.text(reason):
        raise FieldProblem("reason", "请写明为什么解除")
    if len(reason) > LONGEST_REASON:
        raise FieldProblem("reason", f"原因最多 {LONGEST_REASON} 个字，请写短一点")
    _lifted(actor, listing, reason.strip())
    return listing


def against_lifting(listing: ProblemPerson, actor: Actor) -> DomainError | None:
    """Return what speaks against lifting, whatever the reason given; None where nothing does."""
    if not actor.reaches(Permission.PROBLEM_PERSONS_LIFT, listing.office.place):
        return NotAllowed("解除问题人员由管理员决定，请找本单位管理员")
    if listing.lifted_at:
        return StaleVersion(f"{listing.lifted_by or '审核'}已经解除了{listing.name}，您这次没有再改动")
    return None


def lift_of_case(actor: Actor, case: VerificationCase, reason: str = _BY_TAKING_BACK) -> None:
    """Lift what a 假证 decision listed, as 恢复 takes that decision back or as the case proves to be a stranger's."""
    for listing in db.session.scalars(select(ProblemPerson).filter_by(case_id=case.id, lifted_at=None)):
        _lifted(actor, listing, reason)


def _lifted(actor: Actor, listing: ProblemPerson, reason: str) -> None:
    listing.lifted_at, listing.lifted_by, listing.lift_reason = now(), actor.name, reason
    db.session.flush()
    events.record(actor, "lift_person", ("problem_person", listing.id), f"解除问题人员{listing.name}", reply=reason)


def other_listings(listing: ProblemPerson, place: Place) -> list[ProblemPerson]:
    """Return the person's other listings within the subtree, the newest first."""
    query = select(ProblemPerson).where(
        ProblemPerson.id_digest.in_(id_digests(listing.id_number)),
        ProblemPerson.id != listing.id,
        ProblemPerson.within(place),
    )
    return list(db.session.scalars(query.order_by(ProblemPerson.id.desc()).limit(20)))
