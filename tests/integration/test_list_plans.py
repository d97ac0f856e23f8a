"""No page of the big lists reads or sorts a whole table, whatever order, tab, scope or filter is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from domain.access import Place
from domain.verification import CaseState
from extensions import db, writing
from listing import CASES, CERTIFICATES
from listing.filters import CHOICES, RANGES, GridFilter
from listing.selection import Listing, Selection
from tests.conftest import actor_of
from tests.integration.admin_views.records import case, certificate
from tests.statements import asked

PLACES = ("gx.admin", "qz.staff", "ls.staff")
PLANNED = {
    "sqlite": "EXPLAIN QUERY PLAN",
    "postgresql": "EXPLAIN (FORMAT JSON)",
}


@pytest.fixture(params=[CASES, CERTIFICATES], ids=lambda listing: listing.name)
def listing(app: Flask, request: pytest.FixtureRequest) -> Listing:
    case(CaseState.PENDING, cert_no="0833232")
    certificate(cert_no="0833232")
    if db.engine.dialect.name == "postgresql":
        # A small table is read whole and sorted because that is cheap there: what counts is whether it would have to be.
        for way in ("enable_seqscan", "enable_sort", "jit"):
            db.session.connection().exec_driver_sql(f"SET {way} = off")
    else:
        _pretend_to_be_large()
    return request.param  # type: ignore[no-any-return]


def _pretend_to_be_large() -> None:
    """Tell SQLite of a million rows, as operations.statistics would find them."""
    with writing():
        connection = db.session.connection()
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        for table in (CASES.model.__table__, CERTIFICATES.model.__table__):
            for index in table.indexes:
                narrowing = " ".join(["1001"] * (len(index.columns) - 1) + ["1"])
                told = (table.name, index.name, f"1000000 {narrowing}")
                connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", told)
    db.engine.dispose()


def test_every_order_of_every_tab_is_a_walk_along_an_index_at_every_office(listing: Listing) -> None:
    found = [
        f"{name} {tab.name if tab else ''} {sort}: {fault}"
        for name in PLACES
        for tab in listing.tabs or (None,)
        for sort in _walked(listing, tab)
        for fault in _faults(listing, {"tab": tab.name if tab else "", "sort": sort}, _place(name))
    ]

    assert not found, "\n".join(found)


def test_every_filter_alone_is_reached_by_an_index(listing: Listing) -> None:
    place = _place("qz.staff")
    found = [
        f"{one.name}: {fault}"
        for one in Selection(listing, {}, place).filters
        for fault in _faults(listing, {"tab": "all", **_given(one)}, place)
    ]

    assert not found, "\n".join(found)


def test_the_rows_of_a_page_are_opened_by_their_numbers(app: Flask) -> None:
    case(CaseState.PENDING, cert_no="0833232")
    certificate(cert_no="0833232")
    _multiply()

    for listing, tab in ((CASES, "pending"), (CASES, "all"), (CERTIFICATES, "all")):
        for sort in _walked(listing, listing.tab_named(tab)):
            statement, parameters = _page_of_rows(listing, {"tab": tab, "sort": sort})
            assert _opened_by_number(statement, parameters, listing.model.__tablename__), f"{sort}: {statement}"


def _multiply() -> None:
    """Make both tables so large that reading one whole costs more than opening a few rows."""
    with writing() as session:
        for model in (CASES.model, CERTIFICATES.model):
            columns = [column.name for column in model.__table__.columns]
            again = [{"id": "one.id + n", "cert_no": "'n' || n"}.get(name, f"one.{name}") for name in columns]
            numbers = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)"
            rows = f"{numbers} SELECT {', '.join(again)} FROM {model.__tablename__} one, number"  # noqa: S608 - our own names
            session.connection().exec_driver_sql(f"INSERT INTO {model.__tablename__} ({', '.join(columns)}) {rows}")
        session.connection().exec_driver_sql("ANALYZE")
    db.engine.dispose()


def _page_of_rows(listing: Listing, arguments: dict[str, str]) -> tuple[str, Any]:
    names = [column.name for column in listing.columns]
    selection = Selection(listing, arguments, _place("gx.admin"))
    return asked(lambda: selection.page(names=names, size=5))[-1]


def _opened_by_number(statement: str, parameters: Any, table: str) -> bool:
    engine = db.engine.dialect.name
    plan = db.session.connection().exec_driver_sql(f"{PLANNED[engine]} {statement}", parameters).all()
    if engine == "sqlite":
        return any(step.startswith(f"SEARCH {table} USING INTEGER PRIMARY KEY (rowid=?)") for *_, step in plan)
    reading = [(node["Node Type"], node.get("Index Name")) for node in _nodes(plan[0][0][0]["Plan"], table)]
    return ("Index Scan", f"pk_{table}") in reading and not any(kind == "Seq Scan" for kind, _ in reading)


def _nodes(node: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    if node.get("Relation Name") == table:
        yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below, table)


def _place(name: str) -> Place:
    place = actor_of(name).place
    assert place is not None
    return place


def _walked(listing: Listing, tab: Any) -> list[str]:
    """The orders that are offered at any size."""
    names = [name for name in listing.sorts if listing.order(name, tab).indexed]
    return [f"{sign}{name}" for name in names for sign in ("", "-")]


def _given(one: GridFilter) -> dict[str, str]:
    if one.kind in RANGES:
        return dict(zip(one.arguments, ("2001-02", "2012-11"), strict=True))
    return {one.name: one.options()[0][0] if one.kind in CHOICES else "韦"}


def _faults(listing: Listing, arguments: dict[str, str], place: Place) -> Iterator[str]:
    """Yield what is wrong with the plans of the first page, of one further on, and of the count."""
    selection = Selection(listing, arguments, place)
    some = db.session.query(listing.model.id).limit(1).scalar()
    sent = asked(lambda: (selection.page(), selection.page(after=some), selection.count()))
    table = listing.model.__tablename__
    assert any(f"FROM {table}" in statement for statement, _ in sent)
    for statement, parameters in sent:
        yield from _faults_of(statement, parameters, table)


def _faults_of(statement: str, parameters: Any, table: str) -> Iterator[str]:
    engine = db.engine.dialect.name
    plan = db.session.connection().exec_driver_sql(f"{PLANNED[engine]} {statement}", parameters).all()
    faults = _read_by_sqlite(plan, table) if engine == "sqlite" else _read_by_postgresql(plan[0][0][0]["Plan"], table)
    yield from (f"{fault} in {statement}" for fault in faults)


def _read_by_sqlite(plan: Any, table: str) -> Iterator[str]:
    """A sort counts where it stands beside the reading of the table, not around what a LIMIT has let through."""
    reading = {parent for _, parent, _, step in plan if re.match(rf"(SEARCH|SCAN) {table}\b", step)}
    for _, parent, _, step in plan:
        if re.match(rf"SCAN {table}\b", step) or (parent in reading and "B-TREE FOR" in step and "ORDER BY" in step):
            yield step


def _read_by_postgresql(node: dict[str, Any], table: str, *, sorted_above: bool = False) -> Iterator[str]:
    kind = node["Node Type"]
    sorted_above = kind != "Limit" and (sorted_above or kind in ("Sort", "Incremental Sort"))
    if node.get("Relation Name") == table:
        if kind == "Seq Scan" or (kind.startswith("Index") and "Index Cond" not in node):
            yield kind
        elif sorted_above:
            yield f"Sort over {kind}"
    for below in node.get("Plans", ()):
        yield from _read_by_postgresql(below, table, sorted_above=sorted_above)
