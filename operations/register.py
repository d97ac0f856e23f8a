"""Taking a certificate through its moves: voiding it, deleting it from the register and bringing it back.

Every move names the version it saw. What the table in domain.certificate_moves allows is done here with its event and
its message in one transaction; anything else leaves the record as it was.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sqlalchemy import exists, func, literal_column, select
from sqlalchemy.exc import IntegrityError

from domain.access import Actor, Permission, Place, Role
from domain.certificate_moves import BY_NAME, Move, refusals, status_word, told_of
from domain.errors import NotAllowed, NotFound, StaleVersion
from domain.letters import RECORD_LETTERS
from domain.verification import OPEN_STATES
from domain.vocabulary import CertificateStatus
from extensions import db
from models import Certificate, DeletedCertificate, Event, Holder, StaffUser, VerificationCase, id_digests, now
from operations import bodies, events, offers, telling

Record = Certificate | DeletedCertificate
LONGEST_REASON = 500
GONE = "没有这本证书，可能已删除，或不归您管理"
DELETED = "deleted"
_SHARED = [name for name in DeletedCertificate.__table__.columns.keys() if name in Certificate.__table__.columns]  # noqa: SIM118


class RecordFacts:
    """A record as domain.certificate_moves.Record describes it; what needs a query is asked when a guard wants it."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @property
    def status(self) -> CertificateStatus:
        return self.record.cert_status

    @property
    def place(self) -> Place:
        return self.record.office.place

    @property
    def verified(self) -> bool:
        return isinstance(self.record, Certificate) and self.record.is_public

    @cached_property
    def in_review(self) -> bool:
        is_open = exists().where(
            VerificationCase.certificate_id == self.record.id,
            VerificationCase.state.in_(OPEN_STATES),
            VerificationCase.deleted_at.is_(None),
        )
        return bool(db.session.scalar(select(is_open)))

    @cached_property
    def number_taken(self) -> bool:
        key = bodies.body_key(self.record.awarding_body)
        return Certificate.with_number(self.record.cert_no, key) is not None

    @property
    def deleted(self) -> bool:
        return isinstance(self.record, DeletedCertificate)

    def void_asked_by(self, actor: Actor) -> bool:
        """Whether this person asked for the void that waits, as whatever they were then."""
        asker = self._void_asker
        return asker is not None and asker == actor.id and actor.role.is_office

    @cached_property
    def _void_asker(self) -> int | None:
        asked = select(Event.actor_id).filter_by(
            subject_type="certificate", subject_id=self.record.id, action="request_void"
        )
        return db.session.scalar(asked.order_by(Event.id.desc()).limit(1))

    def others_decide_beside(self, actor: Actor) -> bool:
        """Whether another administrator works in the record's office or in one above it."""
        others = exists().where(
            StaffUser.office_id.in_(self.place.lineage),
            StaffUser.role == Role.ADMIN,
            StaffUser.disabled_at.is_(None),
            StaffUser.id != actor.id,
        )
        return bool(db.session.scalar(select(others)))


def stands_in(table: type[Record], record_id: int) -> bool:
    return db.session.get(table, record_id) is not None


def in_status(status: str) -> tuple[Any, Any]:
    """Return the conditions for the few that are not 正常, in the words of their partial index."""
    return Certificate.cert_status == status, Certificate.cert_status != literal_column("'normal'")


def count_waiting_voids(actor: Actor, most: int) -> int:
    """Return how many voids wait for the actor's decision, counted up to `most`."""
    if actor.place is None or not actor.may(Permission.VOID_DECISIONS):
        return 0
    waiting = (Certificate.within(actor.place), *in_status(CertificateStatus.VOID_PENDING))
    some = select(Certificate.id).where(*waiting).limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def move(actor: Actor, record_id: int, version: int, name: str, reason: str = "") -> Record:
    """Take the record through one move; return it as it stands afterwards.

    Raises StaleVersion if it moved on since `version` was shown, NotAllowed with the table's reasons.
    """
    step, reason = BY_NAME[name], reason.strip()
    record = _held(actor, record_id)
    if record.version != version or RecordFacts(record).deleted != step.restores:
        raise StaleVersion(_overtaken(record, actor))
    _refuse(step, record, actor, reason)
    before, told = record.cert_status, told_of(step, RecordFacts(record), actor)
    moved = _carried_out(step, record, actor, reason)
    _note(step, moved, actor, before, told, reason)
    if before is not moved.cert_status and CertificateStatus.VOID in (before, moved.cert_status):
        _tell_holder(step, moved)
    return moved


def _held(actor: Actor, record_id: int) -> Record:
    """Return the record, on the register or deleted from it, held so that nobody else changes it or begins a case on it."""
    record: Record | None = _locked(Certificate, record_id) or _locked(DeletedCertificate, record_id)
    if record is None or not actor.reaches(Permission.CERTIFICATES_READ, record.office.place):
        raise NotFound(GONE)
    return record


