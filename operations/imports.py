"""Import batches: opening and filling one, committing it whole, giving it up, and keeping nothing longer than needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, or_, select

from domain.access import Actor, Permission
from domain.batches import OPEN
from domain.errors import DomainError, NotFound, StaleVersion
from domain.retention import UPLOADS
from domain.vocabulary import BatchState, Outcome
from extensions import db
from models import ImportBatch, StagedRow, now
from operations import background, events, offices, reference_records, staging, submissions
from operations.publishing import OnConflict, Watch, publish, unwatched
from operations.staging import STAGED

ROWS_KEPT = UPLOADS.limit
"""Rows that were refused are kept so long after their batch has ended, to be looked at and mended."""
_LONGEST_FILE_NAME = 200
_UPLOAD_NEEDED = (
    BatchState.READING, BatchState.REFUSED, BatchState.UNMAPPED, *OPEN, BatchState.SUBMITTED, BatchState.COMMITTING
)  # fmt: skip
_ROWS_AT_ONCE = 500


def reached(actor: Actor, batch_id: int) -> ImportBatch:
    """Return a batch of the actor's subtree."""
    batch = db.session.get(ImportBatch, batch_id, populate_existing=True)
    if batch is None or not actor.reaches(Permission.IMPORT, batch.office.place):
        raise NotFound("没有这一批，可能已删除，或不归您管理")
    return batch


def newest(actor: Actor, *, before: int | None = None, most: int = 50) -> list[ImportBatch]:
    """Return the batches of the actor's subtree, the newest first."""
    if actor.place is None:
        return []
    query = select(ImportBatch).where(ImportBatch.within(actor.place))
    if before is not None:
        query = query.where(ImportBatch.id < before)
    return list(db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(most)))


def open_batch(actor: Actor, office_id: int, file_name: str, file_digest: str) -> ImportBatch:
    """Begin a batch; until it has been read to the end nothing can be done with it but giving it up."""
    office = offices.reached(actor, Permission.IMPORT, office_id)
    if office.closed_at:
        raise DomainError(f"“{office.name}”已经停用，不能再导入")
    batch = ImportBatch(file_name=file_name[-_LONGEST_FILE_NAME:], file_digest=file_digest, created_by=actor.name)
    batch.state, batch.counts, batch.attention, batch.columns, batch.left_out = BatchState.READING, {}, 0, {}, []
    batch.reading_since = now()
    batch.belong_to(office.place)
    db.session.add(batch)
    db.session.flush()
    drop_rows(batch.id)  # a database brought back from a backup numbers its batches as it did before
    return batch


def read_again(actor: Actor, batch_id: int, version: int) -> ImportBatch:
    """Take up a batch whose columns somebody has now named, or named anew."""
    batch = submissions.held(actor, batch_id)
    if batch.state not in (BatchState.UNMAPPED, *OPEN) or batch.version != version:
        raise StaleVersion(submissions.CHANGED)
    drop_rows(batch.id)
    batch.reading_since = now()
    submissions.moved(batch, BatchState.READING)
    return batch


