"""Actions on ticked rows that are asked once for all and carried out one by one, each naming the version that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from admin_views import batch
from admin_views.forms import BackOfficeForm
from domain.errors import DomainError
from extensions import writing


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
        form = self.words_form(name)
        if batch.confirmed() and form.validate_on_submit():
            return self.carry_out(name, ids)
        rows = self.chosen(ids)
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

    def linked(self: Any, row_id: int, label: str) -> batch.Named:
        """Return what names a row, with its address where there is one to go to."""
        address = self.done_url(row_id)
        return (label, address) if address else label

    def batch_action(self, name: str) -> batch.BatchAction:
        return next(one for one in self.batch_actions if one.name == name)

    def carry_out(self: Any, name: str, ids: list[int]) -> str:
        """Each row is a change of its own: one that cannot take the action does not hold up the others."""
        seen = versions_seen()
        done: list[Any] = []
        skipped: list[tuple[batch.Named, str]] = []
        named = {row.id: self.row_label(row) for row in self.chosen(ids)}
        for row_id, label in named.items():
            try:
                with writing():
                    self.take(name, row_id, seen.get(row_id, 0))
            except DomainError as refusal:
                skipped.append((self.linked(row_id, label), refusal.sentence))
            else:
                done.append(self.linked(row_id, label))
        return self.result_page(self.batch_action(name).label, done, skipped)


def versions_seen() -> dict[int, int]:
    """Return the version of each row as the confirm page showed it."""
    pairs = (pair.partition(":") for pair in request.form.getlist("seen"))
    return {batch.as_id(row) or 0: batch.as_id(version) or 0 for row, _, version in pairs}
