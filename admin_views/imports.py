"""导入: a workbook is uploaded, its columns named where that is needed, its rows looked through, then put on record."""

from __future__ import annotations

import io
from typing import Any

from flask import abort, flash, redirect, request, send_file, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

import importers
import jobs
from admin_views.batch import as_id
from admin_views.import_columns import OPTIONS, ColumnAnswers, summaries
from admin_views.import_mending import Mending, alike_in, controls, where
from admin_views.import_rows import CONFLICT, NEW, SAME, SHOWN, WRONG, RowKind, Typed, kind_named, kinds_of, preview
from admin_views.import_runs import STEP_OF, STEPS, Running, UploadForm, begin, progress_of, why_not_undone
from admin_views.import_submissions import Submitting, pages_of
from admin_views.listing_view import AT_ONCE
from admin_views.screen import BackOfficeScreen, screen_url
from domain.access import Permission
from domain.batches import available
from domain.errors import DomainError
from domain.vocabulary import BatchState, Outcome
from extensions import writing
from listing.paging import PAGE
from models import ImportBatch
from operations import conflicts, import_runs, imports, submissions
from operations.dictionary_changes import series_names
from web.access import current_actor

TONES = {
    BatchState.COMMITTED: "ok", BatchState.CHECKED: "warn", BatchState.UNMAPPED: "warn", BatchState.SUBMITTED: "info",
    BatchState.RETURNED: "warn", BatchState.READING: "info", BatchState.COMMITTING: "info", BatchState.UNDOING: "info",
    BatchState.REFUSED: "bad",
}  # fmt: skip
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATE_NAME = "历年中初级证书明细表（模板）.xlsx"


