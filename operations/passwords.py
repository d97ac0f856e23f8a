"""Hashing passwords and answers with a memory-hard function. Slow on purpose: call it outside `writing()`."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_for_drawn = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""For what was drawn at random, ten at a time: OWASP's least for Argon2id, a sixth of the work of a password."""
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$IyiGv51SMs8CNoRK6QTf3Q$BAcrK904wrYB95W8QjUXa8YrbQGhHCIneoSrUfKTWG0"
"""Nobody's password: chance, hashed as all are, so that an account that is not there takes as long to refuse."""

_ONE_TIME_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def one_time() -> str:
    """Return twelve signs that are easy to read out, about sixty bits, to be changed at the first sign-in."""
    return "-".join("".join(secrets.choice(_ONE_TIME_LETTERS) for _ in range(4)) for _ in range(3))


def first_of_office(for_all: str) -> str:
    """Return the first password of a new office: the one for all offices where it is set, else one drawn for it alone."""
    return for_all or one_time()


def hashed(password: str) -> str:
    return _hasher.hash(password)


def hashed_drawn(secret: str) -> str:
    """Hash a secret that was drawn at random; `fits` reads from the hash how it was made."""
    return _for_drawn.hash(secret)


def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; without a hash it takes as long and says no."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
