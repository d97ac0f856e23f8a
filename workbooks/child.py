"""The process that reads one untrusted workbook: it limits itself, reads its standard input, writes lines of JSON.

Lines: ["size", bytes], ["sheet", name, rows or null], ["rows", [[number, cells], ...]], ["left out", sheet, part, count, places],
and at the end ["end"] or ["refused", reason, details].
"""

from __future__ import annotations

import json
import os
import resource
from typing import BinaryIO

from workbooks.events import SheetStarted
from workbooks.hidden import Omission
from workbooks.limits import Limits
from workbooks.opening import Found, Unpacked, read_any
from workbooks.refusals import Reason, Refused
from workbooks.wire import Encoded

BATCH_BYTES = 1 << 16
OPEN_FILES = 16


def main(arguments: str) -> None:
    limits = Limits(**json.loads(arguments))
    out = _claimed_output()
    _confine(limits)
    try:
        _report(limits, Writer(out, limits))
        out.flush()
    except BrokenPipeError:
        os._exit(0)


def _claimed_output() -> BinaryIO:
    """Keep the pipe for the protocol: whatever a library prints goes nowhere."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _confine(limits: Limits) -> None:
    for bound, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(bound, (most, most))
    most_seconds = round(limits.seconds(limits.unpacked_bytes)) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (round(limits.seconds(0)) + 1, most_seconds))


def _allow_time(limits: Limits, unpacked: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(round(limits.seconds(unpacked)) + 1, most), most))


def _report(limits: Limits, writer: Writer) -> None:
    try:
        with open(0, "rb", closefd=False) as file:
            for found in read_any(file, limits):
                writer.write(found)
    except BrokenPipeError:
        raise
    except Refused as refusal:
        writer.line("refused", refusal.reason.name, refusal.details)
    except MemoryError:
        writer.line("refused", Reason.MEMORY.name, ())
    except BaseException:  # a panic of calamine is no Exception; whatever it is, the file has brought it about
        writer.line("refused", Reason.BROKEN.name, ())
    else:
        writer.line("end")


class Writer:
    """Writes findings as lines, many rows to a line."""

    def __init__(self, out: BinaryIO, limits: Limits) -> None:
        self._out, self._limits = out, limits
        self._rows: list[bytes] = []
        self._bytes = 0

    def write(self, found: Unpacked | Found) -> None:
        if isinstance(found, tuple):
            self._row(*found)
        elif isinstance(found, SheetStarted):
            self.line("sheet", found.name, found.rows)
        elif isinstance(found, Omission):
            self.line("left out", found.sheet, found.part.value, found.count, found.places)
        else:
            _allow_time(self._limits, found.size)
            self.line("size", found.size)
            self._out.flush()

    def _row(self, number: int, cells: list[Encoded]) -> None:
        row = b"[%d,[%s]]" % (number, b",".join(cells))
        self._rows.append(row)
        self._bytes += len(row)
        if self._bytes >= BATCH_BYTES:
            self._write_rows()

    def _write_rows(self) -> None:
        if self._rows:
            self._out.write(b'["rows",[%s]]\n' % b",".join(self._rows))
        self._rows, self._bytes = [], 0

    def line(self, *message: object) -> None:
        self._write_rows()
        self._out.write(json.dumps(message).encode() + b"\n")