def stage(rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep judged rows until they are committed, each in the order of `staging.COLUMNS`."""
    staging.add(rows)


def finish_reading(
    batch_id: int, *, counts: Mapping[Outcome, int], attention: int, columns: dict[str, Any], left_out: list[str]
) -> None:
    """Let a batch that was read to its end be seen and committed."""
    batch = db.session.get_one(ImportBatch, batch_id)
    batch.counts = {outcome.value: number for outcome, number in counts.items()}
    batch.attention, batch.columns, batch.left_out = attention, columns, left_out
    submissions.moved(batch, BatchState.CHECKED)


def ask_for_columns(batch_id: int, columns: dict[str, Any]) -> None:
    """Let a batch wait for somebody to say which column is which."""
    drop_rows(batch_id)
    batch = db.session.get_one(ImportBatch, batch_id)
    batch.columns = columns
    submissions.moved(batch, BatchState.UNMAPPED)


def uploads_needed() -> set[int]:
    """Return the batches whose upload may still be read again; what else is kept has no purpose any more."""
    recent = or_(ImportBatch.ended_at.is_(None), ImportBatch.ended_at >= now() - ROWS_KEPT)
    query = select(ImportBatch.id).where(ImportBatch.state.in_(_UPLOAD_NEEDED), recent)
    return set(db.session.scalars(query))


def drop(batch_id: int) -> None:
    """Remove a batch that came to nothing, with its rows."""
    drop_rows(batch_id)
    db.session.execute(delete(ImportBatch).where(ImportBatch.id == batch_id))


def drop_rows(batch_id: int) -> None:
    staging.drop(batch_id)


def commit_batch(
    actor: Actor, batch_id: int, version: int, on_conflict: OnConflict = OnConflict.RECORD, watch: Watch = unwatched
) -> ImportBatch:
    """Put the rows of a batch on record, all in the running transaction; what changed meanwhile is looked up again.

    `watch` is told how far it is, and may stop it. The staged rows then say what became of each; `forget_rows` removes those that are not needed any more.
    """
    batch = submissions.taken(actor, batch_id, version, "commit")
    return put_on_record(actor, batch, batch.state, on_conflict, watch)


def put_on_record(
    actor: Actor, batch: ImportBatch, before: BatchState, on_conflict: OnConflict, watch: Watch
) -> ImportBatch:
    """Publish a batch that somebody was allowed to commit when it was in the state `before`."""
    published = publish(actor, batch, on_conflict, watch)
    kept = reference_records.keep(batch, staged_rows(batch.id, [Outcome.WRONG])) if batch.keeps_incomplete else 0
    batch.counts = {outcome.value: number for outcome, number in published.counts.items() if number}
    batch.committed_at, batch.committed_by, batch.committed_office_id = now(), actor.name, actor.office_id
    submissions.moved(batch, BatchState.COMMITTED)
    if published.inserted or published.overwritten or kept:
        changes = {outcome.label: ["", str(number)] for outcome, number in published.counts.items() if number}
        changes |= {"覆盖记录": ["", str(published.overwritten)]} if published.overwritten else {}
        changes |= {"留作待核查数据": ["", str(kept)]} if kept else {}
        summary = f"为“{batch.office.name}”导入“{batch.file_name}”：{summary_of(batch)}"
        events.record(
            actor, "import_certificates", ("import_batch", batch.id), summary[:500],
            from_state=before, to_state=BatchState.COMMITTED, changes=changes,
        )  # fmt: skip
    return batch


def set_aside(actor: Actor, batch_id: int, version: int, *, keep: bool) -> ImportBatch:
    """Let the rows that stay wrong be kept as reference records when the batch goes in, or not."""
    batch = submissions.open_batch(actor, batch_id, version)
    batch.keeps_incomplete = keep
    batch.version += 1
    db.session.flush()
    return batch


def summary_of(batch: ImportBatch) -> str:
    """Return how many rows there are of each outcome, in the order of the report."""
    told = [f"{outcome.label} {batch.count(outcome):,} 行" for outcome in Outcome if batch.count(outcome)]
    return "，".join(told) or "没有数据"


def discard(actor: Actor, batch_id: int, version: int) -> ImportBatch:
    """Give up a batch before it is committed; nothing of its rows is kept."""
    background.cancel_about("import_batch", batch_id)
    batch = submissions.taken(actor, batch_id, version, "abandon")
    before = batch.state
    drop_rows(batch.id)
    submissions.moved(batch, BatchState.ABANDONED)
    events.record(
        actor, "abandon_import", ("import_batch", batch.id), f"放弃导入“{batch.file_name}”",
        from_state=before, to_state=BatchState.ABANDONED,
    )  # fmt: skip
    return batch


def forget_rows(batch_id: int) -> None:
    """Keep of a committed batch only the rows that did not go in."""
    settled = [outcome for outcome in Outcome if not outcome.refused]
    db.session.execute(delete(STAGED).where(STAGED.c.batch_id == batch_id, STAGED.c.outcome.in_(settled)))


def note_download(actor: Actor, batch_id: int) -> None:
    """Leave an event: somebody has taken the refused rows away, ID numbers and all."""
    batch = reached(actor, batch_id)
    events.record(actor, "download_errors", ("import_batch", batch_id), f"下载“{batch.file_name}”的错误行")


def staged_rows(batch_id: int, outcomes: Iterable[Outcome] = Outcome) -> Iterator[StagedRow]:
    """Yield the rows of a batch in the order of the file, a group at a time."""
    after = 0
    while rows := page_of_rows(batch_id, outcomes, after=after, most=_ROWS_AT_ONCE):
        after = rows[-1].position
        for row in rows:
            yield row
            db.session.expunge(row)


def page_of_rows(
    batch_id: int,
    outcomes: Iterable[Outcome] = Outcome,
    *,
    warned: bool = False,
    after: int | None = None,
    before: int | None = None,
    most: int = 50,
) -> list[StagedRow]:
    """Return the rows of these outcomes next to a position, behind it or before it, in the order of the file."""
    query = select(StagedRow).where(StagedRow.batch_id == batch_id, StagedRow.outcome.in_(list(outcomes)))
    if warned:
        query = query.where(StagedRow.warned)
    if before:
        query = query.where(StagedRow.position < before).order_by(StagedRow.position.desc())
        return list(db.session.scalars(query.limit(most)))[::-1]
    query = query.where(StagedRow.position > (after or 0)).order_by(StagedRow.position)
    return list(db.session.scalars(query.limit(most)))


def earlier_with_same_file(batch: ImportBatch) -> ImportBatch | None:
    """Return the newest batch of the same office that put the very same file on record."""
    query = select(ImportBatch).filter_by(
        file_digest=batch.file_digest, office_id=batch.office_id, state=BatchState.COMMITTED
    )
    return db.session.scalar(query.where(ImportBatch.id != batch.id).order_by(ImportBatch.id.desc()).limit(1))
