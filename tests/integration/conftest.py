"""What these tests share: the keys of the engine they run on (the keyring is one), and an object storage."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import pytest

from encryption import keyring
from storage import S3Storage
from tests.buckets import bucket_at


@pytest.fixture(autouse=True)
def _keys_of_its_engine(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        keyring.load(request.getfixturevalue("app").config["FIELD_KEY"])


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # takes as long to import as all else together

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def new_bucket(s3_server: str) -> Callable[[], S3Storage]:
    """Return a function: an empty bucket that nobody else uses."""

    def new() -> S3Storage:
        name = f"photos-{secrets.token_hex(4)}"
        opened = bucket_at(s3_server, name)
        opened._client.create_bucket(Bucket=name)
        return opened

    return new
