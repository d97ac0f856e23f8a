"""Where photo files live: a folder of this machine, or an S3 bucket that all machines share.

Keys are random and say nothing of the person. What may be stored is decided before: photos.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from domain.errors import DomainError, NotFound

_KEY = re.compile(r"[0-9a-f]{32}")


class PhotoMissing(NotFound):
    """No photo has this key."""

    def __init__(self) -> None:
        super().__init__("这张照片找不到了，请重新上传；已经提交的，请联系职改办")


class StorageAway(DomainError):
    """The disk is full or cannot be read, or the object storage does not answer; nothing was half-written."""

    def __init__(self) -> None:
        super().__init__("照片库暂时用不了，请过几分钟再试。其他内容不受影响")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as the storage lists it."""

    key: str
    put_at: datetime


class PhotoStorage(Protocol):
    """A photo is written once and never changed; deleting what is gone already is no error."""

    def put(self, key: str, data: bytes) -> None: ...

    def get(self, key: str) -> bytes: ...

    def delete(self, key: str) -> None: ...

    def all_keys(self) -> Iterator[str]: ...

    def files(self, after: str = "") -> Iterator[StoredFile]: ...


def new_key() -> str:
    return secrets.token_hex(16)


class LocalStorage:
    """Two levels of folders keep each one small: ab/cd/abcd…"""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)

    def put(self, key: str, data: bytes) -> None:
        with _disk():
            path = self._path(key)
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, data)

    def get(self, key: str) -> bytes:
        with _disk():
            return self._path(key).read_bytes()

    def delete(self, key: str) -> None:
        with _disk():
            self._path(key).unlink(missing_ok=True)

    def all_keys(self) -> Iterator[str]:
        return (file.key for file in self.files())

    def files(self, after: str = "") -> Iterator[StoredFile]:
        """Yield what is stored, by key, from behind `after` on; a folder at a time."""
        with _disk():
            for folder in sorted(path for path in self._folder.glob("??") if path.name >= after[:2]):
                for inner in sorted(path for path in folder.glob("??") if folder.name + path.name >= after[:4]):
                    yield from self._files_in(inner, after)

    def _files_in(self, folder: Path, after: str) -> Iterator[StoredFile]:
        for path in sorted(folder.iterdir()):
            if path.name > after and _KEY.fullmatch(path.name):
                with contextlib.suppress(FileNotFoundError):
                    yield StoredFile(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def _path(self, key: str) -> Path:
        _check(key)
        return self._folder / key[:2] / key[2:4] / key


class S3Storage:
    """Objects are private: no access list is sent, so only the bucket's owner reads them."""

    def __init__(self, *, bucket: str, endpoint_url: str | None, region: str | None, key: str, secret: str) -> None:
        # boto3 takes longer to import than the whole application and is needed only here.
        import boto3
        from botocore.config import Config

        self._bucket = bucket
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint_url or None,
            region_name=region or None,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(
                connect_timeout=3,
                read_timeout=5,
                retries={"total_max_attempts": 2, "mode": "standard"},
                s3={"addressing_style": "path"} if endpoint_url else None,
                # The newer checksums are AWS's own; other makers' object stores refuse them.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, data: bytes) -> None:
        with _bucket():
            _check(key)
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType="image/jpeg")

    def get(self, key: str) -> bytes:
        with _bucket():
            _check(key)
            data: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            return data

    def delete(self, key: str) -> None:
        with _bucket():
            _check(key)
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def all_keys(self) -> Iterator[str]:
        return (file.key for file in self.files())

    def files(self, after: str = "") -> Iterator[StoredFile]:
        """Yield what is stored, by key, a thousand to an answer; objects of other programs are none of ours."""
        with _bucket():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, StartAfter=after)
            for found in (one for page in pages for one in page.get("Contents", ())):
                if _KEY.fullmatch(found["Key"]):
                    yield StoredFile(found["Key"], found["LastModified"])


def open_storage(settings: Mapping[str, Any]) -> PhotoStorage:
    match settings.get("PHOTO_STORAGE", "local"):
        case "local":
            return LocalStorage(Path(settings["INSTANCE_PATH"]) / "photos")
        case "s3":
            return S3Storage(
                bucket=settings["S3_BUCKET"],
                endpoint_url=settings.get("S3_ENDPOINT_URL"),
                region=settings.get("S3_REGION"),
                key=settings["S3_ACCESS_KEY"],
                secret=settings["S3_SECRET_KEY"],
            )
        case other:
            raise ValueError(f"PHOTO_STORAGE 只能是 local 或 s3，现在是 {other}")


def _check(key: str) -> None:
    """Anything but a key of ours leads nowhere: not up the folders, not to another object."""
    if not _KEY.fullmatch(key):
        raise PhotoMissing


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise PhotoMissing from error
    except OSError as error:
        raise StorageAway from error


@contextlib.contextmanager
def _bucket() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        missing = error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}
        raise (PhotoMissing if missing else StorageAway) from error
    except (BotoCoreError, OSError) as error:
        raise StorageAway from error


def _write_whole(path: Path, data: bytes) -> None:
    """Either the whole photo stands under its name after a power cut, or nothing does."""
    handle, draft = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _make_name_durable(path.parent)


def _make_name_durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
