"""What SQLite's planner is told of the tables: of large ones how well each index narrows, of small ones nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from extensions import db, writing
from models import Certificate
from operations import statistics
from tests.factories import certificate


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_large_tables_are_told_of_and_small_ones_are_not(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        certificate()
    monkeypatch.setattr(statistics, "TOO_FEW", 3)

    with writing():
        statistics.renew()

    assert told() == told_of_at_least(3)
    assert Certificate.__tablename__ in told()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_in_a_small_database_every_index_is_trusted_alike(app: Flask) -> None:
    certificate()

    with writing():
        statistics.renew()

    assert told() == set()


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_postgresql_is_left_to_itself(app: Flask) -> None:
    with writing():
        statistics.renew()


def told() -> set[str]:
    return set(db.session.scalars(text("SELECT tbl FROM sqlite_stat1")))


def told_of_at_least(rows: int) -> set[str]:
    """Return the tables that hold so many rows."""
    names = db.session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    ).all()
    return {name for name in names if db.session.scalar(text(f'SELECT count(*) FROM "{name}"')) >= rows}  # noqa: S608
