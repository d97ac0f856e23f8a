"""What is asked once before it is done to one row: the page says what it means, and names the version it was shown with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin_views.batch import as_id
from admin_views.forms import BackOfficeForm
from admin_views.versions import TO_CONFIRM, TO_LEAVE, Versioned
from domain.errors import StaleVersion
from extensions import writing

Answer = str | Response | tuple[str, int]


class Asking(Versioned):
    """A part of BackOfficeView: for the pages that ask once."""

    def asked(
        self: Any, row: Any, form: BackOfficeForm, take: Callable[[], Any], then: Callable[[], str | Response], *,
        applies: bool = True, **page: Any,
    ) -> Answer:  # fmt: skip
        """Ask about the row; once confirmed `take` the step inside one transaction and answer as `then` says.

        Nothing is done to a row that somebody else changed meanwhile: who did what is told instead, and asked again.
        """
        row_id, shown = row.id, self.version_shown(row.id)
        if not applies:
            return self.overtaken_or_404(row_id, shown)
        if form.validate_on_submit():
            try:
                if self.saved(form, self._taken, row_id, shown, take):
                    return then()
            except StaleVersion as refusal:
                form.show(refusal)
                return self.ask(form=form, version=self.version_of(row_id), **page), 409
        return self.ask(form=form, version=shown, **page)

    def _taken(self, form: BackOfficeForm, row_id: int, shown: int, take: Callable[[], Any]) -> bool:
        with writing():
            self.refuse_overtaken(row_id, shown, TO_CONFIRM)
            take()
        return True

    def overtaken_or_404(self: Any, row_id: int, shown: int) -> Response:
        """Lead back to a row that cannot take the step any more, saying who was faster; without such a one there is no page."""
        if "version" in request.form:
            try:
                with writing():
                    self.refuse_overtaken(row_id, shown, TO_LEAVE)
            except StaleVersion as refusal:
                flash(f"{refusal.sentence}。", "warn")
                return redirect(url_for(f"{self.endpoint}.details_view", id=row_id), 303)
        return abort(404)

    def removed_or_404(self: Any) -> Response:
        """Lead back to the list from a row that is gone, saying who removed it; without such a one there is no page."""
        told = self.removal_told(as_id(request.args.get("id", "")), TO_LEAVE)
        if not told:
            abort(404)
        flash(f"{told}。", "warn")
        return redirect(self.list_url(), 303)

    def ask(
        self: Any,
        title: str,
        *,
        submit_label: str,
        form: Any,
        version: int | None = None,
        warning: str = "",
        tone: str = "bad",
    ) -> str:
        """Return the page that asks once before an action on one row."""
        hidden = [] if version is None else [("version", version)]
        return self.render(
            "admin/confirm.html", title=title, submit_label=submit_label, warning=warning, form=form, tone=tone,
            hidden=hidden, cancel_url=self.list_url(),
            keep=f"{request.endpoint}-{request.args.get('id', '')}/{version or 0}/words",
        )  # fmt: skip
