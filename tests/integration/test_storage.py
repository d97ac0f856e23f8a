"""Photos on disk and in a bucket: whole or not at all, and a sentence when the place is away."""

import errno
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

import storage
from domain.errors import DomainError, NotFound
from storage import LocalStorage, PhotoMissing, PhotoStorage, S3Storage, StorageAway, new_key, open_storage
from tests.buckets import bucket_at

PHOTO = b"\xff\xd8\xff one safe photo \xff\xd9"


@pytest.fixture
def bucket(new_bucket: Callable[[], S3Storage]) -> S3Storage:
    return new_bucket()


@pytest.fixture(params=["local", "s3"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoStorage:
    return LocalStorage(tmp_path / "photos") if request.param == "local" else request.getfixturevalue("bucket")


def files_in(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_a_photo_comes_back_as_it_was_put(anywhere):
    key = new_key()

    anywhere.put(key, PHOTO)

    assert anywhere.get(key) == PHOTO


def test_a_deleted_photo_is_gone_and_deleting_twice_is_no_error(anywhere):
    key = new_key()
    anywhere.put(key, PHOTO)

    anywhere.delete(key)
    anywhere.delete(key)

    with pytest.raises(PhotoMissing, match="找不到"):
        anywhere.get(key)


def test_all_keys_are_told_and_nothing_that_is_none(anywhere):
    keys = {new_key() for _ in range(3)}
    for key in keys:
        anywhere.put(key, PHOTO)
    if isinstance(anywhere, S3Storage):
        anywhere._client.put_object(Bucket=anywhere._bucket, Key="report.pdf", Body=b"somebody else's")
    else:
        (anywhere._path(min(keys)).parent / ".half.part").write_bytes(b"left by a kill")

    assert sorted(anywhere.all_keys()) == sorted(keys)


def test_files_are_told_by_key_from_behind_one_of_them_with_the_moment_they_were_put(anywhere):
    keys = sorted(new_key() for _ in range(5))
    for key in reversed(keys):
        anywhere.put(key, PHOTO)

    files = list(anywhere.files(keys[1]))

    assert [file.key for file in files] == keys[2:]
    assert all(abs(datetime.now(UTC) - file.put_at) < timedelta(hours=1) for file in files)


def test_an_unknown_photo_is_a_page_that_does_not_exist(anywhere):
    with pytest.raises(NotFound):
        anywhere.get(new_key())


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 33, f"{'a' * 32}\n", "..", "a" * 30 + "/a", "\x00" * 32]
)
def test_anything_but_a_key_of_ours_leads_nowhere(anywhere, key):
    for attempt in (lambda: anywhere.get(key), lambda: anywhere.put(key, PHOTO), lambda: anywhere.delete(key)):
        with pytest.raises(PhotoMissing):
            attempt()


def test_keys_are_random_and_say_nothing():
    keys = {new_key() for _ in range(1000)}

    assert len(keys) == 1000
    assert all(len(key) == 32 and int(key, 16) >= 0 for key in keys)


def test_files_lie_two_folders_deep(tmp_path):
    local, key = LocalStorage(tmp_path), new_key()

    local.put(key, PHOTO)

    assert files_in(tmp_path) == [Path(key[:2]) / key[2:4] / key]


def test_putting_again_replaces_the_whole_photo(anywhere):
    key = new_key()
    anywhere.put(key, PHOTO * 100)

    anywhere.put(key, PHOTO)

    assert anywhere.get(key) == PHOTO


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing_behind_and_works_again_by_itself(tmp_path, monkeypatch, step):
    local, key = LocalStorage(tmp_path), new_key()
    with monkeypatch.context() as full_disk:
        full_disk.setattr(storage.os, step, no_room)
        with pytest.raises(StorageAway, match="过几分钟再试"):
            local.put(key, PHOTO)
    assert files_in(tmp_path) == []

    local.put(key, PHOTO)

    assert local.get(key) == PHOTO


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_failed_replacement_keeps_the_photo_that_was_there(tmp_path, monkeypatch):
    local, key = LocalStorage(tmp_path), new_key()
    local.put(key, PHOTO)

    monkeypatch.setattr(storage.os, "replace", no_room)
    with pytest.raises(StorageAway):
        local.put(key, b"another")

    assert local.get(key) == PHOTO


def test_the_bytes_are_on_disk_before_the_name_is(tmp_path, monkeypatch):
    steps: list[str] = []
    for step in ("fsync", "replace"):
        monkeypatch.setattr(storage.os, step, noted(steps, step, getattr(os, step)))

    LocalStorage(tmp_path).put(new_key(), PHOTO)

    assert steps == ["fsync", "replace", "fsync"]


def noted(steps, step, real):
    def call(*arguments):
        steps.append(step)
        return real(*arguments)

    return call


def test_a_folder_that_cannot_be_used_is_storage_away(tmp_path):
    (tmp_path / "photos").write_bytes(b"a file stands where the folder should be")

    with pytest.raises(StorageAway):
        LocalStorage(tmp_path / "photos").put(new_key(), PHOTO)


def test_objects_are_pictures_that_only_the_owner_reads(bucket):
    key = new_key()

    bucket.put(key, PHOTO)

    head = bucket._client.head_object(Bucket=bucket._bucket, Key=key)
    grants = bucket._client.get_object_acl(Bucket=bucket._bucket, Key=key)["Grants"]
    assert head["ContentType"] == "image/jpeg"
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]


def test_a_server_that_is_away_is_said_in_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody answers at this port
        away = bucket_at(f"http://127.0.0.1:{taken.getsockname()[1]}")

        for attempt in (
            lambda: away.put(new_key(), PHOTO),
            lambda: away.get(new_key()),
            lambda: away.delete(new_key()),
        ):
            with pytest.raises(StorageAway, match="照片库暂时用不了") as refusal:
                attempt()
            assert isinstance(refusal.value, DomainError)


def test_a_bucket_that_does_not_exist_is_storage_away(s3_server):
    with pytest.raises(StorageAway):
        bucket_at(s3_server, "nobody-made-this").get(new_key())


def test_the_same_client_works_again_once_the_server_is_back():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    held, key = bucket_at(f"http://{host}:{port}"), new_key()
    held._client.create_bucket(Bucket="photos")
    server.stop()
    with pytest.raises(StorageAway):
        held.put(key, PHOTO)

    server = ThreadedMotoServer(host, port, verbose=False)
    server.start()
    held.put(key, PHOTO)

    assert held.get(key) == PHOTO
    server.stop()


def test_settings_choose_the_place(tmp_path, s3_server):
    local = open_storage({"PHOTO_STORAGE": "local", "INSTANCE_PATH": str(tmp_path)})
    key = new_key()
    local.put(key, PHOTO)
    s3 = open_storage(
        {
            "PHOTO_STORAGE": "s3",
            "S3_BUCKET": "photos",
            "S3_ENDPOINT_URL": s3_server,
            "S3_REGION": "",
            "S3_ACCESS_KEY": "test-key",
            "S3_SECRET_KEY": "test-secret",
        }
    )

    assert files_in(tmp_path / "photos") == [Path(key[:2]) / key[2:4] / key]
    assert isinstance(s3, S3Storage)


def test_a_misspelt_setting_stops_the_start():
    with pytest.raises(ValueError, match="PHOTO_STORAGE"):
        open_storage({"PHOTO_STORAGE": "ftp", "INSTANCE_PATH": "."})
