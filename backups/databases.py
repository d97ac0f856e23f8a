"""The database of a backup: copied as it stands at one moment while others write, and put back where none is."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from backups.manifest import BackupRefused
from extensions import db

NAMES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
_REVISION = "SELECT version_num FROM alembic_version"
_HEAD = {
    "sqlite": "SELECT max(last_id || ':' || lower(hex(last_seal))) FROM event_head",
    "postgresql": "SELECT max(last_id || ':' || encode(last_seal, 'hex')) FROM event_head",
}


@dataclass(frozen=True, slots=True)
class Copied:
    """What the copy holds: the revision of its tables, and how many rows each has."""

    name: str
    revision: str
    rows: dict[str, int]
    head: str


def engine() -> str:
    return db.engine.dialect.name


def copy_into(folder: Path) -> Copied:
    """Copy the database into a file of the folder: one moment of it, whole; writers are not kept waiting."""
    file = folder / NAMES[engine()]
    return _copy_sqlite(file) if engine() == "sqlite" else _copy_postgresql(file)


def put_back(folder: Path, revision: str, rows: dict[str, int], head: str) -> None:
    """Fill the empty database from the file, all of it or nothing; count what arrived, and look where the trail ends."""
    file = folder / NAMES[engine()]
    _load_sqlite(file) if engine() == "sqlite" else _load_postgresql(file)
    with db.engine.connect() as connection:
        arrived = _counted(connection)
    if arrived != Copied(file.name, revision, rows, head or arrived.head):
        raise BackupRefused("恢复出来的数据和备份时的行数对不上，请清空这个数据库，换一份备份再恢复")


def is_empty() -> bool:
    with db.engine.connect() as connection:
        return not inspect(connection).get_table_names()


def _copy_sqlite(file: Path) -> Copied:
    """Take SQLite's own online copy in one step: it reads one moment, and in WAL mode nobody waits for a reader."""
    with closing(_opened(db.engine.url.database)) as source, closing(_opened(file)) as copy:
        source.backup(copy)
        # One file that stands for itself, and can be read where nothing may be written.
        copy.execute("PRAGMA journal_mode=DELETE")
        names = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return _facts(file, [name for (name,) in names], lambda query: copy.execute(query).fetchone()[0])


def _load_sqlite(file: Path) -> None:
    with closing(_opened(file)) as source, closing(_opened(db.engine.url.database)) as target:
        source.backup(target)


def _opened(file: str | Path | None) -> sqlite3.Connection:
    return sqlite3.connect(str(file), isolation_level=None, timeout=60)


def _copy_postgresql(file: Path) -> Copied:
    """Let pg_dump read the very snapshot that the rows are counted in."""
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        counted = _counted(connection)
    return Copied(file.name, counted.revision, counted.rows, counted.head)


def _load_postgresql(file: Path) -> None:
    db.engine.dispose()
    _run("pg_restore", "--single-transaction", "--exit-on-error", str(file))


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on our database; the password goes through the environment, where `ps` shows none."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"这台机器上没有 {program}，请安装 postgresql-client（版本不低于数据库），再运行一次")
    url = db.engine.url
    address = url.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    command = [found, "--no-owner", "--no-privileges", *arguments, f"--dbname={address}"]
    done = subprocess.run(command, env={**os.environ, **secret}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupRefused(_complaint(program, done.stderr))


def _complaint(program: str, said: str) -> str:
    if "version" in said:
        return f"这台机器的 {program} 比数据库旧，请安装和数据库同版本或更新的 postgresql-client，再运行一次"
    first = next(iter(said.strip().splitlines()), "没有说明原因")
    return f"{program} 没有办成，没有留下任何改动。它的原话：{first}"


def _counted(connection: Connection) -> Copied:
    names = inspect(connection).get_table_names()
    return _facts(Path(NAMES[engine()]), names, lambda query: connection.execute(text(query)).scalar_one())


def _facts(file: Path, names: Iterable[str], ask: Callable[[str], object]) -> Copied:
    rows = {name: int(str(ask(f'SELECT count(*) FROM "{name}"'))) for name in sorted(names)}  # noqa: S608 - tables' own names
    return Copied(file.name, str(ask(_REVISION)), rows, str(ask(_HEAD[engine()]) or ""))
