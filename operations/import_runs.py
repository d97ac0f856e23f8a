"""What the worker does with batches: beginning it, its outcome either way, and tidying up what nobody needs any more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from domain.access import Actor, Role
from domain.background import CHECK_IMPORT, COMMIT_IMPORT, ERROR_WORKBOOK, UNDO_IMPORT
from domain.errors import DomainError
from domain.vocabulary import BatchState
from extensions import db
from models import BackgroundJob, ImportBatch, now
from operations import background, events, imports, submissions, undoing
from operations.imports import ROWS_KEPT
from operations.publishing import OnConflict, Watch
from operations.staging import STAGED

ABOUT = "import_batch"
LONGEST_READING = timedelta(hours=6)
_LONGEST_NOTE = 500
_SYSTEM = "系统"


def begin_check(
    actor: Actor, batch: ImportBatch, answers: Collection[Any] = (), skipped: Collection[str] = ()
) -> BackgroundJob:
    """Have a batch read whose upload is kept; `answers` are pairs of a column and what it means."""
    payload = {"answers": list(answers), "skipped": list(skipped)}
    return background.ask_for(actor, CHECK_IMPORT, payload, subject=(ABOUT, batch.id))


def answer_columns(
    actor: Actor, batch_id: int, version: int, answers: Mapping[str | int, str], skipped: Collection[str]
) -> BackgroundJob:
    """Have a batch read again, now that somebody has said which column is which and which sheets to leave out."""
    return begin_check(actor, imports.read_again(actor, batch_id, version), [*answers.items()], skipped)


def check_again(actor: Actor, batch_id: int, version: int) -> BackgroundJob:
    """Have a batch read once more whose reading broke off."""
    batch = submissions.taken(actor, batch_id, version, "check_again")
    batch.note, batch.reading_since = "", now()
    submissions.moved(batch, BatchState.READING)
    return begin_check(actor, batch)


def begin_error_workbook(actor: Actor, batch_id: int, *, whole: bool) -> BackgroundJob:
    """Have the refused rows of a batch, or all of them, written into a workbook that is fetched afterwards."""
    return background.ask_for(actor, ERROR_WORKBOOK, {"batch": batch_id, "whole": whole})


def refuse(batch_id: int, sentence: str) -> None:
    """End a batch whose file was not taken; the sentence says why."""
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    imports.drop_rows(batch_id)
    batch.note = sentence[:_LONGEST_NOTE]
    submissions.moved(batch, BatchState.REFUSED)


def begin_commit(
    actor: Actor, batch_id: int, version: int, on_conflict: OnConflict = OnConflict.RECORD
) -> BackgroundJob:
    """Have a batch put on record; until then nobody changes it."""
    batch = submissions.taken(actor, batch_id, version, "commit")
    payload = {"before": batch.state.value, "on_conflict": on_conflict.value}
    batch.note = ""
    submissions.moved(batch, BatchState.COMMITTING)
    return background.ask_for(actor, COMMIT_IMPORT, payload, subject=(ABOUT, batch.id))


def carry_out_commit(actor: Actor, batch_id: int, payload: Mapping[str, Any], watch: Watch) -> None:
    batch = _running(batch_id, BatchState.COMMITTING)
    if batch is not None:
        imports.reached(actor, batch_id)
        imports.put_on_record(actor, batch, _before(payload), OnConflict(payload["on_conflict"]), watch)


def _before(payload: Mapping[str, Any]) -> BatchState:
    return BatchState(payload["before"])  # type: ignore[call-arg]  # an enum is found by its value alone


def commit_failed(batch_id: int, payload: Mapping[str, Any], sentence: str) -> None:
    """Nothing went in: the batch waits as it did before, and says what happened."""
    batch = _running(batch_id, BatchState.COMMITTING)
    if batch is not None:
        batch.note = f"上一次导入没有完成，证书一行也没有导入：{sentence}"[:_LONGEST_NOTE]
        submissions.moved(batch, _before(payload))


def begin_undo(actor: Actor, batch_id: int, version: int) -> BackgroundJob:
    """Have a batch taken back, if nobody has relied on it yet."""
    batch = submissions.taken(actor, batch_id, version, "undo")
    reason = undoing.reason_against(batch)
    if reason:
        raise DomainError(reason)
    batch.note = ""
    submissions.moved(batch, BatchState.UNDOING)
    return background.ask_for(actor, UNDO_IMPORT, subject=(ABOUT, batch.id))


def carry_out_undo(actor: Actor, batch_id: int, watch: Watch) -> None:
    batch = _running(batch_id, BatchState.UNDOING)
    if batch is None:
        return
    imports.reached(actor, batch_id)
    extent = undoing.undo(actor, batch, watch)
    imports.drop_rows(batch_id)
    submissions.moved(batch, BatchState.UNDONE)
    told = {"撤下": extent.removed, "还原": extent.restored, "脱开的草稿": extent.drafts}
    events.record(
        actor, "undo_import", (ABOUT, batch.id), f"撤销“{batch.office.name}”导入的“{batch.file_name}”：撤下 {extent.removed} 条"[:500],
        from_state=BatchState.COMMITTED, to_state=BatchState.UNDONE,
        changes={label: ["", str(number)] for label, number in told.items() if number},
    )  # fmt: skip


def undo_failed(batch_id: int, sentence: str) -> None:
    """Nothing was taken back: the batch stands as it did."""
    batch = _running(batch_id, BatchState.UNDOING)
    if batch is not None:
        ended_at = batch.ended_at
        batch.note = f"上一次撤销没有完成，证书都还在：{sentence}"[:_LONGEST_NOTE]
        submissions.moved(batch, BatchState.COMMITTED)
        batch.ended_at = ended_at or batch.committed_at


def _running(batch_id: int, state: BatchState) -> ImportBatch | None:
    """Return the batch, locked; None where an earlier attempt has done the work already."""
    query = select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()
    batch = db.session.scalar(query.execution_options(populate_existing=True))
    return batch if batch is not None and batch.state is state else None


def tidy_up() -> None:
    """Remove what a killed reading left behind, give up what nobody decided, forget rows whose time is over."""
    moment = now()
    for batch in _of(BatchState.READING, ImportBatch.reading_since < moment - LONGEST_READING):
        if not background.is_under_way(ABOUT, batch.id):
            imports.drop(batch.id)
    for state in (BatchState.CHECKED, BatchState.UNMAPPED):
        for batch in _of(state, ImportBatch.created_at < moment - ROWS_KEPT):
            _give_up(batch)
    with_rows = list(db.session.scalars(select(STAGED.c.batch_id).distinct()))
    over = select(ImportBatch.id).where(ImportBatch.id.in_(with_rows), ImportBatch.ended_at < moment - ROWS_KEPT)
    db.session.execute(delete(STAGED).where(STAGED.c.batch_id.in_(list(db.session.scalars(over)))))


def _of(state: BatchState, condition: Any) -> list[ImportBatch]:
    return list(db.session.scalars(select(ImportBatch).where(ImportBatch.state == state, condition)))


def _give_up(batch: ImportBatch) -> None:
    before = batch.state
    imports.drop_rows(batch.id)
    submissions.moved(batch, BatchState.ABANDONED)
    events.record(
        Actor(Role.ADMIN, None, _SYSTEM, batch.place), "abandon_import", (ABOUT, batch.id),
        f"“{batch.file_name}”过了 {ROWS_KEPT.days} 天没有导入，不再保留"[:500], from_state=before, to_state=BatchState.ABANDONED,
    )  # fmt: skip
