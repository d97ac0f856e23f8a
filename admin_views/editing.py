"""Entering and changing one record: a declared form, an operation inside `writing()`, refusals beside their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin_views.forms import BackOfficeForm
from domain.errors import DomainError, NotAllowed, NotFound, StaleVersion


class Editing:
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
    def edit_view(self: Any) -> str | Response:
        row = self.one_or_404()
        form = self.edit_form(row)
        if form.validate_on_submit() and self.saved(form, self.update_model, row):
            return self.after_update(row)
        return self.form_page(self.edit_template, form, f"修改：{self.row_label(self.one_or_404())}", self.list_url())

    def form_page(self: Any, template: str, form: BackOfficeForm, title: str, cancel_url: str) -> str:
        return self.render(template, form=form, page_title=title, cancel_url=cancel_url, groups=self.form_groups)

    def create_form(self, obj: Any = None) -> BackOfficeForm:
        assert self.create_form_class is not None, "asked only where there is a form"
        return self.create_form_class(obj=obj)

    def edit_form(self, obj: Any = None) -> BackOfficeForm:
        assert self.edit_form_class is not None, "asked only where there is a form"
        return self.edit_form_class(obj=obj)

    def create_model(self, form: BackOfficeForm) -> Any:
        raise NotImplementedError

    def update_model(self, form: BackOfficeForm, model: Any) -> Any:
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
