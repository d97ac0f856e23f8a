"""A zip file sent while it is made: one picture in memory at a time, nothing written to the disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZipFile


class _Outlet:
    """What has been written since it was last taken; it cannot be wound back, and says so."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def write(self, data: bytes) -> int:
        self._kept += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self._kept = bytes(self._kept), bytearray()
        return taken


def zipped(entries: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    outlet = _Outlet()
    with ZipFile(outlet, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, content in entries:
            archive.writestr(name, content)
            yield outlet.take()
    yield outlet.take()
