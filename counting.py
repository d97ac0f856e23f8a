"""Folds the buffered look-ups into the database about once a second, on a thread of its own, and once more at the end."""

from __future__ import annotations

import atexit
import logging
import threading

from flask import Flask

from extensions import db
from operations import lookups

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0


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
    pause = threading.Event()
    while not pause.wait(EVERY_SECONDS):
        fold(app)


def fold(app: Flask) -> None:
    """Write what is waiting; what cannot be written now waits on."""
    with app.app_context():
        try:
            lookups.fold()
        except Exception as trouble:
            # Whatever it was, the thread goes on: the next second tries again.
            log.error("look-ups wait to be counted: %s", type(trouble).__name__)
        finally:
            db.session.remove()
