"""Reading a big list to its end as somebody does who turns its pages."""

from __future__ import annotations

from collections.abc import Sequence

from listing.selection import Selection


def forward(selection: Selection, size: int = 5, names: Sequence[str] = ()) -> list[int]:
    """Return the ids of all pages, from the first one on."""
    found, page = [], selection.page(size=size, names=names)
    while True:
        found += page.ids
        if not page.more_after:
            return found
        page = selection.page(after=page.stopped_at or page.ids[-1], size=size, names=names)


def backward(selection: Selection, last: int, size: int = 5) -> list[int]:
    """Return the ids of all pages before a row, in the order of the list."""
    found: list[int] = []
    page = selection.page(before=last, size=size)
    while True:
        found = page.ids + found
        if not page.more_before:
            return found
        page = selection.page(before=page.stopped_at or page.ids[0], size=size)
