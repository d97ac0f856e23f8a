"""Rows that are written alike: where each cell stands, what it is, and one expression that cuts out all values at once.

A sheet has few shapes of row. Once one has been taken apart cell by cell, the next of its shape costs a third.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from workbooks import wire
from workbooks.wire import Encoded

SHAPES_TRIED = 4
CELLS_AT_MOST = 90  # an expression holds a hundred groups
FoundCell = tuple[bytes, ...]
"""Column, style, position of a shared text, kind, value and inline text, as the fast reader finds them."""


class RowShape:
    """`readers` tell the value of a cell from what is written in it."""

    def __init__(self, found: Sequence[FoundCell], positions: Sequence[int], readers: Sequence[Reader | None]) -> None:
        self._match = re.compile(b"".join(map(_written, found))).fullmatch
        values = [
            (at, reader) for cell, at, reader in zip(found, positions, readers, strict=True) if cell[2] or cell[4]
        ]
        self._positions = [at for at, _ in values]
        self._readers = [reader for _, reader in values]
        self._width = max(positions, default=-1) + 1

    def cells(self, piece: bytes, start: int, known: dict[bytes, Encoded], shared: Reader) -> list[Encoded] | None:
        """The row whose cells begin at `start`; None if it is of another shape. Most texts are `known` by now."""
        found = self._match(piece, start)
        if found is None:
            return None
        row: list[Encoded] = [wire.EMPTY] * self._width
        for at, reader, value in zip(self._positions, self._readers, found.groups(), strict=True):
            row[at] = (known.get(value) or shared(value)) if reader is None else reader(value)
        return row


Reader = Callable[[bytes], Encoded]


def _written(cell: FoundCell) -> bytes:
    column, style, shared, kind, value, _ = cell
    head = rb'<c r="%b\d+"%b' % (column, b' s="%b"' % style if style else b"")
    if shared:
        return rb'%b t="s"><v>(\d+)</v></c>' % head
    if value:
        return rb"%b%b><v>([^<]+)</v></c>" % (head, b' t="%b"' % kind if kind else b"")
    return rb"%b/>" % head


class KnownShapes:
    """The shapes met last; the one that fitted is tried first."""

    def __init__(self, known: dict[bytes, Encoded], shared: Reader) -> None:
        self._known, self._shared = known, shared
        self._shapes: list[RowShape] = []

    def cells(self, piece: bytes, start: int) -> list[Encoded] | None:
        for at, shape in enumerate(self._shapes):
            row = shape.cells(piece, start, self._known, self._shared)
            if row is not None:
                if at:
                    self._shapes.insert(0, self._shapes.pop(at))
                return row
        return None

    def learn(
        self, found: Sequence[FoundCell], positions: Sequence[int], reader: Callable[[bytes, bytes], Reader]
    ) -> None:
        """Remember how a row was written, unless it holds what only the cell-by-cell way reads."""
        if any(inline for *_, inline in found) or len(found) > CELLS_AT_MOST:
            return
        readers = [None if shared else reader(kind, style) for _, style, shared, kind, _, _ in found]
        self._shapes = [RowShape(found, positions, readers), *self._shapes[: SHAPES_TRIED - 1]]
