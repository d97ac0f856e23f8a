"""Actions on ticked rows that are asked once for all and carried out one by one, each naming the version that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin_views import batch
from admin_views.forms import BackOfficeForm
from domain.errors import DomainError
from extensions import writing
from operations import batch_results
from tables.batch_result import Named
from web.access import current_actor


class RowByRow:
    """A part of BackOfficeView: a view says what speaks against a row and takes the step, the pages are here."""

    batch_actions: Sequence[batch.BatchAction] = ()

    def reasons_against(self, name: str, row: Any) -> list[str]:
        """Return why the row cannot take the action, before any words are asked for."""
        raise NotImplementedError

    def take(self, name: str, row_id: int, version: int) -> None:
        """Take one row through the action with what the form brought; runs inside `writing()`."""
        raise NotImplementedError

    def words_form(self, name: str, *, fresh: bool = False) -> BackOfficeForm:
        """Return the form the action asks for; `fresh` shows it before anything was typed into it."""
        raise NotImplementedError

    def confirm_words(self, name: str) -> dict[str, Any]:
        """Return what else the confirm page shows: what the action means, texts to choose from."""
        return {}

    def done_url(self, row_id: int) -> str | None:
        """Return where a row that was done is to be seen."""
        return None

    def batch(self: Any, name: str, ids: list[int]) -> str | Response:
        form, rows = self.words_form(name), self.chosen(ids)
        if not rows:
            flash("勾选的记录现在不在您这里了，可能已转办或删除，请看看现在的列表。", "warn")
            return redirect(self.list_url(), 303)
        if batch.confirmed() and form.validate_on_submit():
            return self.carry_out(name, rows)
        plan = self.plan(name, rows)
        able = {row_id for row_id, _ in plan.able}
        seen = [f"{row.id}:{row.version}" for row in rows]
        carried: list[tuple[str, Any]] = [("seen", pair) for pair in seen]
        carried += [("rowid", row.id) for row in rows if row.id not in able]
        asked = form if batch.confirmed() else self.words_form(name, fresh=True)
        keep = batch.keep_key(self.slug, name, seen)
        return self.confirm_page(plan, asked, extra_hidden=carried, keep=keep, **self.confirm_words(name))

    def plan(self: Any, name: str, rows: Sequence[Any]) -> batch.Plan:
        """Say of every ticked row whether it can take the action."""
        plan = batch.Plan(self.batch_action(name))
        for row in rows:
            reasons = self.reasons_against(name, row)
            if reasons:
                plan.skipped.append((self.linked(row.id, self.row_label(row)), "；".join(reasons)))
            else:
                plan.able.append((row.id, self.row_label(row)))
        return plan

    def linked(self: Any, row_id: int, label: str) -> Named:
        """Return what names a row, with its address where there is one to go to."""
        return label, self.done_url(row_id)

    def batch_action(self, name: str) -> batch.BatchAction:
        return next(one for one in self.batch_actions if one.name == name)

    def carry_out(self: Any, name: str, rows: Sequence[Any]) -> Response:
        """Each row is a change of its own: one that cannot take the action does not hold up the others.

        What was done has a page with an address: loaded again, or come back to, it acts on nothing.
        """
        seen = versions_seen()
        done: list[Named] = []
        skipped: list[tuple[Named, str]] = []
        named = {row.id: self.row_label(row) for row in rows}
        for row_id, label in named.items():
            try:
                with writing():
                    self.take(name, row_id, seen.get(row_id, 0))
            except DomainError as refusal:
                skipped.append((self.linked(row_id, label), refusal.sentence))
            else:
                done.append(self.linked(row_id, label))
        with writing():
            result = batch_results.keep(current_actor(), self.slug, self.batch_action(name).label, done, skipped)
        shown = self.grid_of(request.args).arguments(with_page=True)
        return redirect(url_for(f"{self.endpoint}.done_view", result_id=result.id, **shown), 303)

    @expose("/done/<int:result_id>")
    def done_view(self: Any, result_id: int) -> str:
        result = batch_results.own(current_actor(), self.slug, result_id)
        return self.render("admin/result.html", result=result, back_url=self.list_url())


def versions_seen() -> dict[int, int]:
    """Return the version of each row as the confirm page showed it."""
    pairs = (pair.partition(":") for pair in request.form.getlist("seen"))
    return {batch.as_id(row) or 0: batch.as_id(version) or 0 for row, _, version in pairs}
