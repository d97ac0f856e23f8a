"""Storing and serving pictures: served only through a page that has checked who asks, never cached by anybody else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, current_app

from storage import StorageAway, new_key

log = logging.getLogger(__name__)


@contextmanager
def stored(data: bytes | None) -> Iterator[str | None]:
    """Store a picture, if there is one, and yield its key; where the caller then fails, it goes again."""
    if data is None:
        yield None
        return
    key = new_key()
    current_app.extensions["photos"].put(key, data)
    try:
        yield key
    except BaseException:
        forget(key)
        raise


def forget(key: str | None) -> None:
    """Delete a picture nobody needs; where the storage is away it stays, and nobody is held up."""
    if key is None:
        return
    try:
        current_app.extensions["photos"].delete(key)
    except StorageAway:
        log.warning("a picture that is not needed any more could not be deleted")


def photo_response(key: str) -> Response:
    """Return the photo's bytes; raises storage.PhotoMissing (404) or StorageAway (503)."""
    return as_photo(current_app.extensions["photos"].get(key))


def as_photo(data: bytes) -> Response:
    response = Response(data, mimetype="image/jpeg")
    response.headers["Content-Disposition"] = 'inline; filename="photo.jpg"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
