"""Making a backup while the system runs: photos first, then the database, then the photos that came meanwhile."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from backups import databases, manifest
from backups.manifest import SUMS, BackupRefused, Manifest
from backups.places import Place, places
from domain.errors import NotFound
from models import now

UNFINISHED = ".unfinished"


class Holding:
    """The files of a backup that is being made, each written with its checksum as it comes."""

    def __init__(self, folder: Path, sums: IO[str], earlier: Path | None) -> None:
        self.folder, self.count = folder, 0
        self._sums, self._earlier = sums, earlier
        self._known = dict(manifest.sums_of(earlier)) if earlier else {}

    def note(self, name: str, digest: str) -> None:
        self._sums.write(f"{digest}  {name}\n")
        self.count += 1

    def fetch(self, place: Place) -> None:
        """Take what is in a place and not here yet; what went away meanwhile is nobody's any more."""
        for key in place.all_keys():
            name = place.name_of(key)
            if not (self.folder / name).exists() and not self._shared(name):
                self._copy(place, key, name)

    def _copy(self, place: Place, key: str, name: str) -> None:
        try:
            content = place.get(key)
        except NotFound:
            return
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.note(name, hashlib.sha256(content).hexdigest())

    def _shared(self, name: str) -> bool:
        """Share a file with the earlier backup: under one key always lies one and the same content."""
        if self._earlier is None or name not in self._known:
            return False
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(self._earlier / name, path)
        except OSError:  # another disk, or the earlier file is gone: it is copied like all others
            return False
        self.note(name, self._known[name])
        return True


def backup(folder: Path, earlier: Path | None = None) -> Manifest:
    """Make a backup in a folder that is not there yet; it appears under its name once it is whole."""
    if earlier is not None:
        manifest.read(earlier)
    with _appearing(folder) as unfinished:
        with (unfinished / SUMS).open("w", encoding="utf-8") as sums:
            holding = Holding(unfinished, sums, earlier)
            # A photo is stored before the row that names it, and removed after: fetched before and after the
            # database, every photo that the database names is here.
            for place in places():
                holding.fetch(place)
            copied = databases.copy_into(unfinished)
            for place in places():
                holding.fetch(place)
            holding.note(copied.name, manifest.digest_of(unfinished / copied.name))
        made = Manifest(
            made_at=now().isoformat(timespec="seconds"), engine=databases.engine(), revision=copied.revision,
            rows=copied.rows, files=holding.count, sums=manifest.digest_of(unfinished / SUMS), key=manifest.key_mark(),
            head=copied.head,
        )  # fmt: skip
        made.write(unfinished)
        os.sync()
    return made


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give a folder beside the wanted one, readable by its owner only; it takes the name at the end, or is gone."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused(f"“{folder}”里已经有东西了，备份不覆盖任何文件，请换一个新的文件夹")
    unfinished = folder.with_name(folder.name + UNFINISHED)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished.mkdir(mode=0o700)
    except FileExistsError as error:
        raise BackupRefused(f"“{unfinished}”是上一次没有做完的备份，请确认没有备份正在运行，删掉它再备份") from error
    except OSError as error:
        raise BackupRefused(f"不能在“{folder.parent}”里建文件夹，请核对位置和权限") from error
    try:
        yield unfinished
        unfinished.rename(folder)
    except (OSError, sqlite3.Error) as error:
        raise BackupRefused("备份没有做完，可能是磁盘满了，已写的部分已清掉。请腾出空间，再备份一次") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
