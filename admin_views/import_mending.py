"""The part of 导入 that changes checked rows: a cell, the same value in many rows, whose values stay in a conflict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

import importers
from admin_views.batch import as_id
from admin_views.import_rows import ATTENTION, WRONG, RowKind
from admin_views.revealing import note_number
from domain.certificate_fields import BY_KEY, STORED, terms_of
from domain.errors import DomainError, NotFound
from domain.vocabulary import Outcome
from extensions import writing
from models import ImportBatch, StagedRow
from operations import conflicts, imports, staging
from web.access import current_actor

WHERE = ("kind", "after", "before")
LOOKED_AT = 2000
"""So many rows are looked through for values that repeat; mending them together reaches every row."""
MOST_GROUPS = 8
"""So many are offered at once; when they are mended, the next ones are."""


class Mending:
    """A part of ImportView."""

    @expose("/<int:batch_id>/mend/", methods=("POST",))
    def mend_view(self: Any, batch_id: int) -> str | Response:
        """Take over what was typed in one row and check it at once."""
        batch, row = self._row(batch_id, request.form.get("position", ""))
        typed = _changed_cells(batch, row)
        if not typed:
            flash(f"第 {row.row} 行没有改动。", "warn")
            return self._back(batch_id)
        refused = self._mended(batch_id, {row.position: typed})
        if refused:
            flash(f"{refused}。您填的内容还在，看过以后可以再保存。", "warn")
            return self._rows_page(self._reached(batch_id), typed={row.position: typed})
        _tell(*self._row(batch_id, row.position)[1:])
        return self._back(batch_id, row.position)

    @expose("/<int:batch_id>/rows/<int:position>/")
    def row_view(self: Any, batch_id: int, position: int) -> str:
        """Show one row whole, to mend what no mistake was found in as well."""
        batch, row = self._row(batch_id, position)
        self._refuse_closed(batch)
        content = row.content
        there = importers.texts(content, importers.columns_by_sheet(batch.columns).get(row.sheet, ()))
        said = [(BY_KEY[key], sentence) for name in ("errors", "warnings") for key, sentence in content.get(name, ())]
        fields = [(one, importers.masked(one.key, there.get(one.key, ""))) for one in STORED]
        return self.render(
            "admin/imports/row.html", page_title=batch.file_name, batch=batch, row=row, fields=fields, said=said,
            controls=controls(), back_url=url_for(".batch_view", batch_id=batch_id, **where()), where=where(),
        )  # fmt: skip

    @expose("/<int:batch_id>/mend-alike/", methods=("POST",))
    def mend_alike_view(self: Any, batch_id: int) -> Response:
        """Put one value in the place of those that are wrong alike, in every row that has them."""
        self._reached(batch_id)
        form, to = request.form, request.form.get("to", "").strip()
        change = importers.Change(form.get("field", ""), set(form.getlist("value")), form.get("said", ""), to)
        if change.key not in BY_KEY or not to:
            flash("还没有选改成什么，请先选或填好。", "warn")
            return self._back(batch_id)
        with self.refusals_told():
            rows, more = importers.mend_alike(current_actor(), batch_id, self.version_seen(), change)
            told = f"{rows:,} 行的“{BY_KEY[change.key].header}”一起改成了“{to}”，已经重新检查。"
            flash(f"{told}还有同样写法的行，请再点一次。" if more else told, "ok")
        return self._back(batch_id)

    @expose("/<int:batch_id>/choose/", methods=("POST",))
    def choose_view(self: Any, batch_id: int) -> Response:
        """Let the record's or the workbook's values stay, for one row or for all."""
        self._reached(batch_id)
        actor, version, position = current_actor(), self.version_seen(), as_id(request.form.get("position", ""))
        workbook = request.form.get("take") == "workbook"
        with self.refusals_told(), writing():
            rows = [position] if position else None
            conflicts.choose(actor, batch_id, version, workbook=workbook, positions=rows)
        return self._back(batch_id, position)

    @expose("/<int:batch_id>/reveal/", methods=("POST",))
    def reveal_view(self: Any, batch_id: int) -> str:
        """Show the ID numbers to be mended on this page whole; that leaves an event."""
        batch = self._reached(batch_id)
        self._refuse_closed(batch)
        note_number(("import_batch", batch_id), f"查看“{batch.file_name}”里要改的身份证号")
        return self._rows_page(self._reached(batch_id), revealed=True)

    def _row(self: Any, batch_id: int, position: Any) -> tuple[ImportBatch, StagedRow]:
        batch, at = self._reached(batch_id), as_id(position)
        rows = staging.rows_at(batch.id, [at]) if at else []
        if not rows:
            abort(404)
        return batch, rows[0]

    def _refuse_closed(self: Any, batch: ImportBatch) -> None:
        """A batch that does not lie with its own office is only looked at."""
        if not batch.is_open:
            abort(404)

    def _mended(self: Any, batch_id: int, edits: Mapping[int, Mapping[str, str]]) -> str:
        """Take over what was typed; return the sentence where the rules refuse it."""
        actor, version = current_actor(), self.version_seen()
        try:
            with writing():
                importers.mend(actor, batch_id, version, edits)
        except NotFound:
            raise
        except DomainError as refusal:
            return refusal.sentence
        return ""

    def _back(self: Any, batch_id: int, position: int | None = None) -> Response:
        anchor = f"row-{position}" if position else "rows"
        return redirect(url_for(".batch_view", batch_id=batch_id, _anchor=anchor, **where()), 303)


def where() -> dict[str, str]:
    """Return which rows were looked at: an answer leads back to them."""
    return {name: request.args[name] for name in WHERE if request.args.get(name)}


def _changed_cells(batch: ImportBatch, row: StagedRow) -> dict[str, str]:
    """Return what was typed anew, by field; an ID number is not shown whole, so an empty box leaves it alone."""
    there = importers.texts(row.content, importers.columns_by_sheet(batch.columns).get(row.sheet, ()))
    typed = {one.key: request.form.get(f"cell-{one.key}") for one in STORED}
    kept = {key for key in typed if typed[key] is None or (key == "id_number" and not (typed[key] or "").strip())}
    return {
        key: text for key, text in typed.items() if text is not None and key not in kept and text != there.get(key, "")
    }


def _tell(row: StagedRow) -> None:
    errors = [sentence for _, sentence in row.content.get("errors", ())]
    if row.outcome is Outcome.WRONG:
        flash(f"第 {row.row} 行还有 {len(errors)} 处要改。", "warn")
    elif row.outcome.refused:
        flash(f"第 {row.row} 行：{errors[0] if errors else row.outcome.label}。", "warn")
    else:
        flash(f"第 {row.row} 行改好了：{row.outcome.label}。", "ok")


def controls() -> dict[str, list[str]]:
    """Return the words of fields that have few; the others are typed."""
    return {one.key: [term.label for term in terms_of(one)] for one in STORED if one.terms}


def alike_in(batch: ImportBatch, kind: RowKind | None) -> tuple[list[importers.Alike], int]:
    """Return what can be mended in several rows at once, and how much more there is of it.

    Only for the kinds of rows in which something is said of values.
    """
    if kind not in (WRONG, ATTENTION) or not batch.is_open:
        return [], 0
    wanted = [Outcome.WRONG] if kind is WRONG else kind.outcomes
    rows = imports.page_of_rows(batch.id, wanted, warned=kind.warned, most=LOOKED_AT)
    groups = importers.alike(batch, rows)
    for group in groups:
        group.looked_at = LOOKED_AT if len(rows) == LOOKED_AT < kind.count(batch) else None
    return groups[:MOST_GROUPS], max(len(groups) - MOST_GROUPS, 0)
