"""Files in, report out: a workbook is read once, judged row by row and staged; what it cannot be read as is refused.

The parts are in importing/, how a file becomes rows is in workbooks/, committing what was staged is operations.imports.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from flask import current_app

import workbooks
from domain.access import Actor
from domain.certificate_rows import Importer
from domain.errors import DomainError, WorkbookRefused
from domain.vocabulary import BatchState, Outcome
from extensions import db, writing, writing_apart
from importing import alike as alike_rows
from importing import mending
from importing.alike import Alike, Change
from importing.approvals import ScannedPage, scanned_pages
from importing.cell_texts import Columns, columns_by_sheet, masked, texts
from importing.error_workbook import ErrorWorkbook
from importing.examining import ColumnsUnclear, Examination, columns_told, matched
from importing.judging import Judged, without_id_numbers
from importing.kept_uploads import KeptUploads
from importing.layout import NOT_IMPORTED, Answers
from importing.mending import Edits
from importing.report import JsonReport
from importing.template import write_template
from models import ImportBatch, Office, StagedRow
from operations import bulk, campaigns, columns, dictionaries, import_runs, imports, submissions
from operations.publishing import Watch, unwatched

__all__ = [
    "NOT_IMPORTED", "UPLOAD_BYTES", "Alike", "Change", "Columns", "ColumnsUnclear", "ErrorWorkbook", "Examination", "JsonReport",
    "Judged", "ScannedPage", "alike", "check", "columns_by_sheet", "error_file", "error_file_name", "examination", "examine",
    "kept_uploads", "masked", "mend", "mend_alike", "read_kept", "receive", "scanned_pages", "texts", "whole_file", "without_id_numbers",
    "write_template",
]  # fmt: skip

UPLOAD_BYTES = 50 << 20
MOST_MENDED = 5_000
Changing = Callable[[], AbstractContextManager[Any]]
"""How a change is begun: `extensions.writing`, or a job's own way, which fails once the job is not its any more."""


def importer_of(office: Office) -> Importer:
    return Importer(
        office.name, office.kind, tuple(office.title_series), office.place, campaigns.of_office(office.place)
    )


def examination(office: Office, answers: Answers | None = None, skipped: Collection[str] = ()) -> Examination:
    """Prepare the reading of a workbook of this office: its rules and today's dictionaries are loaded once."""
    known: dict[str | int, str] = {**columns.remembered(office.id), **(answers or {})}
    return Examination(importer_of(office), dictionaries.for_workbook(), known, skipped)


def examine(reading: Examination, source: Path | BinaryIO) -> Iterator[Judged]:
    """Judge a workbook without writing anything."""
    for group in reading.groups(workbooks.read(source)):
        yield from group


def check(actor: Actor, office: Office, source: BinaryIO, file_name: str, watch: Watch = unwatched) -> int:
    """Read and judge a workbook into a new batch and return its id; a refused workbook leaves no batch."""
    reading = examination(office)
    batch_id = _opened(actor, office.id, source, file_name)
    with _nothing_left_of(batch_id):
        _read_into(batch_id, reading, source, watch, writing)
    return batch_id


def receive(actor: Actor, office_id: int, upload: IO[bytes], file_name: str) -> tuple[int, int]:
    """Keep an upload, encrypted as it comes, and have it checked: return its batch and the job, which is still asleep."""
    with _disk_may_be_full(), kept_uploads().arriving(upload) as arrived:
        if arrived.size > UPLOAD_BYTES:
            raise WorkbookRefused(f"这个文件太大了（最大 {UPLOAD_BYTES >> 20} MB），请拆成几个工作簿分别上传")
        with writing():
            batch = imports.open_batch(actor, office_id, file_name, arrived.digest)
            job = import_runs.begin_check(actor, batch)
            arrived.becomes(batch.id)
            return batch.id, job.id


def read_kept(
    batch_id: int, answers: Answers, skipped: Collection[str], watch: Watch, changing: Changing = writing
) -> None:
    """Read a kept upload from its start; where its columns are unclear, the batch waits until somebody has named them.

    What an earlier attempt left is dropped first. The last step and it alone lets the batch be seen as checked;
    `changing` opens it.
    """
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    if batch.state is not BatchState.READING:
        return
    reading, office_id = examination(batch.office, answers, skipped), batch.office_id
    with writing_apart():
        imports.drop_rows(batch_id)
    source = kept_uploads().opened(batch_id)
    if source is None:
        raise DomainError("上传的文件已经过期，请重新上传")
    with source:
        _read_or_ask(batch_id, reading, source, watch, changing)
    if answers:
        with writing():
            columns.remember(office_id, {str(header): key for header, key in answers.items()})


def mend(actor: Actor, batch_id: int, version: int, edits: Edits) -> ImportBatch:
    """Take over cells that were typed anew in rows of a checked batch: position -> field -> words.

    They are judged as an upload would judge them, repeats in the workbook and the record included. Only flushes.
    """
    batch = submissions.open_batch(actor, batch_id, version)
    mending.mend(batch, edits, importer_of(batch.office), dictionaries.for_workbook())
    batch.version += 1
    db.session.flush()
    return batch


