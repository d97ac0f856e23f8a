"""The application factory: settings, shared objects, both faces, the gate, the command line. A list of registrations."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

import admin_views
import commands
import config
import counting
import instance_folder
import public_views
from encryption import keyring
from extensions import babel, csrf, db, login_manager, migrate, queue
from storage import open_storage
from tables import connections, kept_apart
from web import access, assets, cookies, errors, filters, forwarding, headers, incoming, request_log, templating

HOUR = 3600


class RowId(IntegerConverter):
    """A number in an address: never longer than a row's number can be, so that the database takes it."""

    regex = r"\d{1,9}"


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the application from the environment; `overrides` are environment variables too, for tests and scripts."""
    instance_folder.new_files_are_private()
    settings = config.load({**os.environ, **(overrides or {})})
    app = Flask(__name__, instance_path=settings["INSTANCE_PATH"])
    app.config.update(settings)
    templating.install(app)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.request_class = incoming.BoundedRequest
    app.url_map.converters |= {"int": RowId, "default": incoming.Word, "string": incoming.Word}
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _set_up_shared_objects(app)
    _set_up_faces(app)
    commands.register(app)
    return app


def _set_up_shared_objects(app: Flask) -> None:
    instance_folder.make_private(app.config)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(app.config["SQLALCHEMY_DATABASE_URI"])
    keyring.load(*(app.config[name] for name in ("FIELD_KEY", "FIELD_KEY_NUMBER", "FIELD_KEY_OTHERS")))
    app.config["SQLALCHEMY_BINDS"] = kept_apart.binds(app.config["SQLALCHEMY_DATABASE_URI"])
    db.init_app(app)
    kept_apart.init_app(app)
    connections.init_app(app)
    migrate.init_app(app, db)
    login_manager.init_app(app)
    csrf.init_app(app)
    babel.init_app(app)
    queue.init_app(app)
    app.extensions["photos"] = open_storage(app.config)
    counting.init_app(app)


def _engine_options(url: str) -> dict[str, Any]:
    """Parameters never appear in a message: an ID number could stand among them.

    PostgreSQL plans each statement with its values: a plan made for any value walks a whole table for a rare one. It
    compiles none: what a page asks is done in less time than compiling takes. SQLite reads what is known of its indexes
    (operations.statistics) when a connection opens, so that none lasts for ever.
    """
    options: dict[str, Any] = {"hide_parameters": True, "pool_recycle": HOUR}
    if url.startswith("postgresql"):
        options |= {
            "pool_size": 10,
            "connect_args": {"options": "-c timezone=UTC -c plan_cache_mode=force_custom_plan -c jit=off"},
        }
    return options


def _set_up_faces(app: Flask) -> None:
    forwarding.install(app)
    for blueprint in (*public_views.BLUEPRINTS, *admin_views.BLUEPRINTS):
        app.register_blueprint(blueprint)
    with app.app_context():
        views = admin_views.register(app)
    request_log.install(app)
    errors.install(app)
    cookies.install(app)
    headers.install(app)
    filters.install(app)
    assets.install(app)
    access.install(app, views)
    incoming.install(app)
