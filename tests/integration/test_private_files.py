"""Every file of a system that was really used, and of its backup: nobody but the account it runs under reads one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import ServerProcess


@pytest.fixture
def loose_umask() -> Iterator[None]:
    """What an administrator's shell usually has."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def read_by_others(folder: Path) -> list[str]:
    found = [folder, *folder.rglob("*")]
    return [str(path) for path in found if stat.S_IMODE(path.lstat().st_mode) & 0o077 and not path.is_symlink()]


def test_a_used_system_and_its_backup_are_read_by_their_account_only(tmp_path: Path, loose_umask: None) -> None:
    instance, backup = tmp_path / "instance", tmp_path / "backups" / "first"
    instance.mkdir(0o755)
    server = ServerProcess(instance)
    server.run_command("db", "upgrade")
    server.run_command("demo")
    server.start()
    try:
        server.run_command("backup", str(backup))
        while_it_runs = read_by_others(instance)
    finally:
        server.stop()

    names = {path.name for path in instance.rglob("*")}
    assert {"certificates.db", "certificates.db-staged", "queue.db", "field_key", "photos"} <= names
    assert [*while_it_runs, *read_by_others(instance), *read_by_others(backup)] == []
