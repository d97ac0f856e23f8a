"""导入: a workbook is uploaded, its columns named where that is needed, its rows looked through, then put on record."""

from __future__ import annotations

import io
from typing import Any

from flask import abort, flash, redirect, request, send_file, url_for
from flask_admin import expose
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import StopValidation
from wtforms.widgets import HiddenInput

import importers
from admin_views.batch import as_id
from admin_views.forms import BackOfficeForm, one_of, options
from admin_views.import_columns import OPTIONS, ColumnAnswers, summaries
from admin_views.import_mending import Mending, alike_in, controls, where
from admin_views.import_rows import CONFLICT, NEW, SAME, SHOWN, WRONG, RowKind, Typed, kind_named, kinds_of, preview
from admin_views.import_submissions import Submitting, pages_of
from admin_views.screen import BackOfficeScreen, screen_url
from domain.access import Permission
from domain.batches import available
from domain.errors import DomainError, NotFound, StaleVersion
from domain.vocabulary import BatchState, Outcome
from extensions import writing
from listing.paging import PAGE
from models import ImportBatch, Office
from operations import conflicts, imports, offices, submissions
from operations.dictionary_changes import series_names
from web.access import current_actor

STEPS = ("上传表格", "对应列", "检查数据", "导入")
STEP_OF = {
    BatchState.UNMAPPED: 2, BatchState.CHECKED: 3, BatchState.RETURNED: 3, BatchState.SUBMITTED: 4,
    BatchState.COMMITTED: len(STEPS) + 1,
}  # fmt: skip
TONES = {
    BatchState.COMMITTED: "ok", BatchState.CHECKED: "warn", BatchState.UNMAPPED: "warn", BatchState.SUBMITTED: "info",
    BatchState.RETURNED: "warn",
}  # fmt: skip
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATE_NAME = "历年中初级证书明细表（模板）.xlsx"
NO_NAME = "没有名称的表格"


def file_is_chosen(form: Any, field: FileField) -> None:
    if not isinstance(field.data, FileStorage) or not field.data.filename:
        raise StopValidation("还没有选表格，请选一个 Excel 或 WPS 文件")


class UploadForm(BackOfficeForm):
    office = one_of("为哪个机构导入", "请选机构", description="表里的证书记在这个机构名下，默认是您的机构")
    file = FileField("表格", [file_is_chosen], description="收 .xlsx、.xls、.et、.ods，最大 50 MB")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = offices.below(current_actor(), Permission.IMPORT)
        self.office.choices = options((office.id, office.name) for office in listed)
        self.office.data = self.office.data or str(current_actor().office_id)


class BatchForm(BackOfficeForm):
    """Sends along which state of the batch was looked at."""

    version = IntegerField(widget=HiddenInput())


