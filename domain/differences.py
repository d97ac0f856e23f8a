"""Where two values differ, by characters: what they share at both ends stays plain, the middle is marked."""

from __future__ import annotations

Parts = list[tuple[str, bool]]


def marked(old: str, new: str) -> tuple[Parts, Parts]:
    """Return both values as (text, changed) parts; equal values are one unchanged part each."""
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    return _parts(old, head, tail), _parts(new, head, tail)


def _parts(value: str, head: int, tail: int) -> Parts:
    end = len(value) - tail
    pieces = [(value[:head], False), (value[head:end], True), (value[end:], False)]
    return [(text, changed) for text, changed in pieces if text]


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))
