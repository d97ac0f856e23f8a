"""What is done to one account at a time: each step is asked once on a page that says what it means, then taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin_views.asking import Answer
from admin_views.base import BackOfficeView
from admin_views.forms import BackOfficeForm
from domain.access import Actor
from operations.passwords import hashed, one_time
from web.access import current_actor


@dataclass(frozen=True)
class Step:
    """Something done to one account; one that says nothing when done gives a one-time password instead."""

    name: str
    label: str
    meaning: str
    fits: Callable[[Any], bool]
    take: Callable[[Actor, Any, str], None]
    done: str = ""
    tone: str = "none"

    @property
    def gives_password(self) -> bool:
        return not self.done


class TakesSteps:
    """For views whose `steps` are taken on one row at a time; `reached` loads the row for the change."""

    writes = (*BackOfficeView.writes, "step_view")
    steps: Sequence[Step] = ()

    def steps_for(self, row: Any) -> Sequence[Step]:
        return [step for step in self.steps if step.fits(row)]

    def reached(self, actor: Actor, row_id: int) -> Any:
        raise NotImplementedError

    def password_facts(self, row: Any) -> list[tuple[str, str]]:
        """Return what is handed over together with a one-time password."""
        raise NotImplementedError

    def step_buttons(self: Any, row: Any) -> list[dict[str, str]]:
        return [
            {
                "label": step.label,
                "url": url_for(f"{self.endpoint}.step_view", name=step.name, id=row.id),
                "tone": "danger" if step.tone == "bad" else "",
            }
            for step in self.steps_for(row)
        ]

    @expose("/step/<name>/", methods=("GET", "POST"))
    def step_view(self: Any, name: str) -> Answer:
        row = self.one_or_404()
        step = next((one for one in self.steps if one.name == name), None) or abort(404)
        form, actor, row_id, password = BackOfficeForm(), current_actor(), row.id, one_time()
        # Hashing is slow: it is done before the transaction.
        first = hashed(password) if step.gives_password and form.is_submitted() else ""
        return self.asked(
            row, form,
            lambda: step.take(actor, self.reached(actor, row_id), first),
            lambda: self._step_taken(step, row_id, password),
            applies=step in self.steps_for(row),
            title=f"{step.label}：{self.row_label(row)}", submit_label=f"确认{step.label}",
            warning=step.meaning.format(name=self.row_label(row)), tone=step.tone,
        )  # fmt: skip

    def _step_taken(self: Any, step: Step, row_id: int, password: str) -> str | Response:
        row = self.one_or_404(row_id)
        if step.gives_password:
            return self.password_page(row, password, "密码已重置")
        flash(f"{self.row_label(row)}：{step.done}。", "ok")
        return redirect(url_for(f"{self.endpoint}.details_view", id=row_id), 303)

    def password_page(self: Any, row: Any, password: str, title: str) -> str:
        """Show a one-time password, this once."""
        return self.render(
            "admin/one_time_password.html", facts=self.password_facts(row), password=password, page_title=title,
            back_url=url_for(f"{self.endpoint}.index_view"), back_label=self.label,
        )  # fmt: skip
