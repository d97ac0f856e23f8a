"""What the big lists have beyond other grids: columns and order of one's own, saved views, export."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import abort, flash, redirect, request, send_file, session, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

import jobs
from admin_views.base import BackOfficeView
from admin_views.batch import BatchAction
from admin_views.big_grid import BigGrid
from admin_views.cells import plain
from domain.errors import DomainError
from extensions import moment, writing
from listing import sheets
from listing.selection import Listing
from listing.sheets import TYPES, XLSX
from models import now
from operations import exports, grid_settings
from operations.grid_settings import Liking
from web.access import current_actor
from web.filters import local

CHOICES_MADE = "choices"
AT_ONCE = 2_000
"""So many rows are written while somebody waits; more goes to the background."""


class ListingView(BackOfficeView):
    """A view whose rows, columns, filters and orders are declared as a Listing."""

    listing: Listing
    list_template = "admin/listing.html"
    column_labels = {"id": "录入先后"}  # an order that no column shows

    def grid_of(self, arguments: Mapping[str, str]) -> BigGrid:
        return BigGrid(self, arguments)

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        listing = cls.listing
        cls.model_class = listing.model
        cls.grid_filters, cls.sortable, cls.default_sort = listing.filters, tuple(listing.sorts), listing.default_sort
        cls.column_list = tuple(column.name for column in listing.columns)

    def label_of(self, name: str) -> str:
        column = self.listing.column(name)
        return column.label if column else super().label_of(name)

    def cell(self, row: Any, name: str) -> Any:
        column = self.listing.column(name)
        if name in self.column_formatters or column is None:
            return super().cell(row, name)
        return plain(column.read(row))

    def reader(self, name: str) -> Callable[[Any], Any]:
        column, formatter = self.listing.column(name), self.column_formatters.get(name)
        assert column is not None
        return formatter or column.read

    def is_certificate_number(self, number: str) -> bool:
        """Whether a certificate of this number is in scope: a short number may be one, or somebody's document."""
        return self.get_query().filter(self.model.cert_no == number).first() is not None

    def neighbour_id(self, row: Any, *conditions: Any, forward: bool = True) -> int | None:
        """Return the row behind or before this one in the list as filtered and sorted, or None at its end."""
        return self.grid_of(request.args).neighbour_id(row, *conditions, forward=forward)

    def actions_in(self, tab: str) -> Sequence[BatchAction]:
        """Return the batch actions that make sense in a tab."""
        return self.batch_actions

    # How this person likes the list.

    def liking(self) -> Liking:
        """Return what this person chose here; the browser says how often that changed, so it is never seen as it was."""
        actor = current_actor()
        key = ("liking", self.slug, actor.id, session.get(CHOICES_MADE, 0))
        liking: Liking = moment.keep(key, lambda: grid_settings.liking(actor, self.slug))
        return liking

    def choose(self, choice: Callable[[], Any]) -> Any:
        """Change what this person likes."""
        with writing():
            chosen = choice()
        session[CHOICES_MADE] = session.get(CHOICES_MADE, 0) + 1
        return chosen

    def choosable(self, shown: Sequence[str]) -> list[dict[str, Any]]:
        return [{"name": one.name, "label": one.label, "on": one.name in shown} for one in self.listing.columns[1:]]

    @expose("/settings/", methods=("POST",))
    def settings_view(self) -> Response:
        """Keep the columns that were ticked, or the order the list stands in."""
        grid, actor = self.grid_of(request.args), current_actor()
        ticked = [one.name for one in self.listing.columns if one.name in request.form.getlist("column")]
        if request.form.get("keep") == "sort":
            self.choose(lambda: grid_settings.keep_sort(actor, self.slug, grid.sort))
        else:
            columns = [] if request.form.get("keep") == "usual" else ticked
            self.choose(lambda: grid_settings.keep_columns(actor, self.slug, columns))
        flash("已记住，下次打开也这样显示。", "ok")
        return redirect(grid.url(), 303)

    @expose("/export/", methods=("POST",))
    def export_view(self) -> Response:
        """Write what is selected into a file: at once where it is little, else in the background."""
        form = request.form.get("form", XLSX)
        if form not in TYPES:
            abort(404)
        grid = self.grid_of(request.args)
        count = grid.count
        if count.kind == "exact" and count.number <= AT_ONCE:
            return self.export_now(grid, form)
        actor = current_actor()
        with writing():
            job_id = jobs.exports.ask_for(actor, grid.selection, list(grid.columns), form).id
        jobs.wake(job_id)
        flash("条数较多，正在后台写文件。可以离开本页，写好后到这里取。", "info")
        return redirect(url_for("tasks.index_view"), 303)

    def export_now(self, grid: BigGrid, form: str) -> Response:
        actor, listing = current_actor(), self.listing
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / f"list.{form}"
            count = sheets.write(grid.selection, sheets.columns_of(listing, grid.columns), path)
            content = BytesIO(path.read_bytes())
        with writing():
            exports.note(actor, listing.name, listing.label, grid.selection.spoken(), count)
        name = f"{listing.label}-{local(now(), '%Y%m%d-%H%M')}.{form}"
        return send_file(content, TYPES[form], as_attachment=True, download_name=name)

    @expose("/save/", methods=("POST",))
    def save_view(self) -> Response:
        grid, actor = self.grid_of(request.args), current_actor()
        typed, meant = request.form.get("name", ""), grid.arguments(count=None)
        try:
            name = self.choose(lambda: grid_settings.save_view(actor, self.slug, typed, meant).name)
        except DomainError as refusal:
            flash(refusal.sentence, "warn")
        else:
            flash(f"已存为“{name}”，在列表上方点它就能再打开。", "ok")
        return redirect(grid.url(), 303)

    @expose("/forget/<int:view_id>/", methods=("POST",))
    def forget_view(self, view_id: int) -> Response:
        actor = current_actor()
        try:
            name = self.choose(lambda: grid_settings.remove_view(actor, self.slug, view_id))
        except DomainError:
            abort(404)
        flash(f"视图“{name}”已删除，记录没有动。", "ok")
        return redirect(self.grid_of(request.args).url(), 303)
