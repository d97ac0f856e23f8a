"""The history of one certificate: the import it came with, its cases, its moves, and every change of what it says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sqlalchemy import select

from admin_views.history import Change, Happening, History, changes_of, happening
from extensions import db
from models import Certificate, DeletedCertificate, Event, ImportBatch, VerificationCase
from operations.events import LEAVES_IT_AS_IT_IS

_OF_THE_CASE = ("内部证据", "与照片一致")
"""What a decision notes that is no change of the certificate; it is read on the page of the case."""


def history_of_record(record: Certificate | DeletedCertificate) -> History:
    """Return what happened to a record, oldest first."""
    about = [*Event.about("certificate", record.id), *_of_cases(record)]
    changed = sorted((event for event in about if event.action not in LEAVES_IT_AS_IT_IS), key=lambda event: event.id)
    return [*_import_of(record), *_told(changed)]


def _of_cases(record: Certificate | DeletedCertificate) -> list[Event]:
    query = select(VerificationCase.id).filter_by(certificate_id=record.id)
    ids = record.case_ids if isinstance(record, DeletedCertificate) else db.session.scalars(query).all()
    events = select(Event).where(Event.subject_type == "case", Event.subject_id.in_(ids))
    return list(db.session.scalars(events))


def origin_of(record: Certificate | DeletedCertificate) -> tuple[ImportBatch, str] | None:
    """Return the batch that brought the record, and its workbook and row in words."""
    batch = db.session.get(ImportBatch, record.batch_id) if record.batch_id else None
    if batch is None:
        return None
    row = f"，工作表“{record.batch_sheet}”第 {record.batch_row} 行" if record.batch_row else ""
    return batch, f"批次 {batch.number}，{batch.file_name}{row}{_who_committed(batch)}"


def _who_committed(batch: ImportBatch) -> str:
    """Return the two offices of a batch that was submitted, and how many pages of 批文 lie beside it."""
    told = ""
    if batch.committed_office is not None and batch.committed_office_id != batch.office_id:
        told = f"；“{batch.office.name}”报送，“{batch.committed_office.name}”导入"
    return f"{told}；批文 {len(batch.pages)} 页" if batch.pages else told


def _import_of(record: Certificate | DeletedCertificate) -> History:
    origin = origin_of(record)
    return [Happening(origin[0].committed_at, origin[0].created_by, f"导入：{origin[1]}")] if origin else []


def _told(events: list[Event]) -> Iterator[Happening]:
    """A decision and the change it made to the record are two events of one moment: they are told as one.

    What else a case notes, such as what its holder filled in, is no change of the record yet.
    """
    folded = {after.id: before for before, after in pairwise(events) if _made(before, after)}
    made = {event.id for event in folded.values()}
    for event in events:
        if event.id not in made:
            change = folded.get(event.id)
            proposed = event.subject_type == "case" and change is None
            yield happening(event, [*_plain(change), *_plain(event)], only_proposed=proposed)


def _made(change: Event, decision: Event) -> bool:
    same = (change.actor_role, change.actor_id) == (decision.actor_role, decision.actor_id)
    pair = (change.subject_type, decision.subject_type) == ("certificate", "case")
    return pair and same and change.id + 1 == decision.id


def _plain(event: Event | None) -> list[Change]:
    return [change for change in changes_of(event) if change[0] not in _OF_THE_CASE] if event else []
