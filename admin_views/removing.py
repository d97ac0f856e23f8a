"""删除 for the entries of a dictionary: a page that asks once, then a post. Nothing is deleted by a link."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin_views.asking import Answer
from admin_views.forms import BackOfficeForm


class Removable:
    """For views whose rows may be taken out; `remove` calls the operation."""

    writes = ("create_view", "edit_view", "action_view", "remove_view")
    removal_warning = "删掉以后，已有的证书不受影响，以后的导入和填报不再认它。"

    def remove(self, row_id: int, form: Any) -> None:
        raise NotImplementedError

    @expose("/remove/", methods=("GET", "POST"))
    def remove_view(self: Any) -> Answer:
        row = self.get_one(request.args.get("id", ""))
        if row is None:
            return self.removed_or_404()
        self.refuse_foreign(row)
        form, name, row_id = self.removal_form(), self.row_label(row), row.id

        def removed() -> Response:
            flash(f"已删除“{name}”。", "ok")
            return redirect(self.list_url(), 303)

        return self.asked(
            row, form, lambda: self.remove(row_id, form), removed,
            title=f"删除“{name}”", submit_label="确认删除", warning=self.removal_warning,
        )  # fmt: skip

    def removal_form(self) -> BackOfficeForm:
        """Return what is asked before a row is removed."""
        return BackOfficeForm()

    def refuse_foreign(self, row: Any) -> None:
        """Raise where the row may be read and not removed."""

    def details_buttons(self: Any, row: Any) -> list[dict[str, str]]:
        buttons: list[dict[str, str]] = super().details_buttons(row)
        return [*buttons, self.removal_button(row)] if buttons else buttons

    def removal_button(self: Any, row: Any) -> dict[str, str]:
        return {"label": "删除", "url": url_for(f"{self.endpoint}.remove_view", id=row.id), "tone": "danger"}
