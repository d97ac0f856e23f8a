"""What the server under measure serves: the real application with an empty page beside it, or a bare Flask."""

from __future__ import annotations

import os

from flask import Flask

from app import create_app
from domain.access import Permission
from operations import lookups
from web.access import requires


@requires(Permission.LOOK_UP)
def _empty() -> str:
    return ""


def application() -> Flask:
    """The application as it runs, with /empty behind the same gate and headers; COUNT=0 leaves the counting out."""
    app = create_app()
    app.add_url_rule("/empty", "empty", _empty)
    app.extensions["permissions"]["empty"] = Permission.LOOK_UP
    if os.environ.get("COUNT") == "0":
        lookups.counted = lambda found: found.times + 1
    return app


def bare() -> Flask:
    app = Flask("bare")
    app.add_url_rule("/empty", "empty", lambda: "hello")
    return app
