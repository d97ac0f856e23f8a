"""The part of 导入 for batches that carry scans of 批文: adding and removing pages, submitting, sending back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from admin_views.forms import BackOfficeForm, words
from domain.errors import DomainError, FieldProblem, NotFound, PhotoRefused
from extensions import writing
from importers import ScannedPage, scanned_pages
from models import ImportBatch
from operations import submissions
from operations.submissions import StoredPage
from storage import StorageAway, new_key
from web.access import current_actor
from web.photos import photo_response


class SendBackForm(BackOfficeForm):
    version = IntegerField(widget=HiddenInput())
    reply = words(
        "退回的原因", "请写明要改什么，报送的机构会看到", longest=1000, lines=True,
        description="如“第 3 页批文不清楚，请重扫”。报送的机构会看到这些话",
    )  # fmt: skip


class Submitting:
    """A part of ImportView."""

    @expose("/<int:batch_id>/approval/", methods=("POST",))
    def approval_view(self: Any, batch_id: int) -> Response:
        self._reached(batch_id)
        added, problems = 0, []
        for file in request.files.getlist("pages"):
            if file.filename:
                try:
                    added += _attach(batch_id, file)
                except (PhotoRefused, StorageAway) as refusal:
                    problems.append(f"“{file.filename}”：{refusal.sentence}。")
        _say(added, problems)
        return redirect(url_for(".batch_view", batch_id=batch_id, _anchor="approval"), 303)

    @expose("/<int:batch_id>/approval/<int:page_id>/remove/", methods=("POST",))
    def remove_page_view(self: Any, batch_id: int, page_id: int) -> Response:
        self._reached(batch_id)
        actor = current_actor()
        with self.refusals_told():
            with writing():
                key = submissions.remove_page(actor, batch_id, page_id)
            _forget([key])
        return redirect(url_for(".batch_view", batch_id=batch_id, _anchor="approval"), 303)

    @expose("/<int:batch_id>/approval/<int:page_id>.jpg")
    def page_view(self: Any, batch_id: int, page_id: int) -> Response:
        page: Response = photo_response(submissions.page_of(self._reached(batch_id), page_id).key)
        return page

    @expose("/<int:batch_id>/submit/", methods=("POST",))
    def submit_view(self: Any, batch_id: int) -> Response:
        self._reached(batch_id)
        actor, version = current_actor(), self.version_seen()
        with self.refusals_told():
            with writing():
                submissions.submit(actor, batch_id, version)
            flash("已经报送，上级处理以后会在这里看到结果。", "ok")
        return self._to(batch_id)

    @expose("/<int:batch_id>/send-back/", methods=("GET", "POST"))
    def send_back_view(self: Any, batch_id: int) -> str | Response:
        batch = self._reached(batch_id)
        form = SendBackForm(version=batch.version)
        if form.validate_on_submit() and self._sent_back(batch_id, form):
            return self._to(batch_id)
        batch = self._reached(batch_id)
        return self.render(
            "admin/confirm.html", title="退回这一批", submit_label="确认退回", tone="warn", form=form,
            lead=f"{batch.file_name}，{batch.total:,} 行，“{batch.office.name}”报送。",
            warning="退回以后，报送的机构可以改好再报，证书一行也不会导入。",
            cancel_url=url_for(".batch_view", batch_id=batch_id),
        )  # fmt: skip

    def _sent_back(self: Any, batch_id: int, form: SendBackForm) -> bool:
        actor = current_actor()
        try:
            with self.refusals_told(), writing():
                submissions.send_back(actor, batch_id, form.version.data or 0, form.reply.data)
        except FieldProblem as problem:
            form.show(problem)
            return False
        return True

    @contextlib.contextmanager
    def refusals_told(self) -> Any:
        """Tell what the rules refuse on the page that follows; what is nobody's stays not found."""
        try:
            yield
        except (NotFound, FieldProblem):
            raise
        except DomainError as refusal:
            flash(f"{refusal.sentence}。", "warn")


def _attach(batch_id: int, file: FileStorage) -> int:
    """Store the pages of one file and put them to the batch; return how many are new."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    stored = [_stored(page) for page in scanned_pages(file.stream.read(), name)]
    actor = current_actor()
    try:
        with writing():
            extra = submissions.attach_pages(actor, batch_id, stored)
    except BaseException:
        _forget(page.key for page in stored)
        raise
    _forget(extra)
    return len(stored) - len(extra)


def _stored(page: ScannedPage) -> StoredPage:
    key = new_key()
    current_app.extensions["photos"].put(key, page.photo.data)
    return StoredPage(page.label, page.photo, key)


def _forget(keys: Iterable[str]) -> None:
    """Where the storage is away a picture that nobody needs stays, and nobody is held up."""
    for key in keys:
        with contextlib.suppress(StorageAway):
            current_app.extensions["photos"].delete(key)


def _say(added: int, problems: list[str]) -> None:
    for problem in problems:
        flash(problem, "bad")
    if added:
        flash(f"上传了 {added} 页批文。", "ok")
    elif not problems:
        flash("没有新的页，请先选批文的扫描件（JPG、PNG 或 PDF）。", "warn")


def pages_of(batch: ImportBatch) -> list[dict[str, Any]]:
    """Return the pages of a batch as the viewer wants them."""
    return [
        {
            "id": page.id, "label": f"第 {at} 页", "title": page.label, "alt": f"批文第 {at} 页",
            "url": url_for("imports.page_view", batch_id=batch.id, page_id=page.id),
        }
        for at, page in enumerate(batch.pages, 1)
    ]  # fmt: skip