def _locked(table: type[Any], record_id: int) -> Any:
    query = select(table).filter_by(id=record_id).with_for_update(of=table)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _overtaken(record: Record, actor: Actor) -> str:
    last = events.last_change("certificate", record.id)
    word = status_word(RecordFacts(record))
    if last is None:
        return f"这本证书刚刚有了变化，现在是“{word}”。您的操作没有生效，请看最新情况再决定。"
    who = "您" if (last.actor_role, last.actor_id) == (actor.role.value, actor.id) else last.actor_name
    return f"{who}刚刚处理了这本证书（{last.summary}），现在是“{word}”。您的操作没有生效。"


def _refuse(step: Move, record: Record, actor: Actor, reason: str) -> None:
    reasons = list(refusals(step, RecordFacts(record), actor, reason))
    if len(reason) > LONGEST_REASON:
        reasons.append(f"原因最多 {LONGEST_REASON} 个字，现在有 {len(reason)} 个，请写短一点")
    if reasons:
        raise NotAllowed("；".join(reasons))


def _carried_out(step: Move, record: Record, actor: Actor, reason: str) -> Record:
    if isinstance(record, DeletedCertificate):
        return _put_back(record)
    if step.deletes:
        return _set_apart(record, actor, reason)
    record.cert_status = step.lands_on(record.cert_status)
    record.version += 1
    record.updated_at = now()
    db.session.flush()
    return record


def _set_apart(record: Certificate, actor: Actor, reason: str) -> DeletedCertificate:
    """Move the record out of the register; the ended cases that stood on it are noted, to be tied to it again."""
    tied = select(VerificationCase.id).filter_by(certificate_id=record.id).order_by(VerificationCase.id)
    deleted = DeletedCertificate(
        **_values(record), deleted_by=actor.name, delete_reason=reason, case_ids=list(db.session.scalars(tied))
    )
    deleted.version += 1
    db.session.delete(record)
    db.session.flush()
    db.session.add(deleted)
    db.session.flush()
    return deleted


def _put_back(deleted: DeletedCertificate) -> Certificate:
    record = Certificate(**_values(deleted))
    record.version += 1
    record.body_key = bodies.body_key(record.awarding_body)
    case_ids = deleted.case_ids
    db.session.delete(deleted)
    db.session.add(record)
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise NotAllowed("同一编号和授予单位刚刚另有了一条记录，不能恢复；请先核对那一条") from clash
    _tie_again(record, case_ids)
    return record


def _values(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _SHARED}


def _tie_again(record: Certificate, case_ids: list[int]) -> None:
    """A case that was taken up again meanwhile finds its record by number when it is approved."""
    for case in db.session.scalars(select(VerificationCase).where(VerificationCase.id.in_(case_ids))):
        if case.certificate_id is None and not (case.state.is_open and not case.deleted):
            case.certificate_id = record.id
    db.session.flush()


def _note(step: Move, record: Record, actor: Actor, before: CertificateStatus, told: str, reason: str) -> None:
    deleted = RecordFacts(record).deleted
    states = (DELETED if step.restores else before.value), (DELETED if deleted else record.cert_status.value)
    changes = {"证书状态": [before.label, record.cert_status.label]} if before is not record.cert_status else None
    events.record(
        actor, step.name, ("certificate", record.id), told,
        from_state=states[0], to_state=states[1], reply=reason, changes=changes,
    )  # fmt: skip


def _called(record: Record, holder: Holder) -> str:
    if any(one.id == record.id for one in offers.shown_in_full(holder)):
        return record.cert_no or "无编号"
    return f"{record.awarded_on.year} 年度" if record.awarded_on else "授予时间不详"


def _tell_holder(step: Move, record: Record) -> None:
    """Whoever holds the certificate learns that it is void, or void no longer; what is only asked for is not told.

    Its number stands in the letter only where the holder's own case has published it; else the year, as on the card.
    """
    holder = db.session.scalar(
        select(Holder).where(Holder.id_digest.in_(id_digests(record.id_number)), Holder.name == record.name)
    )
    if holder is None or holder.email_confirmed_at is None:
        return
    own = select(VerificationCase.id).filter_by(certificate_id=record.id, holder_id=holder.id, deleted_at=None)
    letter, office = RECORD_LETTERS[step.name], record.office
    words = {
        "title": record.title or "", "number": _called(record, holder), "office": office.name,
        "phone": f"（电话 {office.phone}）" if office.phone else "",
    }  # fmt: skip
    newest = db.session.scalar(own.order_by(VerificationCase.id.desc()).limit(1))
    telling.tell(holder, letter.title.format(**words), letter.body.format(**words), newest)
