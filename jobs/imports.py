"""The long parts of an import: checking a workbook, putting its rows on record, taking a batch back."""

from __future__ import annotations

import importers
from domain.background import CHECK_IMPORT, COMMIT_IMPORT, ERROR_WORKBOOK, UNDO_IMPORT
from domain.errors import WorkbookRefused
from extensions import writing, writing_apart
from jobs.exports import kept
from jobs.running import Run, work_of
from models import BackgroundJob
from operations import import_runs, imports


def _batch(about: Run | BackgroundJob) -> int:
    assert about.subject_id is not None, "operations.import_runs names the batch of every job"
    return about.subject_id


def _check_failed(job: BackgroundJob, sentence: str) -> None:
    import_runs.refuse(_batch(job), sentence)


@work_of(CHECK_IMPORT, when_failed=_check_failed)
def check(run: Run) -> None:
    """Read an upload. What cannot be read as a workbook goes at once; what broke off is kept, to be checked again."""
    answers = dict(run.payload.get("answers", ()))
    try:
        importers.read_kept(_batch(run), answers, run.payload.get("skipped", ()), run.advance, run.writing)
    except WorkbookRefused:
        importers.kept_uploads().forget(_batch(run))
        raise


def _commit_failed(job: BackgroundJob, sentence: str) -> None:
    import_runs.commit_failed(_batch(job), job.payload, sentence)


@work_of(COMMIT_IMPORT, when_failed=_commit_failed)
def commit(run: Run) -> None:
    with run.writing(much=True):
        import_runs.carry_out_commit(run.actor, _batch(run), run.payload, run.advance)
    with writing_apart():
        imports.forget_rows(_batch(run))


def _undo_failed(job: BackgroundJob, sentence: str) -> None:
    import_runs.undo_failed(_batch(job), sentence)


@work_of(UNDO_IMPORT, when_failed=_undo_failed)
def undo(run: Run) -> None:
    with run.writing(much=True):
        import_runs.carry_out_undo(run.actor, _batch(run), run.advance)


@work_of(ERROR_WORKBOOK)
def error_workbook(run: Run) -> None:
    """Write the rows that are to be mended, or all, into a workbook that lies ready for whoever asked for it."""
    batch = imports.reached(run.actor, run.payload["batch"])
    whole = run.payload["whole"]
    name = importers.error_file_name(batch, whole=whole)
    file, rows = (importers.whole_file if whole else importers.error_file)(batch, run.advance)
    with file:
        key = kept(file.read())
    with run.writing():
        imports.note_download(run.actor, batch.id)
        run.finish(f"{name.replace('，', ' ')}，{rows:,} 行", f"{key}.xlsx")


def tidy() -> None:
    """Keep nothing longer than it is needed."""
    with writing():
        import_runs.tidy_up()
    importers.kept_uploads().forget_all_but(imports.uploads_needed())
