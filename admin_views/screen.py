"""What every screen of the back office has: its place in the menu, who may open it, and the shell around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, render_template, url_for
from flask_admin import BaseView

from domain.access import Permission
from web.access import can


class BackOfficeScreen(BaseView):
    """A screen of the back office: its name, its place in the menu, and who may open it."""

    slug = ""
    label = ""
    icon = "document"
    in_menu = True
    permission = Permission.BACK_OFFICE
    write_permission: Permission | None = None
    writes: tuple[str, ...] = ()

    def __init__(self, **more: Any) -> None:
        address = self.slug.replace("_", "-")
        super().__init__(name=self.label, endpoint=self.slug, url=address, **more)

    def permission_of(self, name: str) -> Permission:
        """Return what the method asks for: its own @requires, else the screen's permission to write or to read."""
        own = getattr(getattr(type(self), name), "permission", None)
        if own is not None:
            return own
        return (self.write_permission or self.permission) if name in self.writes else self.permission

    def is_accessible(self) -> bool:
        return can(self.permission)

    def _handle_view(self, name: str, /, **kwargs: Any) -> Any:
        """Refuse who may not; what is returned is answered in place of the view."""
        if not can(self.permission_of(name)):
            abort(403)

    def _run_view(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Flask-Admin runs a view a second time when it raised a TypeError; ours run once."""
        return fn(self, *args, **kwargs)

    def render(self, template: str, **context: Any) -> str:
        context.setdefault("page_title", self.label)
        return render_template(template, view=self, **context)

    def pill(self) -> str:
        """Return the count beside the screen's name in the menu, or nothing."""
        return ""


def screen_url(slug: str, view: str = "", **arguments: Any) -> str | None:
    """Return the address of another screen or of a view of it, or None where it is not there or not for this account."""
    for screen in current_app.extensions["admin"][0]._views:
        if screen.endpoint == slug:
            address = url_for(f"{slug}.{view or screen._default_view}", **arguments)
            return address if screen.is_accessible() else None
    return None
