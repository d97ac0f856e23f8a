"""Which reader reads a file, and which one is tried next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from workbooks import sniff
from workbooks.concealed import Concealed, concealed
from workbooks.events import SheetStarted
from workbooks.hidden import Omission
from workbooks.limits import MEGABYTE, Limits
from workbooks.package import Package
from workbooks.refusals import Reason, Refused
from workbooks.sheet_shape import EncodedRow
from workbooks.sniff import Container, Format
from workbooks.xlsx import read_xlsx


@dataclass(frozen=True, slots=True)
class Unpacked:
    """How large the workbook is once unpacked; said first, because the time it may take depends on it."""

    size: int


Found = SheetStarted | EncodedRow | Omission


def read_any(file: BinaryIO, limits: Limits) -> Iterator[Unpacked | Found]:
    size = file.seek(0, 2)
    container = sniff.container(file)
    if size > limits.file_bytes:
        raise Refused(Reason.TOO_LARGE, limits.file_bytes // MEGABYTE)
    if container is Container.ZIP:
        yield from _read_zip(file, limits)
    else:
        yield Unpacked(size)
        yield from _read_old(file, limits)


def _read_zip(file: BinaryIO, limits: Limits) -> Iterator[Unpacked | Found]:
    package = Package(file, limits)
    found = sniff.zipped_format(package)
    yield Unpacked(package.unpacked)
    if found is Format.XLSX:
        yield from _else(read_xlsx(package, limits), lambda: _read_other(file, limits))
    else:
        yield from _read_other(file, limits, _concealed(package, found))


def _concealed(package: Package, found: Format) -> Mapping[str, Concealed]:
    """What is hidden, as far as that can be read: calamine makes sense of files that others do not."""
    try:
        return concealed(package, found)
    except (Refused, MemoryError):
        raise
    except Exception:
        return {}


def _read_old(file: BinaryIO, limits: Limits) -> Iterator[Found]:
    from workbooks.xls import read_xls  # takes time to load, and few files need it

    file.seek(0)
    data = file.read()

    def otherwise() -> Iterator[Found]:
        sniff.refuse_foreign_ole(data)
        return _read_other(file, limits)

    yield from _else(read_xls(data, limits), otherwise)


def _read_other(file: BinaryIO, limits: Limits, hidden: Mapping[str, Concealed] | None = None) -> Iterator[Found]:
    from workbooks.other_formats import read_other

    return read_other(file, limits, hidden or {})


def _else(first: Iterator[Found], otherwise: Callable[[], Iterator[Found]]) -> Iterator[Found]:
    """What the first reader finds; if it founders before its first row, what the other one finds."""
    held: list[Found] = []
    try:
        for found in first:
            held.append(found)
            if isinstance(found, tuple):
                break
    except (Refused, MemoryError):
        raise
    except Exception:
        held, first = [], otherwise()
    yield from held
    yield from first
