"""What the tests on both engines share: each engine's application made keys of its own, and the keyring is one."""

from __future__ import annotations

import pytest

from encryption import keyring


@pytest.fixture(autouse=True)
def _keys_of_its_engine(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        keyring.load(request.getfixturevalue("app").config["FIELD_KEY"])
