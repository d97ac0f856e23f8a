"""Entering and changing one record: a declared form, an operation inside `writing()`, refusals beside their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin_views.batch import as_id
from admin_views.forms import BackOfficeForm
from admin_views.versions import TO_ADD, TO_SAVE, Versioned
from domain.errors import DomainError, NotAllowed, NotFound, StaleVersion
from extensions import writing


class Editing(Versioned):
    """A part of BackOfficeView: for views that name a form to create or to edit with; without one the page has no address."""

    create_form_class: type[BackOfficeForm] | None = None
    edit_form_class: type[BackOfficeForm] | None = None
    form_groups: Sequence[tuple[str, Sequence[str]]] = ()
    create_label = "新增"
    create_template = edit_template = "admin/form.html"

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self: Any) -> str | Response:
        form = self.create_form()
        if form.validate_on_submit() and (created := self.saved(form, self.create_model)):
            return self.after_create(created)
        return self.form_page(self.create_template, form, self.create_label, self.list_url())

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self: Any) -> str | Response | tuple[str, int]:
        row = self.get_one(request.args.get("id", ""))
        if row is None:
            return self.removed_while_typing()
        form, row_id, shown = self.edit_form(row), row.id, self.version_shown(row.id)
        if form.validate_on_submit():
            try:
                if self.saved(form, self.change, row_id, shown):
                    return self.after_update(self.one_or_404(row_id))
            except StaleVersion as refusal:
                form.show(refusal)
                return self.edit_page(form, row_id, self.version_of(row_id)), 409
        return self.edit_page(form, row_id, shown)

    def removed_while_typing(self: Any) -> tuple[str, int]:
        """Show what was typed for a row that somebody removed meanwhile, as a new one; without such a one there is no page."""
        told = self.removal_told(as_id(request.args.get("id", "")), TO_ADD)
        if not told or self.create_form_class is None:
            abort(404)
        form = self.create_form()
        form.show(StaleVersion(told))
        address = url_for(f"{self.endpoint}.create_view")
        return self.form_page(self.create_template, form, self.create_label, self.list_url(), action_url=address), 409

    def edit_page(self: Any, form: BackOfficeForm, row_id: int, version: int) -> str:
        title = f"修改：{self.row_label(self.one_or_404(row_id))}"
        return self.form_page(self.edit_template, form, title, self.list_url(), version=version)

    def form_page(self: Any, template: str, form: BackOfficeForm, title: str, cancel_url: str, **context: Any) -> str:
        return self.render(
            template, form=form, page_title=title, cancel_url=cancel_url, groups=self.form_groups, **context
        )

    def change(self: Any, form: BackOfficeForm, row_id: int, version: int) -> bool:
        """Save a form unless somebody else saved the row since it was shown; forms are saved one after another."""
        with writing():
            self.refuse_overtaken(row_id, version, TO_SAVE)
            self.update_model(form, self.one_or_404(row_id))
        return True

    def create_form(self, obj: Any = None) -> BackOfficeForm:
        assert self.create_form_class is not None, "asked only where there is a form"
        return self.create_form_class(obj=obj)

    def edit_form(self, obj: Any = None) -> BackOfficeForm:
        assert self.edit_form_class is not None, "asked only where there is a form"
        return self.edit_form_class(obj=obj)

    def create_model(self, form: BackOfficeForm) -> Any:
        raise NotImplementedError

    def update_model(self, form: BackOfficeForm, model: Any) -> None:
        """Change the row as the form has it; runs inside `writing()`."""
        raise NotImplementedError

    def saved(self, form: BackOfficeForm, save: Callable[..., Any], *rows: Any) -> Any:
        """Return what was saved; where the rules refuse it, the form takes their sentence and nothing was changed."""
        try:
            return save(form, *rows)
        except (NotAllowed, NotFound, StaleVersion):
            raise
        except DomainError as refusal:
            form.show(refusal)
            return None

    def after_create(self: Any, created: Any) -> str | Response:
        flash(f"已新增“{self.row_label(created)}”。", "ok")
        return redirect(url_for(f"{self.endpoint}.index_view"), 303)

    def after_update(self: Any, row: Any) -> Response:
        flash(f"“{self.row_label(row)}”已保存。", "ok")
        return redirect(self.row_url(row) or self.list_url(), 303)
