"""Which workers of this machine live: each holds a lock on a file of its own, and a kill lets go of it at once."""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event


class Presence:
    """This process among the workers. One that carries jobs out inside the server has no file and goes by its signs."""

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex
        self.leaving = Event()
        self._folder: Path | None = None

    @contextmanager
    def among(self, folder: Path) -> Iterator[None]:
        """Be known as a worker of this machine."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / self.name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._folder = folder
            try:
                yield
            finally:
                self._folder = None
                Path(file.name).unlink(missing_ok=True)

    @property
    def is_leaving(self) -> bool:
        return self.leaving.is_set()

    def lives(self, worker: str) -> bool | None:
        """Whether a worker lives; None where it is none of this machine's, so that only its signs tell."""
        if worker == self.name:
            return True
        if self._folder is None or not (self._folder / worker).exists():
            return None
        with (self._folder / worker).open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def forget_dead(self, but: set[str]) -> None:
        """Remove the files of workers that are gone, unless a job still names them."""
        for path in self._folder.iterdir() if self._folder else ():
            if path.name not in but and self.lives(path.name) is False:
                path.unlink(missing_ok=True)


presence = Presence()
