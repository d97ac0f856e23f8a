"""The file beside a SQLite database for the rows that wait to be imported; it is made, and made anew, as it is opened.

SQLite lets one connection write at a time. Checking a workbook writes as many rows as it has, and none of them is
anybody's business before the batch is committed: they lie in a file of their own, and the database stays free. On
PostgreSQL the same table stands among the others.
"""

from __future__ import annotations

import zlib
from sqlite3 import OperationalError
from typing import Any

from flask import Flask
from sqlalchemy import Table, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from extensions import ATTACHED, KEPT_APART, db

_LARGEST_VERSION = 0x7FFFFFFF
_CACHE_KB = 4000
"""Rows are added at the end and read in their order: a larger cache would only fill memory."""
_WIDER_PAGES = ("PRAGMA journal_mode=DELETE", "PRAGMA page_size=16384", "VACUUM", "PRAGMA journal_mode=WAL")
"""Rows are only ever added at the end, thousands at a time: pages of four times the usual size take a third less work."""


def binds(url: str) -> dict[str, Any]:
    """Return the second engine that a SQLite database in a file gets, under Flask-SQLAlchemy's setting."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
        return {}
    return {KEPT_APART: {"url": address.set(database=f"{address.database}-staged"), "hide_parameters": True}}


def init_app(app: Flask) -> None:
    with app.app_context():
        engine, own = db.engines.get(KEPT_APART), db.engine
    if engine is not None:
        event.listen(engine, "connect", _prepare)
        event.listen(own, "checkin", _detach)


def _prepare(connection: Any, record: Any) -> None:
    """Make the tables; a file of another shape is an older version's, and what waited in it must be sent again."""
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
    tables = [table for table in db.metadata.sorted_tables if KEPT_APART in table.info]
    statements = [line for table in tables for line in _making(table)]
    version = zlib.crc32("".join(statements).encode()) & _LARGEST_VERSION
    if connection.execute("PRAGMA user_version").fetchone()[0] == version:
        return
    for line in _WIDER_PAGES:
        connection.execute(line)
    connection.execute("BEGIN IMMEDIATE")
    for table in tables:
        connection.execute(f"DROP TABLE IF EXISTS {table.name}")
    for line in statements:
        connection.execute(line)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("COMMIT")


def is_here(table: Any, *_: object) -> bool:
    """Whether a table stands in the database itself, for comparing models and migrations."""
    return not (KEPT_APART in table.info and KEPT_APART in db.engines)


def _making(table: Table) -> list[str]:
    made: list[Any] = [CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=lambda index: str(index.name)))]
    return [str(statement.compile(dialect=sqlite.dialect())) for statement in made]


def attach(session: Session) -> None:
    """Let the running change reach what is kept apart through the database's own connection: then both end as one."""
    engine = db.engines.get(KEPT_APART)
    if engine is None or session.info.get(ATTACHED):
        return
    connection = session.connection()
    connection.exec_driver_sql("ATTACH DATABASE ? AS apart", (engine.url.database,))
    connection.info[ATTACHED] = session.info[ATTACHED] = True


def _detach(connection: Any, record: Any) -> None:
    """A connection goes back to the pool as it came: what is attached would be locked by everybody who writes."""
    if not record.info.pop(ATTACHED, False):
        return
    try:
        connection.execute("DETACH DATABASE apart")
    except OperationalError:  # a statement that was broken off still reads it
        record.invalidate()
