"""Rows that stand against a record: choosing whose values stay, and the records that no workbook overwrites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select, update

from domain.access import Actor, Place
from domain.verification import OPEN_STATES
from domain.vocabulary import CertificateStatus, Outcome
from extensions import db
from models import ImportBatch, OverwrittenRecord, StagedRow, VerificationCase
from operations import staging, submissions
from operations.matching import CERTIFICATES, lies_within
from operations.staging import STAGED


def choose(
    actor: Actor, batch_id: int, version: int, *, workbook: bool, positions: Sequence[int] | None = None
) -> ImportBatch:
    """Let the workbook's values or the record's stay, for the rows at these positions or for all in conflict."""
    batch = submissions.open_batch(actor, batch_id, version)
    choose_all(batch.id, workbook=workbook, positions=positions)
    batch.version += 1
    db.session.flush()
    return batch


def choose_all(batch_id: int, *, workbook: bool, positions: Sequence[int] | None = None) -> None:
    wanted = update(STAGED).where(STAGED.c.batch_id == batch_id, STAGED.c.outcome == Outcome.CONFLICT)
    if positions is not None:
        wanted = wanted.where(STAGED.c.position.in_(positions))
    db.session.execute(wanted.values(takes_workbook=workbook))
    db.session.expire_all()


def chosen(batch_id: int) -> Iterator[Sequence[StagedRow]]:
    """Yield the rows whose values are to replace the record's."""
    for group in staging.groups(batch_id, [Outcome.CONFLICT]):
        taken = [row for row in group if row.takes_workbook]
        if taken:
            yield taken


def how_many_chosen(batch_id: int) -> int:
    query = select(func.count()).select_from(STAGED).where(
        STAGED.c.batch_id == batch_id, STAGED.c.outcome == Outcome.CONFLICT, STAGED.c.takes_workbook
    )  # fmt: skip
    return db.session.scalar(query) or 0


def how_many_overwritten(batch_id: int) -> int:
    """Return how many records have the workbook's values since the batch went in."""
    query = select(func.count()).select_from(OverwrittenRecord).where(OverwrittenRecord.batch_id == batch_id)
    return db.session.scalar(query) or 0


def why_kept(record: Any, place: Place, in_cases: set[int]) -> str:
    """Return why a record is never overwritten by a workbook of the office at `place`, or nothing."""
    if not lies_within(record, place):
        return "这本证书归别的职改办，保留系统里的记录"
    if record.verified_at is not None:
        return "持证人已经确认过这本证书，保留系统里的记录"
    if record.cert_status is not CertificateStatus.NORMAL:
        return f"这本证书现在是“{record.cert_status.label}”，由管理员取消作废以后才能改，保留系统里的记录"
    return "这本证书正在审验，保留系统里的记录" if record.id in in_cases else ""


def kept_records(record_ids: Sequence[int], place: Place) -> dict[int, str]:
    """Return, for those of these records that a workbook cannot overwrite, the reason."""
    names = ("id", "verified_at", "cert_status", "office_id", "city_office_id", "region_office_id")
    columns = (CERTIFICATES.c[name] for name in names)
    records = db.session.execute(select(*columns).where(CERTIFICATES.c.id.in_(record_ids))).all()
    in_cases = with_open_case(record_ids)
    reasons = {record.id: why_kept(record, place, in_cases) for record in records}
    return {record_id: reason for record_id, reason in reasons.items() if reason}


def with_open_case(record_ids: Sequence[int]) -> set[int]:
    query = select(VerificationCase.certificate_id).where(
        VerificationCase.certificate_id.in_(record_ids),
        VerificationCase.deleted_at.is_(None),
        VerificationCase.state.in_(OPEN_STATES),
    )
    return {one for one in db.session.scalars(query) if one is not None}
