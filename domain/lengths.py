"""How long what people write may be, wherever a field does not say it itself; and how much more a box takes.

A box takes more than the limit, so that what is pasted into it is refused in words and not cut off by the browser.
"""

from __future__ import annotations

LINE = 200
PASSWORD = 200
TEXT = 2000
CHOICE = 200
HIDDEN = 3000
REPLY = 1000
EVIDENCE = 2000
FILE_NAME = 150
ADDRESS = 2000
"""Filters and search of a list, as they stand in an address: servers and proxies take 4,000 signs and more of it."""
_MARGIN = 50


def measured(value: str) -> int:
    """Return how long what was written is: blanks at its ends do not count."""
    return len(value.strip())


def fits(value: str, longest: int) -> bool:
    return len(value) <= longest or measured(value) <= longest


def too_long(label: str, longest: int) -> str:
    return f"{label}太长了，最多 {longest} 个字"


def room(longest: int, *, lines: bool = False) -> int:
    """Return how much a box takes; of what was written in several lines more is worth giving back."""
    return longest * 4 if lines else longest + _MARGIN
