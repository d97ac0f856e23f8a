"""What the certificate numbers of one body and year have in common, and how a number falls out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

LEAST = 20
"""From fewer numbers nothing is learned."""
_MOST = 0.95
_PREFIXES = (4, 3, 2)


def oddities(number: str, others: Sequence[str]) -> Iterator[str]:
    """Yield in words what almost all of the others have and the number lacks."""
    if len(others) < LEAST:
        return
    length, share = _usual([len(other) for other in others])
    if share >= _MOST and len(number) != length:
        yield f"{_nearly(share)}是 {length} 位，这一本是 {len(number)} 位"
    for size in _PREFIXES:
        prefix, share = _usual([other[:size] for other in others])
        if share >= _MOST:
            if not number.startswith(str(prefix)):
                yield f"{_nearly(share)}以 {prefix} 开头，这一本不是"
            return


def _usual(values: Sequence[int] | Sequence[str]) -> tuple[int | str, float]:
    """Return the most frequent value and its share."""
    value, times = Counter[int | str](values).most_common(1)[0]
    return value, times / len(values)


def _nearly(share: float) -> str:
    return "都" if share == 1 else "几乎都"
