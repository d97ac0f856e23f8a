"""Files that nothing needs any more go: what is past its time, and what a kill or an outage left without a row."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from itertools import islice

from flask import current_app

from extensions import writing
from models import now
from operations import retention, stored_files
from storage import StorageAway, StoredFile

log = logging.getLogger(__name__)

AT_ONCE = 5000
YOUNG = timedelta(days=1)
"""A file lies there before its row does; what is so young may still get one."""
FEW = 20
MOST_PIECES = 200


class Broom:
    """Walks through the keys, so many a round, and begins anew at the end; a fresh worker begins anywhere."""

    def __init__(self) -> None:
        self.after = secrets.token_hex(2)

    def next_files(self) -> list[StoredFile]:
        files = list(islice(current_app.extensions["photos"].files(self.after), AT_ONCE))
        self.after = files[-1].key if len(files) == AT_ONCE else ""
        return files


broom = Broom()


def make_round() -> None:
    _delete(_past_their_time())
    old = [file.key for file in broom.next_files() if file.put_at < now() - YOUNG]
    unnamed = stored_files.unnamed(old)
    if len(unnamed) > max(FEW, len(old) / 2):
        # So many are no leftovers: this is the database of another installation, or one that was brought back empty.
        log.error(
            "%s of %s stored files have no row, nothing was swept: is this their database?", len(unnamed), len(old)
        )
        return
    _delete(unnamed)


def end_what_is_over() -> None:
    """End what has been kept for its time, a few rows a transaction; what is left over goes in the next round."""
    for sweep in retention.SWEEPS:
        for _ in range(MOST_PIECES):
            ids = sweep.due()
            if not ids:
                break
            with writing():
                keys = sweep.end(ids)
            _delete(keys)


def _past_their_time() -> list[str]:
    with writing():
        return [*stored_files.forget_identity_pictures(), *stored_files.forget_given_up_photos()]


def _delete(keys: set[str] | list[str]) -> None:
    """Where the storage is away the files stay: no row names them any more, and a later round finds them."""
    try:
        for key in keys:
            current_app.extensions["photos"].delete(key)
    except StorageAway:
        log.warning("the storage is away, stored files stay until a later round")
        return
    if keys:
        log.info("%s stored files were not needed any more", len(keys))
