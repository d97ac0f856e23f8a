"""What a backup holds beside the database: the photos, from wherever they are stored, and uploads that wait."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from flask import current_app

from domain.errors import NotFound
from importers import kept_uploads
from storage import PhotoStorage


class Place(Protocol):
    """Files under keys; what stands under a key is never another content."""

    def all_keys(self) -> Iterator[str]: ...

    def get(self, key: str) -> bytes: ...

    def put(self, key: str, data: bytes) -> None: ...

    def name_of(self, key: str) -> str: ...


class Photos:
    """The photo storage, a folder or a bucket; in a backup two levels of folders keep each one small."""

    def __init__(self, storage: PhotoStorage) -> None:
        self.all_keys, self.get, self.put = storage.all_keys, storage.get, storage.put

    def name_of(self, key: str) -> str:
        return f"photos/{key[:2]}/{key[2:4]}/{key}"


class Uploads:
    """Workbooks as they were sent, encrypted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all_keys(self) -> Iterator[str]:
        return (path.name for path in sorted(self._folder.glob("*.upload")))

    def get(self, key: str) -> bytes:
        try:
            return (self._folder / key).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("这份表格已经不在了") from error

    def put(self, key: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"arriving-{key}"
        draft.write_bytes(data)
        os.replace(draft, self._folder / key)

    def name_of(self, key: str) -> str:
        return f"uploads/{key}"


def places() -> tuple[Place, ...]:
    return Photos(current_app.extensions["photos"]), Uploads(kept_uploads().folder)
