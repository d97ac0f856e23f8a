"""The application on both engines, each test on a fresh copy of one small filled database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings

from app import create_app
from commands import cast
from commands.seeds import seed
from domain.access import Actor
from extensions import db, moment, queue
from models import Account, EmployerUser, Holder, StaffUser
from operations import lookups, passwords
from tests.engines import postgres
from tests.pages import CheckedClient

passwords._hasher = PasswordHasher.from_parameters(CHEAPEST)
PASSWORD_HASH = passwords.hashed(cast.PASSWORD)

# The same examples in every run: a change that breaks a property is told from one that met a new example. Soak looks for those.
settings.register_profile("quick", max_examples=30, deadline=None, derandomize=True)
settings.register_profile("soak", max_examples=2000, deadline=None)
settings.load_profile("soak" if os.environ.get("SOAK") else "quick")


LONGEST = (
    "e2e/test_way_in", "e2e/test_review", "e2e/test_whole", "integration/test_import_kills", "e2e/test_wizard",
    "integration/test_server_kills", "integration/test_worker", "integration/test_every", "admin_views/test_lists",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: at the end no worker waits for one that is in the middle of it."""
    items.sort(key=lambda item: next((at for at, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))


class Engine:
    """One database engine with a template that every test starts from."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def prepare(self) -> None:
        with self.app.app_context():
            upgrade(directory=str(Path(__file__).parent.parent / "migrations"))
            seed()
            cast.found_offices(PASSWORD_HASH, PASSWORD_HASH)
            db.session.remove()
            db.engine.dispose()
        self.keep()

    def keep(self) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        raise NotImplementedError

    def let_go(self) -> None:
        """Close what still points at the database that is about to be replaced."""
        for used in db.engines.values():
            used.dispose()


class SqliteEngine(Engine):
    def __init__(self, folder: Path) -> None:
        self.file, self.template = folder / "certificates.db", folder / "template.db"
        super().__init__(make_app(folder, ""))

    def keep(self) -> None:
        shutil.copy(self.file, self.template)

    def reset(self) -> None:
        for leftover in ("-wal", "-shm", "-staged", "-staged-wal", "-staged-shm"):
            Path(f"{self.file}{leftover}").unlink(missing_ok=True)
        shutil.copy(self.template, self.file)


class PostgresEngine(Engine):
    def __init__(self, folder: Path, server: Any) -> None:
        self.server = server
        server.create_database("work")
        super().__init__(make_app(folder, server.url("work")))

    def keep(self) -> None:
        self.server.create_database("template_of_work", template="work")
        self.rows = self.server.rows("work")

    def reset(self) -> None:
        if self.rows.restored():
            return
        self.rows.close()
        with self.app.app_context():
            super().let_go()
        self.server.drop_database("work")
        self.server.create_database("work", template="template_of_work")
        self.rows = self.server.rows("work")

    def let_go(self) -> None:
        """Keep the connections as long as the database: a new one costs more than most tests do."""


def make_app(folder: Path, url: str) -> Flask:
    environ = {
        "APP_ENV": "development", "INSTANCE_PATH": str(folder), "DATABASE_URL": url, "PUBLIC_URL": "http://localhost",
        "PHOTO_STORAGE": "local", "SMTP_HOST": "", "OFFICE_DEFAULT_PASSWORD": "first-password-of-tests",
        "JOBS_INLINE": "1", "SPOT_CHECK_PERCENT": "0",
    }  # fmt: skip
    app = create_app(environ)
    app.testing = True
    app.config["FOLD_LOOKUPS"] = False
    app.test_client_class = CheckedClient
    return app


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = SqliteEngine(tmp_path_factory.mktemp("sqlite"))
    engine.prepare()
    return engine


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with postgres() as server:
        engine = PostgresEngine(tmp_path_factory.mktemp("postgresql"), server)
        engine.prepare()
        yield engine
        engine.rows.close()
        with engine.app.app_context():
            db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with the cast's offices and accounts, in an application context, on a database of its own."""
    engine: Engine = request.getfixturevalue(request.param)
    engine.reset()
    queue.init_app(engine.app)
    lookups.buffer.take()
    lookups.buffer.written()
    moment.forget()
    with engine.app.app_context():
        yield engine.app
        db.session.remove()
        engine.let_go()


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    return app.test_client()  # type: ignore[return-value]


def staff_user(username: str) -> StaffUser:
    return db.session.execute(db.select(StaffUser).filter_by(username=username)).scalar_one()


def actor_of(username: str) -> Actor:
    return staff_user(username).actor


@pytest.fixture
def as_staff(app: Flask) -> Any:
    """Return a function: a client signed in as the office account of that name."""
    return lambda username: _signed_in(app, staff_user(username))


@pytest.fixture
def as_holder(app: Flask) -> Any:
    """Return a function: a client signed in as that holder."""
    return lambda holder: _signed_in(app, db.session.get(Holder, holder.id))


@pytest.fixture
def as_employer(app: Flask) -> Any:
    """Return a function: a client signed in as that account of an employer."""
    return lambda user: _signed_in(app, db.session.get(EmployerUser, user.id))


def _signed_in(app: Flask, account: Account) -> CheckedClient:
    client: CheckedClient = app.test_client()  # type: ignore[assignment]
    client.enter_as(account)
    return client
