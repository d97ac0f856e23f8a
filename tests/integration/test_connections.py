"""How PostgreSQL is spoken to: reads without a transaction, changes within one, and no line that has gone dead."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DisconnectionError

from extensions import db, reading_engine, writing
from tables import connections
from tests.engines import end_backends
from tests.pages import CheckedClient

pytestmark = pytest.mark.parametrize("app", ["postgresql"], indirect=True)

_MOMENT = text("SELECT now()")
"""PostgreSQL's now() stands still within a transaction."""


def asked_twice() -> tuple[Any, Any]:
    return db.session.scalar(_MOMENT), db.session.scalar(_MOMENT)


def test_what_is_only_read_stands_in_no_transaction(app: Flask) -> None:
    first, second = asked_twice()

    assert first < second


def test_a_change_is_one_transaction_and_what_is_read_after_it_is_in_none(app: Flask) -> None:
    with writing():
        first, second = asked_twice()
    after = asked_twice()

    assert first == second
    assert after[0] < after[1]


def test_a_change_that_fails_leaves_nothing_behind(app: Flask) -> None:
    def fail_half_way() -> None:
        with writing():
            db.session.execute(text("UPDATE office SET name = name || 'x'"))
            raise LookupError

    with pytest.raises(LookupError):
        fail_half_way()

    assert db.session.scalar(text("SELECT count(*) FROM office WHERE name LIKE '%x'")) == 0


def test_lines_that_the_server_has_cut_are_not_used_again(app: Flask, client: CheckedClient) -> None:
    assert client.get("/").status_code == 200
    db.session.remove()
    with reading_engine().connect() as one, reading_engine().connect() as another:
        one.execute(_MOMENT)
        end_backends(another)

    assert db.session.scalar(_MOMENT)
    assert client.get("/").status_code == 200


def test_a_line_that_lay_still_for_long_is_asked_first(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    db.engine.dispose()
    monkeypatch.setattr(connections, "_answers", lambda connection: asked.append(connection) or True)
    db.session.scalar(_MOMENT)
    db.session.remove()
    assert db.session.scalar(_MOMENT)
    assert not asked
    db.session.remove()

    monkeypatch.setattr(connections, "_LONG_UNUSED", -1.0)
    assert db.session.scalar(_MOMENT)
    assert asked


def test_a_line_that_was_closed_here_is_refused_too(app: Flask) -> None:
    with psycopg.connect(psycopg_address(), autocommit=True) as line:
        connections._refuse_dead(line, SimpleNamespace(info={}), None)

    with pytest.raises(DisconnectionError):
        connections._refuse_dead(line, SimpleNamespace(info={}), None)


def psycopg_address() -> str:
    return db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
