"""The two grids that are held against each other, on one database: ours in its real shell, and stock Flask-Admin."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column

from app import create_app
from config import database_url
from extensions import db
from operations.prepared import Prepared


def ours(folder: Path, url: str = "") -> Flask:
    environ = {
        "APP_ENV": "development", "INSTANCE_PATH": str(folder), "DATABASE_URL": url, "PUBLIC_URL": "http://localhost",
        "PHOTO_STORAGE": "local", "SMTP_HOST": "", "OFFICE_DEFAULT_PASSWORD": "first-password-of-the-bench",
    }  # fmt: skip
    app = create_app(environ)
    app.config["FOLD_LOOKUPS"] = False
    return app


@contextlib.contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Collect what the database is asked to read; what was prepared is asked the usual way meanwhile."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    with patch.object(Prepared, "seen", Prepared.usually):
        yield asked
    sa.event.remove(db.engine, "before_cursor_execute", note)


def backends_of(engine: sa.Engine) -> str:
    """Return the name by which PostgreSQL's processes for this database are found; empty where there are none."""
    return (engine.url.database or "") if engine.dialect.name == "postgresql" else ""


def spent(work: Callable[[], object], backends: str, times: int = 1) -> float:
    """Return the milliseconds of CPU of this process and of the PostgreSQL backends that serve it, for one of `times`.

    Looking at the backends takes longer than a page, and a page right after it is no page of a server at work: it is
    done around all of them, and left out.
    """
    theirs, mine = _spent_by(backends), time.process_time()
    for _ in range(times):
        work()
    mine = time.process_time() - mine
    return (mine * 1e3 + _spent_by(backends) - theirs) / times


def _spent_by(backends: str) -> float:
    """Return the CPU milliseconds that PostgreSQL's processes for a database have used: their titles name it."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*") if backends else ():
        with contextlib.suppress(OSError):
            title = (folder / "cmdline").read_text().split()
            if title[:1] == ["postgres:"] and backends in title:
                total += int((folder / "schedstat").read_text().split()[0])
    return total / 1e6


stock_db = SQLAlchemy()


class Certificate(stock_db.Model):  # type: ignore[name-defined,misc]
    """The same table with plain types: nothing is decrypted or turned into words for the peer."""

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    cert_no: Mapped[str | None]
    name: Mapped[str]
    cert_status: Mapped[str]
    title_series: Mapped[str | None]
    title_level: Mapped[str | None]
    title: Mapped[str | None]
    specialty: Mapped[str | None]
    awarding_body: Mapped[str | None]
    awarded_on: Mapped[str | None]
    obtained_by: Mapped[str | None]
    employer_name: Mapped[str | None]
    verified_at: Mapped[str | None]


class StockView(ModelView):
    """What Flask-Admin gives by itself for twelve columns; nothing of it is turned off or tuned, and nothing is scoped."""

    column_list = tuple(column.key for column in Certificate.__table__.columns if column.key != "id")
    column_searchable_list = ("cert_no", "name")
    column_filters = ("cert_status", "title_series", "awarded_on")
    column_default_sort = ("id", True)
    page_size = 50


def stock(folder: Path, url: str = "") -> Flask:
    app = Flask("stock")
    app.config.update(SECRET_KEY=os.urandom(16), SQLALCHEMY_DATABASE_URI=database_url(url, folder))
    stock_db.init_app(app)
    Babel(app)
    view: Any = StockView(Certificate, stock_db, endpoint="certificates")
    with app.app_context():
        Admin(app).add_view(view)
    return app
