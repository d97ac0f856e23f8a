"""The folder of the data: closed to other accounts of the machine, or nothing starts."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import HalfConfigured
from instance_folder import make_private, new_files_are_private


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def settings(folder: Path, *, development: bool = False, database: str = "") -> dict[str, Any]:
    database = database or str(folder / "certificates.db")
    uri = f"sqlite:///{database}"
    return {"INSTANCE_PATH": str(folder), "SQLALCHEMY_DATABASE_URI": uri, "DEVELOPMENT": development}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    folder = tmp_path / "instance"
    folder.mkdir(0o755)
    (folder / "certificates.db").touch(0o644)
    (folder / "keys").mkdir(0o755)
    return folder


def test_what_a_process_makes_is_its_own_accounts(tmp_path: Path) -> None:
    new_files_are_private()
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()

    assert (mode(tmp_path / "file"), mode(tmp_path / "folder")) == (0o600, 0o700)


def test_data_that_others_read_stops_the_server_and_the_command_it_names_mends_it(instance: Path) -> None:
    with pytest.raises(HalfConfigured, match=f"chmod -R go= {instance} ") as refused:
        make_private(settings(instance))
    assert mode(instance) == 0o755

    os.system(str(refused.value).partition("请先运行 ")[2].partition(" ，")[0])  # noqa: S605 - as the reader would
    make_private(settings(instance))

    assert [mode(path) for path in (instance, *sorted(instance.iterdir()))] == [0o700, 0o600, 0o700]


@pytest.mark.parametrize("which", [".", "certificates.db", "keys"])
def test_one_that_is_open_is_enough(instance: Path, which: str) -> None:
    for path in (instance, *instance.iterdir()):
        path.chmod(0o700)
    make_private(settings(instance))
    (instance / which).chmod(0o740)

    with pytest.raises(HalfConfigured):
        make_private(settings(instance))


def test_a_database_that_lies_elsewhere_is_looked_at_too(instance: Path, tmp_path: Path) -> None:
    for path in (instance, *instance.iterdir()):
        path.chmod(0o700)
    elsewhere = tmp_path / "data"
    elsewhere.mkdir()
    (elsewhere / "zs.db-wal").touch(0o644)

    with pytest.raises(HalfConfigured, match=r"zs\.db-wal"):
        make_private(settings(instance, database=str(elsewhere / "zs.db")))


def test_in_development_it_is_closed_and_said(instance: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_private(settings(instance, development=True))

    assert [mode(path) & 0o077 for path in (instance, *instance.iterdir())] == [0, 0, 0]
    assert len(caplog.records) == 1


def test_a_folder_without_data_is_made_or_closed_without_a_word(tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".gitkeep").touch()

    for name in ("empty", "missing"):
        make_private(settings(tmp_path / name))
        assert mode(tmp_path / name) == 0o700
    assert not caplog.records
