"""The side menu: the screens in their groups, as far as the one who is signed in may open them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from flask import get_template_attribute, request
from markupsafe import Markup

from extensions import moment
from web import assets
from web.access import current_actor

Item = tuple[str, str, str, bool, str]


def menu_of(placed: Iterable[tuple[str, Any]]) -> Callable[[], Markup]:
    """Return the menu as templates call it; one that is drawn stands for a while for all who see the same screens."""
    groups = [(heading, [view for _, view in members]) for heading, members in groupby(placed, key=lambda one: one[0])]

    def menu() -> Markup:
        actor = current_actor()
        whose = (actor.role, actor.place, actor.is_held)
        drawn: Markup = moment.keep(("menu", request.blueprint, request.script_root, *whose), lambda: _drawn(groups))
        return drawn

    return menu


def _drawn(groups: Iterable[tuple[str, Iterable[Any]]]) -> Markup:
    open_to = [(heading, [_item(view) for view in views if _is_shown(view)]) for heading, views in groups]
    draw = get_template_attribute("_macros/chrome.html", "side_menu")
    drawn: Markup = draw([(heading, items) for heading, items in open_to if items])
    return drawn


def _is_shown(view: Any) -> bool:
    return bool(view.in_menu and view.is_accessible())


def _item(view: Any) -> Item:
    """Return the label, the address, the icon, whether it is open, and the count."""
    address = assets.address(f"{view.endpoint}.{view._default_view}")
    actor = current_actor()
    pill = moment.keep((view.endpoint, actor.role, actor.place), view.pill)
    return view.label, address, view.icon, request.blueprint == view.endpoint, pill
