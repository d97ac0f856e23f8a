"""The grids of the dictionaries, accounts and offices: every filter alone and in pairs, on both engines."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from flask import Flask
from flask_login import login_user

from admin_views import VIEWS
from admin_views.base import BackOfficeView
from admin_views.grid import Grid
from tests.conftest import staff_user
from tests.objects import CLERKS, OF_ALL, OF_OFFICES

SMALL = [view for _, view in VIEWS if issubclass(view, BackOfficeView) and view.listing is None and view.grid_filters]
TYPED = ("灵山", "下属", "归集", "审验时间", "韦", "梁", "助理", "考察", "2026", "20")


def view_of(app: Flask, screen: type[Any]) -> Any:
    return next(view for view in app.extensions["admin"][0]._views if type(view) is screen)


def ids(view: Any, arguments: dict[str, str]) -> set[int]:
    grid = Grid(view, arguments)
    return {row.id for row in grid.narrowed(view.get_query())}


def telling(view: Any, one: Any) -> dict[str, str]:
    """Return what to ask of a filter so that it finds some rows and leaves others out, where any answer does."""
    values = [value for value, _ in one.options()] if one.options() else TYPED
    every = ids(view, {})
    asked = [{one.arguments[0]: str(value)} for value in values]
    found = [(0 < len(ids(view, each)) < len(every), bool(ids(view, each)), -at) for at, each in enumerate(asked)]
    return asked[-max(found)[2]]


@pytest.mark.parametrize("screen", SMALL, ids=lambda screen: screen.slug)
def test_every_filter_alone_and_in_pairs(app: Flask, screen: type[Any]) -> None:
    for home in CLERKS:
        {**OF_OFFICES, **OF_ALL}[screen.slug](home)

    with app.test_request_context():
        login_user(staff_user("gx.admin"))
        view = view_of(app, screen)
        every, asked = ids(view, {}), [telling(view, one) for one in view.grid_filters]
        alone = [ids(view, each) for each in asked]
        for (one, first), (other, second) in combinations(zip(asked, alone, strict=True), 2):
            assert ids(view, one | other) == first & second, one | other

    assert every
    assert any(alone)
    assert all(found <= every for found in alone)
