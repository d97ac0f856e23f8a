"""Counting the registered professionals beside the pages, and reading what was counted last."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from domain.population import Population
from extensions import db
from models import Holder, KeptFigure, now

_NAME = "population"
_CITY_DIGITS = 4


class Counted(NamedTuple):
    population: Population
    at: datetime


def count() -> Population:
    """Count all active accounts: one walk over the table, for the worker and never for a page."""
    city = func.substr(Holder.region_code, 1, _CITY_DIGITS)
    query = select(city, Holder.birth_year, func.count()).where(Holder.disabled_at.is_(None))
    by_city: Counter[str] = Counter()
    by_birth_year: Counter[int] = Counter()
    for digits, born, people in db.session.execute(query.group_by(city, Holder.birth_year)):
        by_city[f"{digits}00"] += people
        if born is not None:
            by_birth_year[born] += people
    return Population(by_city, by_birth_year)


def keep(population: Population) -> None:
    """Let a count stand in the place of the one before."""
    value = {"by_city": dict(population.by_city), "by_birth_year": sorted(population.by_birth_year.items())}
    db.session.merge(KeptFigure(name=_NAME, value=value, counted_at=now()))
    db.session.flush()


def last_count() -> Counted | None:
    """Return the last count, or None while nothing was counted."""
    kept = db.session.get(KeptFigure, _NAME)
    if kept is None:
        return None
    by_birth_year = dict(kept.value["by_birth_year"])
    return Counted(Population(kept.value["by_city"], by_birth_year), kept.counted_at)
