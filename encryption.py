"""Encryption of personal numbers at rest, and the keyed digests by which they are found.

Keys come from one master secret; three working keys are derived from it, so that no one of them opens another's door.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12
MASTER_BYTES = 32


class _Keyed:
    """HMAC-SHA256 under one key, the key taken in once: an import asks for a digest a row."""

    def __init__(self, key: bytes) -> None:
        block = key.ljust(hashlib.sha256().block_size, b"\0")
        self._inner, self._outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))

    def digest(self, value: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()


class Keyring:
    """Holds the derived keys; empty until the application has loaded its master secret."""

    def __init__(self) -> None:
        self._cipher: AESGCM | None = None
        self._index = _Keyed(b"")
        self._chain = b""

    def load(self, master: bytes) -> None:
        self._cipher = AESGCM(_derive(master, b"fields"))
        self._index = _Keyed(_derive(master, b"index"))
        self._chain = _derive(master, b"event chain")

    def encrypt(self, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._loaded().encrypt(nonce, plain, _VERSION)

    def decrypt(self, stored: bytes) -> bytes:
        """Raises cryptography's InvalidTag where the bytes were altered or belong to another key."""
        return self._loaded().decrypt(stored[1 : 1 + _NONCE], stored[1 + _NONCE :], stored[:1])

    def digest(self, value: str) -> bytes:
        """Return the keyed digest by which equal values are found; 128 bits."""
        return self._index.digest(value.encode())[:16]

    def seal(self, content: bytes) -> bytes:
        """Return the link that ties an event to the one before it."""
        return hmac.digest(self._chain, content, "sha256")

    def _loaded(self) -> AESGCM:
        if self._cipher is None:
            raise RuntimeError("the keyring has not been loaded")
        return self._cipher


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(master)


keyring = Keyring()


def encrypt_json(value: Any) -> bytes:
    return keyring.encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def decrypt_json(stored: bytes) -> Any:
    return json.loads(keyring.decrypt(stored))


def read_or_make_key(path: Path) -> str:
    """Return the secret kept in the file, making it on first use, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(MASTER_BYTES)).decode())
    return path.read_text().strip()


def fingerprint(secret: str) -> str:
    """Return a digest for secrets that are random in themselves (links, tokens); no key needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
