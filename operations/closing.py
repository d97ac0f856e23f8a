"""注销账号: open cases are withdrawn, what is personal goes at once, what was decided and published stays."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from domain.access import Role
from domain.errors import DomainError
from domain.verification import BY_NAME, OPEN_STATES, CaseState, refusals
from domain.vocabulary import JobState, RequestState
from extensions import db
from models import (
    BackgroundJob,
    Feedback,
    Holder,
    IdentityRequest,
    MailedLink,
    Message,
    VerificationCase,
    id_digest,
    now,
)
from operations import case_erasing, cases, events, ways_in
from operations.case_facts import CaseFacts
from operations.identity_requests import PAGES

NAMELESS = "已注销的账号"
NOTHING = ""
_NO_PASSWORD = "-"  # noqa: S105 - no hash at all: nothing fits it


@dataclass(frozen=True, slots=True)
class Extent:
    """What closing an account would take back and what of it stays, for the page that asks."""

    open_cases: int
    decided_cases: int
    verified: int


@dataclass(frozen=True, slots=True)
class Closed:
    """Who closed an account, for the letter, and the files that nothing names any more."""

    name: str
    email: str
    files: Sequence[str]


def extent(holder: Holder) -> Extent:
    own = select(func.count()).select_from(VerificationCase).filter_by(holder_id=holder.id, deleted_at=None)
    open_ones = db.session.scalar(own.where(VerificationCase.state.in_(OPEN_STATES))) or 0
    decided = db.session.scalar(own.where(VerificationCase.state.not_in(OPEN_STATES))) or 0
    public = (CaseState.APPROVED, CaseState.AUTO_APPROVED)
    return Extent(open_ones, decided, db.session.scalar(own.where(VerificationCase.state.in_(public))) or 0)


def close(holder_id: int) -> Closed:
    """Close the account for good. Its ID number, mobile and e-mail address are free again.

    The cases are locked before anything is noted: an office that decides one of them meanwhile is waited for, and what
    it decided stays.
    """
    holder = db.session.scalars(
        select(Holder).filter_by(id=holder_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one()
    if holder.closed_at is not None:
        raise DomainError("这个账号已经注销了")
    name, email = holder.name, holder.email
    undecided = _undecided(holder)
    given_up = [case for case in undecided if not case.deleted]
    for case in given_up:
        _give_up(holder, case)
    files = [key for case in undecided for key in case_erasing.erase(case)]
    files += [*_drop_requests(holder), *([holder.avatar] if holder.avatar else [])]
    stays = _decided(holder)
    summary = f"注销账号：撤回 {len(given_up)} 份审验，保留办结的 {stays} 份"
    events.record(holder.actor, "close_account", ("holder", holder.id), summary)
    ways_in.end_pending(holder)
    _drop_letters(holder)
    _strip(holder, keeps_name=stays > 0)
    return Closed(name, email, files)


def _undecided(holder: Holder) -> list[VerificationCase]:
    """Return the cases that nobody has decided, deleted ones too, locked."""
    query = select(VerificationCase).filter_by(holder_id=holder.id).where(VerificationCase.state.in_(OPEN_STATES))
    locked = query.order_by(VerificationCase.id).with_for_update(of=VerificationCase)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def _decided(holder: Holder) -> int:
    query = select(func.count()).select_from(VerificationCase).filter_by(holder_id=holder.id)
    return db.session.scalar(query.where(VerificationCase.state.not_in(OPEN_STATES))) or 0


def _give_up(holder: Holder, case: VerificationCase) -> None:
    """Take a case back as its holder could alone; what an office has begun is taken from it."""
    if case.state is CaseState.PENDING and not list(refusals(BY_NAME["withdraw"], CaseFacts(case), holder.actor, "")):
        cases.act(holder.actor, case.id, case.version, "withdraw")
    step = "discard" if case.state is CaseState.DRAFT else "abandon"
    cases.act(holder.actor, case.id, case.version, step)


def _drop_requests(holder: Holder) -> list[str]:
    """Take back the request that waits, and the pictures of all; that others were decided stays on record."""
    requests = list(db.session.scalars(select(IdentityRequest).filter_by(holder_id=holder.id)))
    files = [key for request in requests for page in PAGES if (key := getattr(request, page))]
    for request in requests:
        request.front = request.back = NOTHING
        request.statement = None
        if request.state is RequestState.WAITING:
            events.record(holder.actor, "withdraw_request", ("identity_request", request.id), "注销账号，撤回申请")
            db.session.delete(request)
    db.session.flush()
    return files


def _drop_letters(holder: Holder) -> None:
    """Remove the inbox, letters to the office, links, sessions, known devices, and mails that have not left yet."""
    for model in (Message, Feedback, MailedLink):
        db.session.execute(delete(model).where(model.holder_id == holder.id))
    for table in db.metadata.sorted_tables:
        if "account_kind" in table.c:
            own = (table.c.account_kind == holder.prefix, table.c.account_id == holder.id)
            db.session.execute(delete(table).where(*own))
    asked = (BackgroundJob.actor_role == Role.HOLDER, BackgroundJob.actor_id == holder.id)
    db.session.execute(delete(BackgroundJob).where(*asked, BackgroundJob.state != JobState.RUNNING))


def _strip(holder: Holder, *, keeps_name: bool) -> None:
    """Leave nothing by which to sign in or to reach the person; name and ID number only where a case was decided."""
    holder.former_id_digest = id_digest(holder.id_number) if keeps_name else None
    if not keeps_name:
        holder.name, holder.id_number = NAMELESS, NOTHING
    holder.id_digest, holder.mobile_digest = secrets.token_bytes(16), secrets.token_bytes(16)
    holder.mobile = holder.region_code = holder.security_question = holder.security_answer_hash = NOTHING
    holder.email, holder.password_hash = f"closed-{holder.id}", _NO_PASSWORD
    holder.email_confirmed_at = holder.employer_name = holder.avatar = holder.birth_year = None
    holder.next_password_hash = holder.next_password_from = holder.last_signed_in_at = None
    holder.closed_at = holder.disabled_at = now()
    db.session.flush()