class ImportView(Running, Mending, Submitting, BackOfficeScreen):
    slug, label, icon = "imports", "导入", "upload"
    permission = Permission.IMPORT

    # The list of batches, and the upload above it.

    @expose("/")
    def index_view(self) -> str:
        return self._list_page(UploadForm(formdata=None))

    def _list_page(self, form: UploadForm) -> str:
        before = as_id(request.args.get("before", ""))
        found = imports.newest(current_actor(), before=before, most=PAGE + 1)
        batches, here = found[:PAGE], url_for(".index_view")
        older = url_for(".index_view", before=batches[-1].id) if len(found) > PAGE else None
        pager = {"first_url": here if before else None, "next_url": older, "total_text": ""}
        return self.render(
            "admin/imports/index.html",
            form=form,
            batches=batches,
            tones=TONES,
            pager=pager if before or older else None,
        )

    @staticmethod
    def summary(batch: ImportBatch) -> str:
        """Return what was found in a batch, or what became of it, in one line."""
        if batch.state.is_running:
            return progress_of(batch).text.removesuffix("。可以离开本页")
        if batch.state is BatchState.REFUSED:
            return batch.note
        if _waits_for_columns(batch):
            return "有的列没有认出来，请指明"
        return imports.summary_of(batch) if batch.total and batch.state is not BatchState.ABANDONED else ""

    @expose("/template/")
    def template_view(self) -> Response:
        out = io.BytesIO()
        importers.write_template(out, series_names())
        out.seek(0)
        return send_file(out, SHEET_TYPE, as_attachment=True, download_name=TEMPLATE_NAME)

    # One batch: its columns, its rows, or what became of it.

    @expose("/<int:batch_id>/")
    def batch_view(self, batch_id: int) -> str:
        batch = self._reached(batch_id)
        if batch.state.is_running:
            return self._running_page(batch)
        return self._columns_page(batch, ColumnAnswers(batch)) if _waits_for_columns(batch) else self._rows_page(batch)

    def _reached(self, batch_id: int) -> ImportBatch:
        if as_id(batch_id) is None:
            abort(404)
        return imports.reached(current_actor(), batch_id)

    def _to(self, batch_id: int) -> Response:
        return redirect(url_for(".batch_view", batch_id=batch_id), 303)

    def _columns_page(self, batch: ImportBatch, answers: ColumnAnswers, problems: list[str] | None = None) -> str:
        return self.render(
            "admin/imports/columns.html", page_title=batch.file_name, batch=batch, sheets=list(answers.questions()),
            options=OPTIONS, problems=problems or [], steps=STEPS, step=STEP_OF[BatchState.UNMAPPED],
        )  # fmt: skip

    def _rows_page(self, batch: ImportBatch, typed: Typed | None = None, *, revealed: bool = False) -> str:
        kinds = kinds_of(batch)
        kind = kind_named(kinds, request.args.get("kind", ""))
        rows, pager = self._page_of(batch, kind) if kind else ([], None)
        alike, more_alike = alike_in(batch, kind)
        return self.render(
            "admin/imports/batch.html", page_title=batch.file_name, batch=batch, steps=STEPS, step=STEP_OF.get(batch.state),
            kinds=kinds, kind=kind, fields=SHOWN, rows=preview(batch, rows, typed, revealed=revealed), pager=pager, columns=summaries(batch), tones=TONES,
            can=available(batch, current_actor()), pages=pages_of(batch), incomplete=batch.count(Outcome.WRONG),
            new=NEW.count(batch), same=SAME.count(batch), conflicts=CONFLICT.count(batch), wrong=WRONG.count(batch),
            chosen=conflicts.how_many_chosen(batch.id), overwritten=conflicts.how_many_overwritten(batch.id),
            alike=alike, more_alike=more_alike, where=where(),
            controls=controls(), certificates_url=screen_url("certificates"), same_file=imports.earlier_with_same_file(batch),
            not_undone=why_not_undone(batch), kept=importers.kept_uploads().has(batch.id),
        )  # fmt: skip

    def _page_of(self, batch: ImportBatch, kind: RowKind) -> tuple[list[Any], dict[str, Any]]:
        after, before = (as_id(request.args.get(name, "")) for name in ("after", "before"))
        rows = imports.page_of_rows(
            batch.id, kind.outcomes, warned=kind.warned, after=after, before=before, most=PAGE + 1
        )
        more = len(rows) > PAGE
        rows = rows[1:] if more and before else rows[:PAGE]

        def page(**where: int) -> str:
            return url_for(".batch_view", batch_id=batch.id, kind=kind.slug, **where)

        has_previous, has_next = bool(rows) and (more if before else bool(after)), bool(rows) and (more or bool(before))
        return rows, {
            "first_url": page() if has_previous else None,
            "previous_url": page(before=rows[0].position) if has_previous else None,
            "next_url": page(after=rows[-1].position) if has_next else None,
            "total_text": f"{kind.label} {kind.count(batch):,} 行",
        }

    @expose("/<int:batch_id>/columns/", methods=("GET", "POST"))
    def columns_view(self, batch_id: int) -> str | Response:
        batch = self._reached(batch_id)
        if not (_waits_for_columns(batch) or batch.is_open):
            return self._to(batch_id)
        if request.method == "GET":
            return self._columns_page(batch, ColumnAnswers(batch))
        answers = ColumnAnswers(batch, request.form)
        problems = list(answers.problems())
        if problems:
            return self._columns_page(batch, answers, problems)
        return self._read_again(batch_id, answers)

    def _read_again(self, batch_id: int, answers: ColumnAnswers) -> Response:
        actor, version = current_actor(), self.version_seen()
        with self.refusals_told():
            with writing():
                job = import_runs.answer_columns(actor, batch_id, version, answers.by_header, answers.skipped)
                job_id = job.id
            begin(job_id)
        return self._to(batch_id)

    # Deciding: into the register, or not at all.

    @expose("/<int:batch_id>/set-aside/", methods=("POST",))
    def set_aside_view(self, batch_id: int) -> Response:
        """Keep the rows that stay wrong as reference records when the batch goes in, or do not."""
        self._reached(batch_id)
        actor, version, keep = current_actor(), self.version_seen(), request.form.get("keep") == "1"
        with self.refusals_told(), writing():
            imports.set_aside(actor, batch_id, version, keep=keep)
        return self._to(batch_id)

    def pill(self) -> str:
        """Return how many submitted batches wait for this office."""
        waiting = submissions.waiting(current_actor())
        return str(waiting) if waiting else ""

    @expose("/<int:batch_id>/errors/", methods=("POST",))
    def errors_view(self, batch_id: int) -> Response:
        """Give the refused rows back as they were typed, ID numbers whole: that leaves an event."""
        batch, whole = self._reached(batch_id), request.form.get("others") == "1"
        if (batch.total if whole else batch.refused) > AT_ONCE:
            return self._write_later(batch_id, whole=whole)
        actor, name = current_actor(), f"{importers.error_file_name(batch, whole=whole)}.xlsx"
        try:
            file, _ = importers.whole_file(batch) if whole else importers.error_file(batch)
        except DomainError as refusal:
            flash(f"{refusal.sentence}。", "warn")
            return self._to(batch_id)
        with writing():
            imports.note_download(actor, batch_id)
        return send_file(file, SHEET_TYPE, as_attachment=True, download_name=name)

    @staticmethod
    def _write_later(batch_id: int, *, whole: bool) -> Response:
        actor = current_actor()
        with writing():
            job_id = import_runs.begin_error_workbook(actor, batch_id, whole=whole).id
        jobs.wake(job_id)
        flash("行数较多，正在后台写表格。可以离开本页，写好后到这里取。", "info")
        return redirect(url_for("tasks.index_view"), 303)


def _waits_for_columns(batch: ImportBatch) -> bool:
    return batch.state is BatchState.UNMAPPED
