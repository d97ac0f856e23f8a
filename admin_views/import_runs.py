"""The part of 导入 for what the worker does: taking an upload in, its progress, putting on record, giving up, taking back."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, url_for
from flask_admin import expose
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.validators import StopValidation
from wtforms.widgets import HiddenInput

import importers
import jobs
from admin_views.forms import BackOfficeForm, one_of, options
from domain.access import Permission
from domain.batches import available
from domain.errors import DomainError
from domain.vocabulary import BatchState
from extensions import writing
from models import ImportBatch
from operations import background, import_runs, imports, offices, undoing
from operations.import_runs import ABOUT
from web.access import current_actor

SOON = 1.5
"""Seconds a page waits for the worker: a small workbook is checked by then, and the reader never sees a bar."""
NO_NAME = "没有名称的表格"
UNDER_WAY = {
    BatchState.READING: "正在检查表格", BatchState.COMMITTING: "正在导入", BatchState.UNDOING: "正在撤销导入",
}  # fmt: skip
BY_HAND = "命令行正在办理这一批"
STEPS = ("上传表格", "对应列", "检查数据", "导入")
STEP_OF = {
    BatchState.REFUSED: 1, BatchState.UNMAPPED: 2, BatchState.READING: 3, BatchState.CHECKED: 3, BatchState.RETURNED: 3,
    BatchState.SUBMITTED: 4, BatchState.COMMITTING: 4, BatchState.COMMITTED: len(STEPS) + 1,
}  # fmt: skip


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


class Running:
    """A part of ImportView."""

    @expose("/upload/", methods=("POST",))
    def upload_view(self: Any) -> str | Response:
        form = UploadForm()
        batch_id = self._received(form) if form.validate_on_submit() else None
        return self._list_page(form) if batch_id is None else self._to(batch_id)

    def _received(self, form: UploadForm) -> int | None:
        """Take the file in; one that is refused within the moment this page waits leaves nothing but the sentence."""
        actor, file = current_actor(), form.file.data
        name = file.filename.replace("\\", "/").rpartition("/")[2] or NO_NAME
        try:
            batch_id, job_id = importers.receive(actor, int(form.office.data), file.stream, name)
        except DomainError as refusal:
            form.say("file", refusal.sentence)
            return None
        begin(job_id)
        refusal_told = _refused(batch_id)
        if refusal_told:
            form.say("file", refusal_told)
            return None
        return batch_id

    @expose("/<int:batch_id>/progress/")
    def progress_view(self: Any, batch_id: int) -> Response:
        """Answer what static/js/poll.js asks."""
        batch = self._reached(batch_id)
        told = progress_of(batch)
        return jsonify(told.as_json | {"finished": not batch.state.is_running})

    def _running_page(self: Any, batch: ImportBatch) -> str:
        page: str = self.render(
            "admin/imports/running.html", page_title=batch.file_name, batch=batch, title=UNDER_WAY[batch.state],
            progress=progress_of(batch), can=available(batch, current_actor()),
            steps=STEPS, step=STEP_OF.get(batch.state),
        )  # fmt: skip
        return page

    @expose("/<int:batch_id>/commit/", methods=("POST",))
    def commit_view(self: Any, batch_id: int) -> Response:
        self._reached(batch_id)
        actor, version = current_actor(), self.version_seen()
        with self.refusals_told():
            with writing():
                job_id = import_runs.begin_commit(actor, batch_id, version).id
            begin(job_id)
        return self._to(batch_id)

    @expose("/<int:batch_id>/check-again/", methods=("POST",))
    def check_again_view(self: Any, batch_id: int) -> Response:
        self._reached(batch_id)
        actor, version = current_actor(), self.version_seen()
        with self.refusals_told():
            with writing():
                job_id = import_runs.check_again(actor, batch_id, version).id
            begin(job_id)
        return self._to(batch_id)

    @expose("/<int:batch_id>/abandon/", methods=("GET", "POST"))
    def abandon_view(self: Any, batch_id: int) -> str | Response:
        batch = self._reached(batch_id)
        form = BatchForm(version=batch.version)
        if form.validate_on_submit():
            return self._abandoned(batch_id, form.version.data or 0)
        page: str = self.render(
            "admin/confirm.html", title="放弃这一批", submit_label="确认放弃", tone="bad", form=form,
            lead=f"{batch.file_name}，{_size(batch)}为“{batch.office.name}”上传。",
            warning="检查的结果不再保留，证书一行也不会导入。以后要导入，请重新上传。",
            cancel_url=url_for(".batch_view", batch_id=batch_id), cancel_label="返回这一批",
        )  # fmt: skip
        return page

    def _abandoned(self: Any, batch_id: int, version: int) -> Response:
        actor, done = current_actor(), False
        with self.refusals_told():
            with writing():
                imports.discard(actor, batch_id, version)
            done = True
        if not done:
            return self._to(batch_id)
        importers.kept_uploads().forget(batch_id)
        flash("这一批已经放弃，没有导入。", "ok")
        return redirect(url_for(".index_view"), 303)

    @expose("/<int:batch_id>/undo/", methods=("GET", "POST"))
    def undo_view(self: Any, batch_id: int) -> str | Response:
        batch = self._reached(batch_id)
        form = BatchForm(version=batch.version)
        if form.validate_on_submit():
            return self._taken_back(batch_id, form.version.data or 0)
        reason = why_not_undone(batch)
        if reason:
            flash(f"{reason}。", "warn")
            return self._to(batch_id)
        page: str = self.render(
            "admin/confirm.html", title="撤销整批导入", submit_label="确认撤销", tone="bad", form=form,
            lead=f"{batch.file_name}，为“{batch.office.name}”导入。",
            warning="；".join(_consequences(batch)) + "。撤销以后，同一个文件可以重新导入。",
            cancel_url=url_for(".batch_view", batch_id=batch_id), cancel_label="返回这一批",
        )  # fmt: skip
        return page

    def _taken_back(self: Any, batch_id: int, version: int) -> Response:
        actor = current_actor()
        with self.refusals_told():
            with writing():
                job_id = import_runs.begin_undo(actor, batch_id, version).id
            begin(job_id)
        return self._to(batch_id)

    @staticmethod
    def version_seen() -> int:
        """Return which state of the batch the sender had looked at."""
        return BatchForm().version.data or 0


def progress_of(batch: ImportBatch) -> jobs.progress.Progress:
    job = background.newest_about(ABOUT, batch.id)
    if job is None or job.state.is_over:
        return jobs.progress.Progress(0, 0, BY_HAND, False)
    return jobs.progress.of(job)


def why_not_undone(batch: ImportBatch) -> str | None:
    """Return why a batch that was put on record cannot be taken back by whoever asks now."""
    if "undo" in available(batch, current_actor()):
        return undoing.reason_against(batch)
    return (
        "市直系列的批次由市职改办导入，也由市职改办撤销"
        if batch.state is BatchState.COMMITTED
        else "这一批现在不能撤销"
    )


def begin(job_id: int) -> None:
    """Let the worker begin, and give it the moment in which what is small is done."""
    jobs.wake(job_id)
    jobs.wait(job_id, SOON)


def _refused(batch_id: int) -> str:
    """Return why a file was refused at once; the batch, which nobody has seen yet, is gone then."""
    with writing() as session:
        batch = session.get(ImportBatch, batch_id)
        if batch is None or batch.state is not BatchState.REFUSED:
            return ""
        sentence = batch.note
        imports.drop(batch_id)
    importers.kept_uploads().forget(batch_id)
    return sentence


def _size(batch: ImportBatch) -> str:
    return f"{batch.total:,} 行，" if batch.total else ""


def _consequences(batch: ImportBatch) -> list[str]:
    extent = undoing.extent(batch)
    told = []
    if extent.removed:
        told.append(f"这一批导入的 {extent.removed:,} 条证书记录会从系统里删去")
    if extent.restored:
        told.append(f"改写过的 {extent.restored:,} 条记录还原成导入前的内容")
    if extent.drafts:
        told.append(f"有 {extent.drafts:,} 位持证人正在填写，他们填的内容还在，会收到一条消息")
    return told
