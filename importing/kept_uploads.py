"""Uploads that wait to be read: kept encrypted from the first byte, read back without a name on the disk."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import struct
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, mkstemp
from typing import IO, BinaryIO

from cryptography.exceptions import InvalidTag

from encryption import keyring

log = logging.getLogger(__name__)

PIECE = 1 << 20
ABANDONED_SECONDS = 6 * 60 * 60
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Arrival:
    """An upload that is on the disk; `becomes` gives it to a batch."""

    size: int
    digest: str
    becomes: Callable[[int], None]


class KeptUploads:
    """One encrypted file per batch in a folder of the instance."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def arriving(self, source: IO[bytes]) -> Iterator[Arrival]:
        """Take an upload in, encrypted as it comes; it stays only if it `becomes` the upload of a batch."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix="arriving-", dir=self.folder)
        path, digest, size = Path(name), hashlib.sha256(), 0
        try:
            with os.fdopen(handle, "wb") as file:
                while piece := source.read(PIECE):
                    digest.update(piece)
                    size += len(piece)
                    sealed = keyring.encrypt(piece)
                    file.write(_LENGTH.pack(len(sealed)) + sealed)
                file.flush()
                os.fsync(file.fileno())
            yield Arrival(size, digest.hexdigest(), lambda batch_id: os.replace(path, self._path(batch_id)))
        finally:
            path.unlink(missing_ok=True)

    def renew(self) -> int:
        """Encrypt anew every upload that was encrypted under another key than the one in force; return how many."""
        numbers = [int(path.stem) for path in self.folder.glob("*.upload") if not _is_renewed(path)]
        return sum(map(self._renew, numbers))

    def _renew(self, batch_id: int) -> bool:
        try:
            copy = self.opened(batch_id)
        except (InvalidTag, struct.error):
            log.warning("upload %s cannot be read under any known key and stays as it is", batch_id)
            return False
        if copy is None:
            return False
        with copy, self.arriving(copy) as arrival:
            if self.has(batch_id):
                arrival.becomes(batch_id)
        return True

    def has(self, batch_id: int) -> bool:
        return self._path(batch_id).exists()

    def opened(self, batch_id: int) -> BinaryIO | None:
        """Return the upload as it was, or None where it is not kept any more."""
        if not self.has(batch_id):
            return None
        copy = TemporaryFile(dir=self.folder)  # noqa: SIM115 - handed on open, it has no other name
        try:
            with self._path(batch_id).open("rb") as file:
                while head := file.read(_LENGTH.size):
                    copy.write(keyring.decrypt(file.read(_LENGTH.unpack(head)[0])))
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    @contextmanager
    def folder_for_writing(self) -> Iterator[Path]:
        """Give a folder of ours to a library that writes files by name; it is gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)

    def forget(self, batch_id: int) -> None:
        self._path(batch_id).unlink(missing_ok=True)

    def forget_all_but(self, needed: Collection[int]) -> None:
        """Remove uploads that nobody will read again, and what a kill has left behind; what is fresh may be arriving."""
        for path in self.folder.glob("*"):
            number = path.name.removesuffix(".upload")
            is_needed = number.isdecimal() and int(number) in needed
            if not is_needed and time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def _path(self, batch_id: int) -> Path:
        return self.folder / f"{batch_id}.upload"


def _is_renewed(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_LENGTH.size + 1)
    return len(head) <= _LENGTH.size or keyring.is_in_force(head[_LENGTH.size :])
