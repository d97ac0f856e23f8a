"""The filter by office: an office of the subtree instead of all of it, with every index that the whole has."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import select

from domain.access import Place
from extensions import db, moment
from listing.filters import GridFilter
from models import Office


class OfficeFilter(GridFilter):
    """Offers the offices below the place of whoever asks."""

    def bound(self, place: Place) -> GridFilter:
        return replace(self, options=cache(lambda: below(place)))


def below(place: Place) -> list[tuple[str, str]]:
    query = select(Office.name).where(Office.within(place)).order_by(Office.id)
    names = moment.keep(("offices", place.office_id), lambda: tuple(db.session.scalars(query)))
    return [(name, name) for name in names]


def filter_of(model: Any) -> OfficeFilter:
    return OfficeFilter("office", "职改办", "choice", lambda name: _within(model, name), narrows=True)


def _within(model: Any, name: str) -> Any:
    office = Office.named(name)
    assert office is not None
    return model.within(office.place)
