"""What a backup says of itself: whose key it belongs to, what it counts, and the checksum of every file in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from domain.errors import DomainError
from encryption import keyring

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
"""The second is written as sha256sum writes it: `sha256sum -c SHA256SUMS` checks a backup without this program."""

_PURPOSE = b"backup"


class BackupRefused(DomainError):
    """It cannot be made here, or what lies there cannot be put back; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One row of facts; sealed, so that neither they nor the checksums can be exchanged without the key."""

    made_at: str
    engine: str
    revision: str
    rows: dict[str, int]
    files: int
    sums: str
    key: str
    head: str = ""
    """The newest event of the copy, as `flask audit verify` writes it; older backups say nothing of it."""

    def write(self, folder: Path) -> None:
        told = asdict(self) | {"seal": _seal(asdict(self))}
        (folder / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def key_mark() -> str:
    """Return what tells one master key from another and nothing about it."""
    return keyring.digest(_PURPOSE.decode()).hex()


def _known_marks() -> list[str]:
    return [mark.hex() for mark in keyring.digests(_PURPOSE.decode())]


def read(folder: Path) -> Manifest:
    """Return what the backup says of itself, once key, seal and the list of checksums fit together."""
    told = _told(folder)
    seal = told.pop("seal")
    if told["key"] not in _known_marks():
        raise BackupRefused("这份备份是用另一把 FIELD_KEY 加密的，请把备份时用的那一把也写进 FIELD_KEY_OTHERS，再恢复")
    if seal not in _seals(told) or digest_of(folder / SUMS) != told["sums"]:
        raise BackupRefused("这份备份的清单和备份时不一样了，没有恢复，请换一份备份")
    return Manifest(**told)


def _told(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if told.keys() | {"head"} != {*Manifest.__slots__, "seal"}:
            raise ValueError("it says something else")
    except FileNotFoundError as error:
        raise BackupRefused(f"“{folder}”里没有一份做完的备份，请核对文件夹") from error
    except (ValueError, AttributeError) as error:
        raise BackupRefused(f"“{folder}”里的 {MANIFEST} 读不懂，没有恢复，请换一份备份") from error
    return told


def _seal(told: dict[str, Any]) -> str:
    return keyring.seal(_sealed(told)).hex()


def _seals(told: dict[str, Any]) -> list[str]:
    """Return the seal under every known key: a backup is older than a change of keys, or younger."""
    return [seal.hex() for seal in keyring.seals(_sealed(told)).values()]


def _sealed(told: dict[str, Any]) -> bytes:
    return _PURPOSE + json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def digest_of(path: Path) -> str:
    """Return the file's checksum; of a file that is not there, one that fits nothing."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def sums_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield name and checksum of every file of a backup."""
    with (folder / SUMS).open(encoding="utf-8") as lines:
        for line in lines:
            digest, _, name = line.rstrip("\n").partition("  ")
            yield name, digest
