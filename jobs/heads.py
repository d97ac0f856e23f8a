"""The head of the trail outside the database: noted each day in a file and in the log, and held against the trail.

Whoever has the database alone can put an older copy of the whole trail back, which holds in itself. The file stands on
another path, the log on another machine where there is one.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from flask import Flask, current_app

from extensions import db, writing
from models import local_date, now
from operations import events, sources, trail
from operations.events import Head

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)

FILE = "audit-heads"
MOST_TOLD = 20


def check_in_time(app: Flask, device: str) -> None:
    """Once a day, on a thread of its own: walking a long trail takes minutes."""
    with app.app_context():
        if not _is_due():
            return
    threading.Thread(target=_check, args=(app, device), daemon=True, name="heads").start()


def _is_due() -> bool:
    kept = path()
    return not kept.exists() or local_date(now()).isoformat() not in _last_line(kept)


def _check(app: Flask, device: str) -> None:
    with app.app_context(), sources.coming_from("", device):
        try:
            check()
        except Exception as trouble:
            log.error("the trail was not checked: %s", type(trouble).__name__)
        finally:
            db.session.remove()


def check() -> list[str]:
    """Hold the trail against the head of the last check, note the new one, or raise the alarm and keep the old one."""
    with _alone() as file:
        if file is None:
            return []
        walked = events.Walk(last())
        found = list(islice(walked.faults(), MOST_TOLD))
        _raise_alarm(found) if found else _note(file, walked.head)
        return found


def note(head: Head) -> None:
    """Begin anew from this head: what lies before it was looked into by whoever says so."""
    with path().open("a", encoding="utf-8") as file:
        _note(file, head)


def last() -> Head | None:
    """Return the head that was noted last."""
    written = _last_line(path()).split() if path().exists() else []
    return Head.read(written[-1]) if written else None


def path() -> Path:
    return Path(current_app.instance_path) / FILE


def _last_line(kept: Path) -> str:
    return next(iter(kept.read_text(encoding="utf-8").splitlines()[-1:]), "")


@contextmanager
def _alone() -> Iterator[IO[str] | None]:
    """Give the file to one check at a time; None where another one is under way."""
    handle = os.open(path(), os.O_APPEND | os.O_CREAT | os.O_RDWR, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file


def _note(file: IO[str], head: Head) -> None:
    file.write(f"{local_date(now()).isoformat()} {now().isoformat()} {head}\n")
    log.info("the trail holds, its head is %s", head)


def _raise_alarm(found: list[str]) -> None:
    for sentence in found:
        log.error("the trail does not hold: %s", sentence)
    with writing():
        trail.raise_alarm(found[0])
