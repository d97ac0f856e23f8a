"""A zipped workbook as a set of parts. Sizes are judged before anything is unpacked."""

from __future__ import annotations

import zipfile
from typing import IO, BinaryIO

from workbooks.limits import Limits
from workbooks.refusals import Damaged, Reason, Refused

SMALL_PART_BYTES = 64 << 20


class Package:
    """The parts of a zip by their names, told apart neither by case nor by the direction of the slash."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        packed = file.seek(0, 2)
        self._archive = zipfile.ZipFile(file)
        entries = self._archive.infolist()
        self.unpacked = sum(entry.file_size for entry in entries)
        self._entries = {_plain(entry.filename): entry for entry in entries}
        if _swollen(self.unpacked, packed, limits):
            raise Refused(Reason.SWOLLEN)
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused(Reason.ENCRYPTED)

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._entries

    def holds_folder(self, folder: str) -> bool:
        return any(name.startswith(folder) for name in self._entries)

    def stream(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(self._entries[_plain(name)])
        except KeyError:
            raise Damaged(name) from None

    def small(self, name: str) -> bytes:
        """A part that is read whole; a workbook's directory or styles are never larger than this."""
        with self.stream(name) as part:
            data = part.read(SMALL_PART_BYTES + 1)
        if len(data) > SMALL_PART_BYTES:
            raise Refused(Reason.SWOLLEN)
        return data


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _swollen(unpacked: int, packed: int, limits: Limits) -> bool:
    if unpacked > limits.unpacked_bytes:
        return True
    return unpacked > limits.unpacked_bytes_always_fine and unpacked > limits.unpacked_ratio * packed
