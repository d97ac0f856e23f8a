"""Serving a stored photo: only through a page that has checked who asks, never cached by anybody else."""

from __future__ import annotations

from flask import Response, current_app


def photo_response(key: str) -> Response:
    """Return the photo's bytes; raises storage.PhotoMissing (404) or StorageAway (503)."""
    return as_photo(current_app.extensions["photos"].get(key))


def as_photo(data: bytes) -> Response:
    response = Response(data, mimetype="image/jpeg")
    response.headers["Content-Disposition"] = 'inline; filename="photo.jpg"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
