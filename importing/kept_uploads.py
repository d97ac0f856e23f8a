"""Uploads that wait for somebody to say which column is which: kept encrypted, read back without a name on the disk."""

from __future__ import annotations

import os
import shutil
import struct
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, BinaryIO

from encryption import keyring

PIECE = 1 << 20
ABANDONED_SECONDS = 6 * 60 * 60
_LENGTH = struct.Struct(">I")


class KeptUploads:
    """One encrypted file per batch in a folder of the instance."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def spooled(self, source: IO[bytes]) -> BinaryIO:
        """Copy an upload into a file that has no name: whatever stops the server, nothing of it stays behind."""
        self._folder.mkdir(parents=True, exist_ok=True)
        copy = TemporaryFile(dir=self._folder)  # noqa: SIM115 - handed on open, it has no other name
        shutil.copyfileobj(source, copy, PIECE)
        copy.seek(0)
        return copy

    def keep(self, batch_id: int, source: BinaryIO) -> None:
        source.seek(0)
        handle = os.open(self._path(batch_id), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            while piece := source.read(PIECE):
                sealed = keyring.encrypt(piece)
                file.write(_LENGTH.pack(len(sealed)) + sealed)

    def opened(self, batch_id: int) -> BinaryIO | None:
        """Return the upload as it was, or None where it is not kept any more."""
        if not self._path(batch_id).exists():
            return None
        copy = TemporaryFile(dir=self._folder)  # noqa: SIM115 - handed on open, it has no other name
        with self._path(batch_id).open("rb") as file:
            while head := file.read(_LENGTH.size):
                copy.write(keyring.decrypt(file.read(_LENGTH.unpack(head)[0])))
        copy.seek(0)
        return copy

    @contextmanager
    def folder_for_writing(self) -> Iterator[Path]:
        """Give a folder of ours to a library that writes files by name; it is gone afterwards."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._folder) as folder:
            yield Path(folder)

    def forget(self, batch_id: int) -> None:
        self._path(batch_id).unlink(missing_ok=True)

    def forget_all_but(self, needed: Collection[int]) -> None:
        """Remove the uploads of batches that have ended without anybody deciding, and what a kill has left behind."""
        for path in self._folder.glob("*.upload"):
            if int(path.stem) not in needed:
                path.unlink(missing_ok=True)
        for folder in self._folder.glob("tmp*/"):
            if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    def _path(self, batch_id: int) -> Path:
        return self._folder / f"{batch_id}.upload"
