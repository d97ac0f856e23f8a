"""What every table of the back office does alike: scope, grid, details, batch actions; forms: editing.py, asking.py.

Flask-Admin gives the addresses and the registration. Its own list, forms, deletion, inline editing, export and look-ups
are not exposed: the screens here read the declarations of their class at each request, so nothing goes stale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from markupsafe import Markup
from sqlalchemy import false
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from admin_views.asking import Asking
from admin_views.batch import BatchAction, Plan, as_id, confirm_context, ticked
from admin_views.cells import code, plain
from admin_views.editing import Editing
from admin_views.forms import BackOfficeForm
from admin_views.grid import Grid
from admin_views.screen import BackOfficeScreen
from domain.access import Reach
from domain.certificate_fields import BY_KEY
from extensions import db
from listing.filters import GridFilter
from listing.paging import Order, Page, page_of
from web.access import can, current_actor

_SOME_ID = 987_654_321
"""Stands for a row's number where addresses are built; longer than any number that stands in an address beside it."""


class BackOfficeView(Asking, Editing, BackOfficeScreen, ModelView):
    """A table of the database: grid, details, and where declared forms and batch actions; the rest has no address.

    A subclass names its model, columns, filters and forms. It narrows `scope`, and overrides `create_model` and
    `update_model` to call an operation inside `writing()`.
    """

    model_class: type[Any]
    listing: Any = None
    writes = ("create_view", "edit_view", "action_view")

    column_list: Sequence[str] = ()
    column_labels: Mapping[str, str] = {}
    column_formatters: Mapping[str, Callable[[Any], Any]] = {}
    eager: Sequence[Any] = ()
    grid_filters: Sequence[GridFilter] = ()
    batch_actions: Sequence[BatchAction] = ()
    sortable: Sequence[str] = ("id",)
    default_sort = "-id"
    search_hint = ""
    empty_text = ""

    list_template = "admin/list.html"
    details_template = "admin/details.html"

    delete_view = export = ajax_lookup = ajax_update = None
    """Flask-Admin's own ways to delete, export, look up and edit in place: they have no address here."""

    def __init__(self, **more: Any) -> None:
        address = self.slug.replace("_", "-")
        ModelView.__init__(self, self.model_class, db, name=self.label, endpoint=self.slug, url=address, **more)
        declared = {
            "create_view": self.create_form_class, "edit_view": self.edit_form_class, "action_view": self.batch_actions
        }  # fmt: skip
        self._urls = [rule for rule in type(self)._urls if declared.get(rule[1], True)]

    def _refresh_cache(self) -> None:
        """Flask-Admin would build forms, filters and columns once, at start."""
        self._list_columns: list[tuple[str, str]] = []

    def init_actions(self) -> None:
        self._actions, self._actions_data = [], {}

    def handle_view_exception(self, exc: Exception) -> bool:
        """Whatever goes wrong is told by the error page; Flask-Admin would show the database's own words."""
        raise exc

    # Whose rows: all reading goes through `scope`.

    def scope(self, query: Any) -> Any:
        """Return the query confined to what the actor's permission carries to."""
        actor = current_actor()
        if actor.place is None or not actor.may(self.permission):
            return query.filter(false())
        if actor.reach(self.permission) is Reach.OWN_OFFICE:
            return query.filter(self.model.office_id == actor.office_id)
        return query.filter(self.model.within(actor.place))

    def get_query(self) -> Any:
        return self.scope(super().get_query())

    def get_count_query(self) -> Any:
        return self.scope(super().get_count_query())

    def get_one(self, id: Any) -> Any:
        """Return the row of this id within scope, or None; what is no id is nobody's."""
        row_id = as_id(id)
        return self.get_query().filter(self.model.id == row_id).one_or_none() if row_id else None

    def one_or_404(self, id: Any = None) -> Any:
        """Return the row the address names; a foreign one and an unknown one answer alike."""
        row = self.get_one(request.args.get("id", "") if id is None else id)
        if row is None:
            abort(404)
        return row

    def chosen(self, ids: Sequence[int]) -> list[Any]:
        """Return the ticked rows that are in scope, in the order they were ticked."""
        found = {row.id: row for row in self.get_query().filter(self.model.id.in_(ids))}
        return [found[row_id] for row_id in ids if row_id in found]

    # Words and cells.

    def label_of(self, name: str) -> str:
        field = BY_KEY.get(name)
        return self.column_labels.get(name) or (field.label if field else name)

    def cell(self, row: Any, name: str) -> Any:
        """Return what stands in a cell: escaped by the template unless it is Markup."""
        formatter = self.column_formatters.get(name)
        return plain(formatter(row) if formatter else getattr(row, name))

    def reader(self, name: str) -> Callable[[Any], Any]:
        """Return what reads a column's cell from a row."""
        return self.column_formatters.get(name) or attrgetter(name)

    def addresses(self, **arguments: str) -> Callable[[Any], str | None]:
        """Return what gives each row its address; where it differs by the row's number only, it is built once."""
        pattern = self.row_url(SimpleNamespace(id=_SOME_ID), **arguments)
        return lambda row: pattern.replace(str(_SOME_ID), str(row.id), 1) if pattern else None

    def row_label(self, row: Any) -> str:
        """Return how a row is called on confirm and result pages."""
        return str(row)

    def row_url(self, row: Any, **arguments: str) -> str | None:
        """Return where a click on the row leads; `arguments` are the list's, to come back to."""
        return url_for(f"{self.endpoint}.details_view", id=row.id, **arguments)

    # The grid.

    def grid_of(self, arguments: Mapping[str, str]) -> Grid:
        return Grid(self, arguments)

    def grid_here(self) -> Grid:
        """Return the grid that the page being answered shows."""
        return self.grid_of(request.form if request.endpoint == f"{self.endpoint}.find_view" else request.args)

    @expose("/")
    def index_view(self) -> str | Response:
        grid = self.grid_of(request.args)
        moved = grid.moved()
        return redirect(moved) if moved else self.list_page(grid)

    def list_page(self, grid: Grid) -> str:
        for sentence in grid.unread():
            flash(sentence, "warn")
        page: str = self.render(self.list_template, **grid.context(), **self.list_context())
        return page

    @expose("/find/", methods=("GET", "POST"))
    def find_view(self) -> str | Response:
        """Filters and search are posted, so that a personal number is never part of an address.

        What is too long for one is answered here, with all that was typed: it would not fit into an address.
        """
        if request.method == "GET":
            return redirect(self.list_url())
        grid = self.grid_of(request.form)
        return self.list_page(grid) if grid.refused else redirect(grid.sent(), 303)

    def is_certificate_number(self, number: str) -> bool:
        """Whether what was typed is a certificate's number here, although it could be somebody's document."""
        return False

    def list_context(self) -> dict[str, Any]:
        """Return what else the list page shows: links, lead, words for an empty list."""
        may_create = self.create_form_class is not None and can(self.permission_of("create_view"))
        return {
            "create_url": url_for(f"{self.endpoint}.create_view") if may_create else None,
            "create_label": self.create_label,
        }

    def list_query(self) -> Any:
        return self.get_query().options(*(joinedload(path) for path in self.eager))

    def read_page(self, query: Any, order: Order, after: Any, before: Any) -> Page:
        return page_of(query, order, after=after, before=before)

    def search_condition(self, typed: str) -> Any:
        """Return the condition for the search box, by the shape of what was typed; None: there is no search box."""
        return None

    def list_url(self) -> str:
        """Return the list as it was left: filters, tab and page stand in the address of every page after it."""
        return url_for(f"{self.endpoint}.index_view", **self.grid_of(request.args).arguments(with_page=True))

    # One row.

    @expose("/details/")
    def details_view(self) -> str | Response:
        return self.details_page(self.one_or_404())

    def details_page(self, row: Any, **context: Any) -> str:
        shown = {
            "page_title": self.row_label(row),
            "groups": self.details_groups(row),
            "buttons": self.details_buttons(row),
        }
        return self.render(self.details_template, back_url=self.list_url(), row=row, **{**shown, **context})

    def details_groups(self, row: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
        return [(self.label, [(self.label_of(name), self.cell(row, name)) for name in self.column_list])]

    def details_buttons(self, row: Any) -> list[dict[str, str]]:
        if self.edit_form_class is None or not can(self.permission_of("edit_view")):
            return []
        return [{"label": "修改", "url": url_for(f"{self.endpoint}.edit_view", id=row.id), "tone": ""}]

    # Actions: on one row or on all that were ticked, asked once on a page of their own.

    @expose("/action/", methods=("GET", "POST"))
    def action_view(self) -> str | Response:
        if request.method == "GET":
            return redirect(self.list_url())  # this address stands above a confirm page, and people come back to it
        name, ids = request.form.get("action", ""), ticked()
        if name not in {action.name for action in self.batch_actions}:
            abort(404)
        if name not in {action.name for action in self.offered_actions()}:
            abort(403)
        if not ids:
            flash("还没有选，请先勾选要处理的记录，再点操作。", "warn")
            return redirect(self.list_url(), 303)
        return self.batch(name, ids)

    def offered_actions(self) -> list[BatchAction]:
        """Return the actions that the actor's role may take at all."""
        return [action for action in self.batch_actions if action.permission is None or can(action.permission)]

    def batch(self, name: str, ids: list[int]) -> str | Response:
        """Answer an action on the ticked rows: the confirm page first; once it was confirmed, on to what was done."""
        raise NotImplementedError

    def confirm_page(self, plan: Plan, form: BackOfficeForm | None = None, **context: Any) -> str:
        extra = context.pop("extra_hidden", ())
        shown = confirm_context(plan, extra_hidden=extra)
        address = self.grid_of(request.args).action_url()
        return self.render(
            "admin/confirm.html", form=form, action_url=address, cancel_url=self.list_url(), **{**shown, **context}
        )


def masked(row: Any) -> Markup:
    """Return an ID number as lists show it."""
    return code(row.masked_id)
