"""Encryption of personal numbers at rest, and the keyed digests by which they are found.

Working keys are derived from a master secret, so that no one of them opens another's door. A master secret has a number
from 1 to 255; the first byte of whatever is encrypted is the number of its key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12
MASTER_BYTES = 32
FIRST, LAST = 1, 255
"""The numbers of master secrets; the one that a system begins with needs none."""
NONE: Mapping[int, bytes] = MappingProxyType({})


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


class _Keys:
    """What is derived from one master secret."""

    def __init__(self, master: bytes) -> None:
        self.cipher = AESGCM(_derive(master, b"fields"))
        self.index = _Keyed(_derive(master, b"index"))
        self.chain = _derive(master, b"event chain")


class Keyring:
    """Holds the derived keys by the number of their master secret; empty until the application has loaded them.

    One is in force: what is written is written under it. What another one wrote is still read and found, until
    `flask rotate-keys` has written it anew.
    """

    def __init__(self) -> None:
        self._keys: dict[int, _Keys] = {}
        self._version = b""
        self._in_force: _Keys | None = None

    def load(self, master: bytes, number: int = FIRST, others: Mapping[int, bytes] = NONE) -> None:
        """Take in the master secret in force, under its number, and the other ones that are known."""
        self._keys = {one: _Keys(secret) for one, secret in {**others, number: master}.items()}
        self._version, self._in_force = bytes([number]), self._keys[number]

    @property
    def rotates(self) -> bool:
        """Whether more than one master secret is known."""
        return len(self._keys) > 1

    def encrypt(self, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return self._version + nonce + self._loaded().cipher.encrypt(nonce, plain, self._version)

    def decrypt(self, stored: bytes) -> bytes:
        """Raises cryptography's InvalidTag where the bytes were altered or belong to a key that is not known."""
        keys = self._keys.get(stored[0] if stored else 0)
        if keys is None:
            self._loaded()
            raise InvalidTag
        return keys.cipher.decrypt(stored[1 : 1 + _NONCE], stored[1 + _NONCE :], stored[:1])

    def is_in_force(self, stored: bytes) -> bool:
        """Whether the bytes were encrypted under the key in force."""
        return stored[:1] == self._version

    def digest(self, value: str) -> bytes:
        """Return the keyed digest under which a value is stored; 128 bits."""
        return _index_digest(self._loaded(), value)

    def digests(self, value: str) -> list[bytes]:
        """Return every digest by which equal values may be found, the one in force first."""
        if len(self._keys) == 1:
            return [self.digest(value)]
        others = (keys for keys in self._keys.values() if keys is not self._in_force)
        return [_index_digest(keys, value) for keys in (self._loaded(), *others)]

    def seal(self, content: bytes) -> bytes:
        """Return the link that ties an event to the one before it."""
        return hmac.digest(self._loaded().chain, content, "sha256")

    def sealed_by(self, seal: bytes, content: bytes) -> int | None:
        """Return the number of the key that made this link; None where no known one did."""
        if hmac.compare_digest(seal, self.seal(content)):
            return self._version[0]
        return next((number for number, one in self.seals(content).items() if hmac.compare_digest(one, seal)), None)

    def seals(self, content: bytes) -> dict[int, bytes]:
        """Return the link under every known key, by the key's number."""
        return {number: hmac.digest(keys.chain, content, "sha256") for number, keys in sorted(self._keys.items())}

    def _loaded(self) -> _Keys:
        if self._in_force is None:
            raise RuntimeError("the keyring has not been loaded")
        return self._in_force


def _index_digest(keys: _Keys, value: str) -> bytes:
    return keys.index.digest(value.encode())[:16]


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
