"""撤销导入: a batch leaves the register as if it had never gone in, while nobody has sent in a case about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, delete, func, or_, select

from domain.access import Actor
from domain.errors import DomainError
from domain.verification import CaseState
from extensions import db
from models import Certificate, Holder, ImportBatch, LookupCount, OverwrittenRecord, VerificationCase
from operations import certificates, conflicts, events, reference_records, telling

REMOVED_AT_ONCE = 5000
CERTIFICATES = cast(Table, Certificate.__table__)
TOLD = (
    "{title}证书的导入记录已撤下",
    "您正在填写的{title}证书（{number}），职改办撤下了当初导入的记录，请照证书核对您填的内容。填好后仍可以提交，由职改办审核。",
)
_NOT_IN_COMPARISON = {"updated_at"}

Watch = Callable[[int, int | None], None]


class CannotUndo(DomainError):
    """Somebody has relied on the batch already; the sentence names the first one."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much would be undone: records that go, records that get their old values back, drafts that lose theirs."""

    removed: int
    restored: int
    drafts: int


def extent(batch: ImportBatch) -> Extent:
    of_batch = Certificate.batch_id == batch.id
    drafts = select(func.count()).select_from(VerificationCase).join(Certificate).where(of_batch)
    return Extent(
        _count(select(func.count()).select_from(Certificate).where(of_batch)),
        conflicts.how_many_overwritten(batch.id),
        _count(drafts.where(VerificationCase.deleted_at.is_(None), VerificationCase.state == CaseState.DRAFT)),
    )


def _count(query: Any) -> int:
    return db.session.scalar(query) or 0


def reason_against(batch: ImportBatch) -> str | None:
    """Return why the batch cannot be undone, naming the first certificate in the way."""
    return _sent_in(batch) or _changed_since(batch)


def _sent_in(batch: ImportBatch) -> str | None:
    """A certificate of the batch, inserted or overwritten, about which a case was sent in."""
    written_over = select(OverwrittenRecord.certificate_id).where(OverwrittenRecord.batch_id == batch.id)
    query = (
        select(Certificate.cert_no, Holder.name)
        .select_from(VerificationCase)
        .join(Certificate, VerificationCase.certificate_id == Certificate.id)
        .join(Holder, VerificationCase.holder_id == Holder.id)
        .where(
            or_(Certificate.batch_id == batch.id, Certificate.id.in_(written_over)),
            VerificationCase.state != CaseState.DRAFT,
            VerificationCase.deleted_at.is_(None),
        )
    )
    found = db.session.execute(query.order_by(VerificationCase.id).limit(1)).one_or_none()
    return f"证书 {found.cert_no} 已由持证人{found.name}提交审验，这一批不能再撤销" if found else None


def _changed_since(batch: ImportBatch) -> str | None:
    """A record that was written over and has changed again: its old values would wipe out the newer ones."""
    for kept, record in _overwritten(batch):
        now = certificates.snapshot(record)
        if any(now.get(name, value) != value for name, value in kept.after.items()):
            return f"证书 {record.cert_no} 在这次导入以后又改过，这一批不能再撤销"
    return None


def _overwritten(batch: ImportBatch) -> list[tuple[OverwrittenRecord, Certificate]]:
    query = select(OverwrittenRecord, Certificate).join(Certificate, OverwrittenRecord.certificate_id == Certificate.id)
    found = db.session.execute(query.where(OverwrittenRecord.batch_id == batch.id).order_by(Certificate.id))
    return [(kept, record) for kept, record in found]


def keep(batch_id: int, certificate: Certificate, before: dict[str, Any]) -> None:
    """Note what a record was before the batch wrote over it; `before` is its snapshot."""
    after = certificates.snapshot(certificate)
    changed = [name for name in after if after[name] != before[name] and name not in _NOT_IN_COMPARISON]
    kept = OverwrittenRecord(batch_id=batch_id, certificate_id=certificate.id)
    kept.before, kept.after = {name: before[name] for name in changed}, {name: after[name] for name in changed}
    db.session.add(kept)


def undo(actor: Actor, batch: ImportBatch, watch: Watch) -> Extent:
    """Take the records of a batch out and put the old values back, all in the running transaction.

    The cases are locked first, then the records: whoever sends a case in meanwhile either is seen here, or finds the
    draft changed.
    """
    drafts = _locked_drafts(batch)
    _lock_records(batch)
    reason = reason_against(batch)
    if reason:
        raise CannotUndo(reason)
    for case in {case.id: case for case in [*drafts, *_locked_drafts(batch)]}.values():
        _detach(actor, case)
    restored = _put_back(actor, batch)
    removed = _remove(batch, watch)
    reference_records.forget_batch(batch.id)
    return Extent(removed, restored, len(drafts))


def _locked_drafts(batch: ImportBatch) -> list[VerificationCase]:
    ids = select(Certificate.id).where(Certificate.batch_id == batch.id)
    query = select(VerificationCase).where(VerificationCase.certificate_id.in_(ids)).order_by(VerificationCase.id)
    locked = query.with_for_update(of=VerificationCase).execution_options(populate_existing=True)
    return [case for case in db.session.scalars(locked) if case.state is CaseState.DRAFT and case.deleted_at is None]


def _lock_records(batch: ImportBatch) -> None:
    query = select(Certificate.id).where(Certificate.batch_id == batch.id).order_by(Certificate.id).with_for_update()
    for _ in db.session.execute(query.execution_options(yield_per=REMOVED_AT_ONCE)):
        pass


def _detach(actor: Actor, case: VerificationCase) -> None:
    """A mere draft keeps what its holder typed, and nobody's office looks into it any more; the holder is told."""
    title, number = case.title or "", case.cert_no or "无编号"
    case.leave_record()
    heading, body = (words.format(title=title, number=number) for words in TOLD)
    telling.tell(case.holder, heading, body, case.id)
    events.record(actor, "detach_case", ("case", case.id), "导入的记录已撤下，草稿与记录脱开")


def _put_back(actor: Actor, batch: ImportBatch) -> int:
    overwritten = _overwritten(batch)
    for kept, record in overwritten:
        certificates.restore(record, kept.before)
        db.session.delete(kept)
    db.session.flush()
    for _, record in overwritten:
        summary = f"撤销导入批次 {batch.number}，记录还原为导入前的内容"
        events.record(actor, "restore_certificate", ("certificate", record.id), summary)
    return len(overwritten)


def _remove(batch: ImportBatch, watch: Watch) -> int:
    """Delete in pieces, so that it can be told how far it is; they are one transaction."""
    removed, total = 0, extent(batch).removed
    while ids := list(
        db.session.scalars(select(CERTIFICATES.c.id).where(CERTIFICATES.c.batch_id == batch.id).limit(REMOVED_AT_ONCE))
    ):
        first, last = min(ids), max(ids)
        within = CERTIFICATES.c.batch_id == batch.id, CERTIFICATES.c.id.between(first, last)
        gone = select(CERTIFICATES.c.id).where(*within).scalar_subquery()
        db.session.execute(delete(LookupCount).where(LookupCount.certificate_id.in_(gone)))
        removed += cast(Any, db.session.execute(delete(CERTIFICATES).where(*within))).rowcount
        watch(removed, total)
    return removed
