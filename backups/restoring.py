"""Putting a backup back into an empty system: everything is checked first, and nothing that is there is overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import current_app

from backups import databases, manifest
from backups.databases import NAMES
from backups.manifest import BackupRefused, Manifest
from backups.places import Place, places
from domain.errors import NotFound


def restore(folder: Path) -> Manifest:
    """Fill the empty system from the backup. The database comes last: broken off before, the same command goes on."""
    told = manifest.read(folder)
    _refuse_engine(told)
    _refuse_revision(told)
    if not databases.is_empty():
        raise BackupRefused("这里的数据库已经有内容，恢复不覆盖任何数据，请在空的系统上恢复")
    _refuse_damage(folder, told)
    for place, key, path in _files(folder):
        _put(place, key, path)
    databases.put_back(folder, told.revision, told.rows, told.head)
    return told


def _refuse_engine(told: Manifest) -> None:
    if told.engine != databases.engine():
        wanted = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[told.engine]
        raise BackupRefused(f"这份备份来自 {wanted}，请把 DATABASE_URL 指向一个空的 {wanted} 数据库")


def _refuse_revision(told: Manifest) -> None:
    """Raise where this program is older than the backup: it would not know the tables."""
    scripts = ScriptDirectory(str(Path(current_app.root_path) / "migrations"))
    if told.revision not in {script.revision for script in scripts.walk_revisions()}:
        raise BackupRefused("这份备份是用更新的程序做的，请先换上那一版程序，再恢复")


def _refuse_damage(folder: Path, told: Manifest) -> None:
    names = 0
    for name, digest in manifest.sums_of(folder):
        names += 1
        if manifest.digest_of(folder / name) != digest:
            raise BackupRefused(f"备份里的“{name}”缺失或损坏，没有恢复任何内容，请换一份备份")
    if names != told.files or not (folder / NAMES[told.engine]).exists():
        raise BackupRefused("这份备份的文件和清单对不上，没有恢复任何内容，请换一份备份")


def _files(folder: Path) -> Iterator[tuple[Place, str, Path]]:
    by_name = {place.name_of("0" * 32).partition("/")[0]: place for place in places()}
    for name, _ in manifest.sums_of(folder):
        place = by_name.get(name.partition("/")[0])
        if place is not None:
            yield place, name.rpartition("/")[2], folder / name


def _put(place: Place, key: str, path: Path) -> None:
    """Store a file where there is none; one that is there already, from a restore broken off, must be the same."""
    content = path.read_bytes()
    try:
        here = place.get(key)
    except NotFound:
        place.put(key, content)
        return
    if hashlib.sha256(here).digest() != hashlib.sha256(content).digest():
        raise BackupRefused(f"这里已经有另一个“{key}”，恢复不覆盖任何文件，请在空的系统上恢复")
