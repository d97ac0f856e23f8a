"""Where what is being done comes from: set once by whoever lets people or programs in, read by every event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

LONGEST_ADDRESS, LONGEST_DEVICE = 45, 50


@dataclass(frozen=True, slots=True)
class Source:
    """The address as text, and the device in words; both empty where nothing is known."""

    address: str = ""
    device: str = ""


UNKNOWN = Source()
_current: ContextVar[Source] = ContextVar("source", default=UNKNOWN)


def current() -> Source:
    return _current.get()


def come_from(address: str, device: str) -> None:
    """Note for all that follows in this thread where it comes from."""
    _current.set(Source(address[:LONGEST_ADDRESS], device[:LONGEST_DEVICE]))


def forget() -> None:
    _current.set(UNKNOWN)


@contextmanager
def coming_from(address: str, device: str) -> Iterator[None]:
    """Note it for the block only."""
    before = _current.get()
    come_from(address, device)
    try:
        yield
    finally:
        _current.set(before)
