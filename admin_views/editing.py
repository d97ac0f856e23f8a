"""Entering and changing one record: a declared form, an operation inside `writing()`, refusals beside their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin_views.batch import as_id
from admin_views.forms import BackOfficeForm
from admin_views.history import change_told, changes_of
from domain.access import Actor
from domain.errors import DomainError, NotAllowed, NotFound, StaleVersion
from extensions import writing
from models import Event
from operations import events
from operations.bodies import one_change_at_a_time
from web.access import current_actor
from web.filters import local

_MOST_TOLD = 3


class Editing:
    """A part of BackOfficeView: for views that name a form to create or to edit with; without one the page has no address."""

    subject = ""
    """What the audit trail calls such a row."""
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
        row = self.one_or_404()
        form, row_id = self.edit_form(row), row.id
        shown = as_id(request.form.get("version")) or 0 if form.is_submitted() else self.version_of(row_id)
        if form.validate_on_submit():
            try:
                if self.saved(form, self.change, row_id, shown):
                    return self.after_update(self.one_or_404(row_id))
            except StaleVersion as refusal:
                form.show(refusal)
                return self.edit_page(form, row_id, self.version_of(row_id)), 409
        return self.edit_page(form, row_id, shown)

    def edit_page(self: Any, form: BackOfficeForm, row_id: int, version: int) -> str:
        title = f"修改：{self.row_label(self.one_or_404(row_id))}"
        return self.form_page(self.edit_template, form, title, self.list_url(), version=version)

    def form_page(self: Any, template: str, form: BackOfficeForm, title: str, cancel_url: str, **context: Any) -> str:
        return self.render(
            template, form=form, page_title=title, cancel_url=cancel_url, groups=self.form_groups, **context
        )

    # Two people with the same form: the version a form names is the newest event that changed the row.

    def version_of(self, row_id: int) -> int:
        last = events.last_change(self.subject, row_id)
        return last.id if last else 0

    def change(self: Any, form: BackOfficeForm, row_id: int, version: int) -> bool:
        """Save a form unless somebody else saved the row since it was shown; forms are saved one after another."""
        with writing():
            one_change_at_a_time()
            later = events.later_changes(self.subject, row_id, version)
            if later:
                raise StaleVersion(_overtaken(later, current_actor()))
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


def _overtaken(later: Sequence[Event], actor: Actor) -> str:
    """Say who changed what since the form was shown; what was typed stands below and counts when it is sent again."""
    told = "；".join(dict.fromkeys(_change(event, actor) for event in later[-_MOST_TOLD:]))
    return f"您打开这一页以后，{told}。您这次还没有保存，填的都在下面；核对以后再保存，就以您填的为准"


def _change(event: Event, actor: Actor) -> str:
    mine = (event.actor_role, event.actor_id) == (actor.role.value, actor.id)
    changes = "，".join(change_told(*change) for change in changes_of(event))
    who = "您自己" if mine else event.actor_name
    return f"{who} {local(event.at)} {event.summary}" + (f"（{changes}）" if changes else "")
