"""The two grids that are held against each other, on one database: ours in its real shell, and stock Flask-Admin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column

from app import create_app
from config import database_url


def ours(folder: Path, url: str = "") -> Flask:
    environ = {
        "APP_ENV": "development", "INSTANCE_PATH": str(folder), "DATABASE_URL": url, "PUBLIC_URL": "http://localhost",
        "PHOTO_STORAGE": "local", "SMTP_HOST": "", "OFFICE_DEFAULT_PASSWORD": "first-password-of-the-bench",
    }  # fmt: skip
    app = create_app(environ)
    app.config["FOLD_LOOKUPS"] = False
    return app


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