class ImportView(Mending, Submitting, BackOfficeScreen):
    slug, label, icon = "imports", "导入", "upload"
    permission = Permission.IMPORT

    # The list of batches, and the upload above it.

    @expose("/")
    def index_view(self) -> str:
        return self._list_page(UploadForm(formdata=None))

    @expose("/upload/", methods=("POST",))
    def upload_view(self) -> str | Response:
        form = UploadForm()
        batch_id = self._uploaded(form) if form.validate_on_submit() else None
        return self._list_page(form) if batch_id is None else self._to(batch_id)

    def _uploaded(self, form: UploadForm) -> int | None:
        actor, file = current_actor(), form.file.data
        name = file.filename.replace("\\", "/").rpartition("/")[2] or NO_NAME
        try:
            office: Office = offices.reached(actor, Permission.IMPORT, int(form.office.data))
            return importers.upload(actor, office, file.stream, name)
        except DomainError as refusal:
            form.say("file", refusal.sentence)
            return None

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
            options=OPTIONS, problems=problems or [], steps=STEPS, step=STEP_OF[batch.state],
        )  # fmt: skip

    def _rows_page(self, batch: ImportBatch, typed: Typed | None = None, *, revealed: bool = False) -> str:
        kinds = kinds_of(batch)
        kind = kind_named(kinds, request.args.get("kind", ""))
        rows, pager = self._page_of(batch, kind) if kind else ([], None)
        return self.render(
            "admin/imports/batch.html", page_title=batch.file_name, batch=batch, steps=STEPS, step=STEP_OF.get(batch.state),
            kinds=kinds, kind=kind, fields=SHOWN, rows=preview(batch, rows, typed, revealed=revealed), pager=pager, columns=summaries(batch), tones=TONES,
            can=available(batch, current_actor()), pages=pages_of(batch), incomplete=batch.count(Outcome.WRONG),
            new=NEW.count(batch), same=SAME.count(batch), conflicts=CONFLICT.count(batch), wrong=WRONG.count(batch),
            chosen=conflicts.how_many_chosen(batch.id), alike=alike_in(batch, kind.slug if kind else ""), where=where(),
            controls=controls(), certificates_url=screen_url("certificates"),
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

    @expose("/<int:batch_id>/columns/", methods=("POST",))
    def columns_view(self, batch_id: int) -> str | Response:
        batch = self._reached(batch_id)
        if not _waits_for_columns(batch):
            return self._to(batch_id)
        answers = ColumnAnswers(batch, request.form)
        problems = list(answers.problems())
        if problems:
            return self._columns_page(batch, answers, problems)
        return self._read_again(batch_id, answers)

    def _read_again(self, batch_id: int, answers: ColumnAnswers) -> Response:
        version = BatchForm().version.data or 0
        try:
            importers.answer_columns(current_actor(), batch_id, version, answers.by_header, answers.skipped)
        except NotFound:
            raise
        except StaleVersion as stale:
            flash(stale.sentence, "warn")
        except DomainError as refusal:
            flash(f"{refusal.sentence}。这一批已经撤下，请改好再上传。", "bad")
            return redirect(url_for(".index_view"), 303)
        return self._to(batch_id)

    # Deciding: into the register, or not at all.

    @expose("/<int:batch_id>/commit/", methods=("POST",))
    def commit_view(self, batch_id: int) -> Response:
        actor, version = current_actor(), self.version_seen()
        self._reached(batch_id)
        with self.refusals_told():
            with writing():
                imports.commit_batch(actor, batch_id, version)
            with writing():
                imports.forget_rows(batch_id)
        return self._to(batch_id)

    @expose("/<int:batch_id>/set-aside/", methods=("POST",))
    def set_aside_view(self, batch_id: int) -> Response:
        """Keep the rows that stay wrong as reference records when the batch goes in, or do not."""
        self._reached(batch_id)
        actor, version, keep = current_actor(), self.version_seen(), request.form.get("keep") == "1"
        with self.refusals_told(), writing():
            imports.set_aside(actor, batch_id, version, keep=keep)
        return self._to(batch_id)

    @staticmethod
    def version_seen() -> int:
        """Return which state of the batch the sender had looked at."""
        return BatchForm().version.data or 0

    def pill(self) -> str:
        """Return how many submitted batches wait for this office."""
        waiting = submissions.waiting(current_actor())
        return str(waiting) if waiting else ""

    @expose("/<int:batch_id>/abandon/", methods=("GET", "POST"))
    def abandon_view(self, batch_id: int) -> str | Response:
        batch = self._reached(batch_id)
        form = BatchForm(version=batch.version)
        if form.validate_on_submit():
            return self._abandoned(batch_id, form.version.data or 0)
        return self.render(
            "admin/confirm.html", title="放弃这一批", submit_label="确认放弃", tone="bad", form=form,
            lead=f"{batch.file_name}，{batch.total:,} 行，为“{batch.office.name}”上传。",
            warning="检查的结果不再保留，证书一行也不会导入。以后要导入，请重新上传。",
            cancel_url=url_for(".batch_view", batch_id=batch_id),
        )  # fmt: skip

    def _abandoned(self, batch_id: int, version: int) -> Response:
        actor = current_actor()
        try:
            with writing():
                imports.discard(actor, batch_id, version)
        except StaleVersion as stale:
            flash(f"{stale.sentence}。", "warn")
            return self._to(batch_id)
        importers.kept_uploads().forget(batch_id)
        flash("这一批已经放弃，没有导入。", "ok")
        return redirect(url_for(".index_view"), 303)

    @expose("/<int:batch_id>/errors/", methods=("POST",))
    def errors_view(self, batch_id: int) -> Response:
        """Give the refused rows back as they were typed, ID numbers whole: that leaves an event."""
        batch, actor = self._reached(batch_id), current_actor()
        name = f"{batch.file_name.rpartition('.')[0] or batch.file_name}（要改的行）.xlsx"
        file = importers.error_file(batch)
        with writing():
            imports.note_download(actor, batch_id)
        return send_file(file, SHEET_TYPE, as_attachment=True, download_name=name)


def _waits_for_columns(batch: ImportBatch) -> bool:
    return batch.state is BatchState.UNMAPPED
