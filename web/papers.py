"""Pictures of identity papers: redrawn like every photo, stored encrypted, shown only by pages that checked who asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Response, current_app, request

from domain.errors import PhotoRefused
from encryption import keyring
from photos import make_safe
from storage import new_key
from web.photos import as_photo, forget


def chosen(form: Any, names: Sequence[str]) -> dict[str, bytes]:
    """Return the pictures that were chosen, each redrawn; what is wrong with one stands beside its field."""
    pages = {}
    for name in names:
        sent = request.files.get(name)
        if sent is None or not sent.filename:
            form.say(name, f"还没有选“{form[name].label.text}”的照片")
            continue
        try:
            pages[name] = make_safe(sent.read()).data
        except PhotoRefused as refusal:
            form.say(name, refusal.sentence)
    return pages


@contextmanager
def stored(pages: dict[str, bytes]) -> Iterator[dict[str, str]]:
    """Store the pictures and yield their keys; where the caller then fails, they go again."""
    store = current_app.extensions["photos"]
    keys = {name: new_key() for name in pages}
    try:
        for name, page in pages.items():
            store.put(keys[name], keyring.encrypt(page))
        yield keys
    except BaseException:
        for key in keys.values():
            forget(key)
        raise


def picture(key: str) -> bytes:
    return keyring.decrypt(current_app.extensions["photos"].get(key))


def picture_response(key: str) -> Response:
    return as_photo(picture(key))
