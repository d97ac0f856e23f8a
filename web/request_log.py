"""A line of the log for each request: from which address, by whom, what was asked for and how it was answered.

Personal data stays out of it: no query string, no part of an address that is a secret or was typed by somebody.
"""

from __future__ import annotations

import logging
import re
import time
from urllib.parse import quote

from flask import Flask, g, request
from werkzeug.wrappers import Response

log = logging.getLogger("access")

_PUBLIC_WORDS = ("name", "page")
"""Parts of an address that are words of the program; links that work once and verify codes are not."""
_LONG_NUMBER = re.compile(r"[0-9０-９]{6,}")
_LONGEST_PATH = 200


def install(app: Flask) -> None:
    log.setLevel(logging.INFO)
    app.before_request(_begin)
    app.after_request(_write)


def _begin() -> None:
    g.asked_at = time.monotonic()


def _write(response: Response) -> Response:
    """Style sheets and pictures of the house are left out: they tell nothing of anybody."""
    if request.endpoint != "static":
        took = (time.monotonic() - g.get("asked_at", time.monotonic())) * 1000
        account = g.get("_login_user")
        who = account.get_id() if account is not None else None
        log.info(
            "%s %s %s %s %s %.0fms", request.remote_addr, who or "-", request.method, path(), response.status_code, took
        )
    return response


def asked() -> str:
    """Return what was asked for and from where, for the lines of what went wrong."""
    return f"{request.method} {path()} from {request.remote_addr}"


def path() -> str:
    """Return the path as it may stand in a log; where there is no such page, without what may be somebody's number."""
    if request.url_rule is None:
        return quote(_LONG_NUMBER.sub("*", request.path), safe="/*")[:_LONGEST_PATH]
    told = request.path
    for name, value in (request.view_args or {}).items():
        if isinstance(value, str) and name not in _PUBLIC_WORDS:
            told = told.replace(value, "*")
    return quote(told, safe="/*")[:_LONGEST_PATH]
