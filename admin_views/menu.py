"""The side menu: the screens in their groups, as far as the one who is signed in may open them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby
from typing import Any

from flask import request, url_for

from extensions import moment
from web.access import current_actor

Item = tuple[str, str, str, bool, str]


def menu_of(placed: Iterable[tuple[str, Any]]) -> Callable[[], list[tuple[str, list[Item]]]]:
    """Return the menu as templates call it: groups of (label, address, icon, whether it is open, count)."""
    groups = [(heading, [view for _, view in members]) for heading, members in groupby(placed, key=lambda one: one[0])]

    def menu() -> list[tuple[str, list[Item]]]:
        drawn = [
            (heading, [_item(view) for view in views if view.in_menu and view.is_accessible()])
            for heading, views in groups
        ]
        return [(heading, items) for heading, items in drawn if items]

    return menu


def _item(view: Any) -> Item:
    address = _address(f"{view.endpoint}.{view._default_view}", request.script_root)
    actor = current_actor()
    pill = moment.keep((view.endpoint, actor.role, actor.place), view.pill)
    return view.label, address, view.icon, request.blueprint == view.endpoint, pill


@cache
def _address(endpoint: str, root: str) -> str:
    """Addresses of screens never change while a server runs under the same root."""
    return url_for(endpoint)
