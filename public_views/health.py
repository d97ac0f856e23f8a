"""Whether this server can answer: the web process and its database."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import text

from domain.access import Permission
from extensions import db
from web.access import requires

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@requires(Permission.LOOK_UP)
def check() -> tuple[str, int, dict[str, str]]:
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