def mend_alike(actor: Actor, batch_id: int, version: int, change: Change) -> tuple[int, bool]:
    """Put one word in the place of others in every row that is wrong in this way; return in how many, and if there are more.

    A group of rows at a time, each in a short transaction: nobody else is kept from writing, and what was done stays
    done. Somebody waits at the page, so that more than MOST_MENDED take a second press.
    """
    batch = db.session.get_one(ImportBatch, batch_id)
    rows = imports.staged_rows(batch_id, [outcome for outcome in Outcome if outcome is not Outcome.SAME])
    found = dict(islice(alike_rows.edits(rows, columns_by_sheet(batch.columns), change), MOST_MENDED + 1))
    positions = list(found)[:MOST_MENDED]
    for group in bulk.in_groups(positions):
        with writing():
            version = mend(actor, batch_id, version, {at: found[at] for at in group}).version
    return len(positions), len(found) > MOST_MENDED


def alike(batch: ImportBatch, rows: Iterable[StagedRow]) -> list[Alike]:
    """Return the wrong values that several of these rows share."""
    return alike_rows.groups(rows, columns_by_sheet(batch.columns), dictionaries.for_workbook())


def error_file_name(batch: ImportBatch, *, whole: bool) -> str:
    return f"{batch.file_name.rpartition('.')[0] or batch.file_name}（{'全部行' if whole else '要改的行'}）"


def error_file(batch: ImportBatch, watch: Watch = unwatched) -> tuple[BinaryIO, int]:
    """Return the refused rows of a batch as a workbook, in a file that nobody else can open, and how many they are."""
    refused = [outcome for outcome in Outcome if outcome.refused]
    rows = ((row, None) for row in imports.staged_rows(batch.id, refused) if not (row.kept or {}).get("overwritten"))
    return _as_workbook(batch, rows, watch, batch.refused)


def whole_file(batch: ImportBatch, watch: Watch = unwatched) -> tuple[BinaryIO, int]:
    """Return all rows of a batch as a workbook, the wrong ones marked: each column as the office sent it."""
    source = kept_uploads().opened(batch.id)
    if source is None:
        raise DomainError("上传的文件已经过期，只能下载错误行")
    with source:
        rows = matched(imports.staged_rows(batch.id), workbooks.read(source))
        return _as_workbook(batch, rows, watch, batch.total)


def _as_workbook(
    batch: ImportBatch, rows: Iterable[tuple[StagedRow, Sequence[Any] | None]], watch: Watch, total: int
) -> tuple[BinaryIO, int]:
    told, number = batch.columns, 0
    with kept_uploads().folder_for_writing() as folder:
        path = folder / "rows.xlsx"
        with ErrorWorkbook(path, lambda: told) as book:
            for number, (row, sent) in enumerate(rows, start=1):
                book.add(row.sheet, row.outcome, row.content, sent)
                watch(number, total)
        return path.open("rb"), number


def kept_uploads() -> KeptUploads:
    return KeptUploads(Path(current_app.instance_path) / "uploads")


def _opened(actor: Actor, office_id: int, source: BinaryIO, file_name: str) -> int:
    digest = hashlib.file_digest(cast(Any, source), "sha256").hexdigest()
    source.seek(0)
    with writing():
        return imports.open_batch(actor, office_id, file_name, digest).id


@contextmanager
def _disk_may_be_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkbookRefused("服务器现在存不下这个文件，可能是磁盘满了。请告诉系统管理员，腾出空间后再上传") from error


@contextmanager
def _nothing_left_of(batch_id: int) -> Iterator[None]:
    """A reading that is refused or stopped leaves neither batch nor rows."""
    try:
        yield
    except BaseException:
        with writing():
            imports.drop(batch_id)
        raise


def _read_or_ask(batch_id: int, reading: Examination, source: BinaryIO, watch: Watch, changing: Changing) -> None:
    try:
        _read_into(batch_id, reading, source, watch, changing)
    except ColumnsUnclear as unclear:
        with changing():
            imports.ask_for_columns(batch_id, columns_told(unclear.layouts))


def _read_into(batch_id: int, reading: Examination, source: BinaryIO, watch: Watch, changing: Changing) -> None:
    """Stage the rows a group at a time, each in a short transaction; the batch is seen when all are there."""
    with _few_collections():
        for group in reading.groups(workbooks.read(source)):
            rows = reading.staged(batch_id, group)
            with writing_apart():
                imports.stage(rows)
            watch(group[-1].position, reading.expected)
    with changing():
        imports.finish_reading(
            batch_id,
            counts=reading.counts,
            attention=reading.attention,
            columns=reading.told(),
            left_out=reading.left_out,
        )


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let Python look for cycles seldom: reading makes none, and the search would go through each group many times."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
