"""What every story in the browser has: Chromium once, and for each file a server of its own with the demo data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import ServerProcess, browser, server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="session")
def portal() -> Iterator[ServerProcess]:
    """One server for the stories of the portal, which leave each other's people alone."""
    with server(commands=[["demo"]]) as started:
        yield started


@pytest.fixture(scope="module")
def running() -> Iterator[ServerProcess]:
    with server(commands=[["demo"]]) as started:
        yield started
