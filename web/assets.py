"""Addresses in templates; that of a static file names its content, so that browsers keep it and never show an old one."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request

from extensions import moment

YEAR, HOUR = 365 * 24 * 3600, 3600


def install(app: Flask) -> None:
    app.jinja_env.globals["url_for"] = address
    app.get_send_file_max_age = _seconds_kept  # type: ignore[method-assign]


def address(endpoint: str, **values: Any) -> str:
    """Return what url_for returns; what is asked for most often, static files and whole screens, is not made anew."""
    if endpoint == "static" and list(values) == ["filename"]:
        name, folder = values["filename"], current_app.static_folder
        path: str = moment.keep(("static", folder, name), lambda: _versioned(name))
        return request.script_root + path
    if values or endpoint.startswith("."):
        return current_app.url_for(endpoint, **values)
    return _of_screen(endpoint, request.script_root)


@lru_cache(maxsize=1024)
def _of_screen(endpoint: str, root: str) -> str:
    """Addresses of screens never change while a server runs under the same root."""
    return current_app.url_for(endpoint)


def _versioned(name: str) -> str:
    file = f"{current_app.static_folder}/{name}"
    return f"{current_app.static_url_path}/{name}?v={_digest(file, os.stat(file).st_mtime_ns)}"


@lru_cache(maxsize=1024)
def _digest(file: str, written: int) -> str:
    """`written` tells a changed file from the one whose digest is known."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:10]


def _seconds_kept(filename: str | None) -> int:
    """What was asked for by its content never changes; the rest (a module that a module imports) is asked for again."""
    return YEAR if "v" in request.args else HOUR
