"""How PostgreSQL is spoken to: what is only read begins no transaction, and nobody asks whether the line still stands.

A page of a list is two questions, or three. BEGIN, ROLLBACK and a question before them all would be three more trips to the
server, which may stand in another room.
"""

from __future__ import annotations

import time
from select import POLLIN, poll
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError

from extensions import READING, db

_LONG_UNUSED = 60.0
"""Seconds after which a line may have been cut without a word, by a firewall between the two."""


def init_app(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            app.extensions[READING] = db.engine.execution_options(isolation_level="AUTOCOMMIT")
            event.listen(db.engine, "checkin", _note_use)
            event.listen(db.engine, "checkout", _refuse_dead)


def _note_use(connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _refuse_dead(connection: Any, record: Any, _: object) -> None:
    """A server that went away has said so: then there is something to read where nothing was asked."""
    idle = time.monotonic() - record.info.get("used", time.monotonic())
    doubtful = connection.closed or idle > _LONG_UNUSED or _has_something_to_say(connection)
    if doubtful and not _answers(connection):
        raise DisconnectionError("the server has closed this connection")


def _has_something_to_say(connection: Any) -> bool:
    line = poll()
    line.register(connection.fileno(), POLLIN)
    return bool(line.poll(0))


def _answers(connection: Any) -> bool:
    from psycopg import Error  # takes a while to import, and is there where this is asked

    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Error:
        return False
    return True
