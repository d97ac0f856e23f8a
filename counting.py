"""Writes what pages only noted: look-ups about once a second, uses of sessions once a minute, on a thread of its own."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable

from flask import Flask

from extensions import db
from operations import lookups, sessions

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
SESSIONS_EVERY = 60


def init_app(app: Flask) -> None:
    """Start folding with the first request, so that a server that forks has its thread in the worker."""
    started = threading.Event()

    def start() -> None:
        if app.config.get("FOLD_LOOKUPS", True) and not started.is_set():
            started.set()
            threading.Thread(target=_fold_forever, args=(app,), daemon=True, name="look-up counter").start()
            atexit.register(fold, app)

    app.before_request(start)


def _fold_forever(app: Flask) -> None:
    pause, rounds = threading.Event(), 0
    while not pause.wait(EVERY_SECONDS):
        fold(app)
        rounds += 1
        if rounds % SESSIONS_EVERY == 0:
            write(app, sessions.write_uses)


def fold(app: Flask) -> None:
    """Write the look-ups that are waiting; what cannot be written now waits on."""
    write(app, lookups.fold)


def write(app: Flask, what: Callable[[], None]) -> None:
    with app.app_context():
        try:
            what()
        except Exception as trouble:
            # Whatever it was, the thread goes on: the next second tries again.
            log.error("what pages noted was not written: %s", type(trouble).__name__)
        finally:
            db.session.remove()
