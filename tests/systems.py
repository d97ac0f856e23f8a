"""A whole system in processes of its own, on either engine: prepared once, copied for every round, asked past itself."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.browser import ServerProcess
from tests.engines import PostgresDatabases, sqlite_engine_url

PATIENCE = 90
PROTOTYPE, COPY = "prototype", "copy"
FILLED = """
from commands import cast
from commands.seeds import seed
from flask_migrate import upgrade
from tests.conftest import PASSWORD_HASH
upgrade()
seed()
cast.found_offices(PASSWORD_HASH, PASSWORD_HASH)
"""


class System:
    """A server and its worker that may be killed; what stands in their database is read past them."""

    def __init__(self, instance: Path, url: str) -> None:
        self.server = ServerProcess(instance, _at(url))
        self._engine = create_engine(url or sqlite_engine_url(instance), poolclass=NullPool)

    def asked(self, sql: str, **given: Any) -> Any:
        with self._engine.connect() as connection:
            return connection.execute(text(sql), given).scalar_one()

    def until(self, true: Callable[[], bool], told: Callable[[], str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, f"waited in vain: {told()}"
            time.sleep(0.02)


def _at(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url} if url else {}


class Prototype:
    """The system that every round gets a copy of, with the cast's offices and what else `source` makes in it.

    `databases` are a PostgreSQL server's; none means SQLite.
    """

    def __init__(self, instance: Path, databases: PostgresDatabases | None, source: str) -> None:
        self._instance, self._databases = instance, databases
        instance.mkdir(parents=True)
        self.server = ServerProcess(instance, _at(databases.create_database(PROTOTYPE) if databases else ""))
        self.told = self.server.run_python(FILLED + source)

    def copy(self, folder: Path) -> System:
        instance = shutil.copytree(self._instance, folder / "instance")
        if self._databases is None:
            return System(instance, "")
        self._databases.drop_database(COPY)
        return System(instance, self._databases.create_database(COPY, template=PROTOTYPE))

    def remove(self) -> None:
        for name in (COPY, PROTOTYPE) if self._databases else ():
            self._databases.drop_database(name)


@contextmanager
def prototype_on(engine: str, request: pytest.FixtureRequest, folder: Path, source: str = "") -> Iterator[Prototype]:
    """A prototype on the engine of that name, gone at the end."""
    databases = request.getfixturevalue("postgresql").server if engine == "postgresql" else None
    made = Prototype(folder / engine, databases, source)
    yield made
    made.remove()
