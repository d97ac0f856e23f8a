"""What every story in the browser has: Chromium once, and for each file a server of its own with the demo data."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import ServerProcess, browser, server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """An instance folder with the demo data, made once for all who run tests side by side."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "demonstration"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = ServerProcess(folder.with_suffix(".making"))
            making.instance.mkdir()
            making.run_command("db", "upgrade")
            making.run_command("demo")
            making.instance.rename(folder)
    return folder


@pytest.fixture(scope="session")
def portal(demonstration: Path) -> Iterator[ServerProcess]:
    """One server for the stories of the portal, which leave each other's people alone."""
    with server(demonstration) as started:
        yield started


@pytest.fixture(scope="module")
def running(demonstration: Path) -> Iterator[ServerProcess]:
    with server(demonstration) as started:
        yield started
