"""The process that reads one untrusted workbook: it limits itself, then reads its standard input and writes lines of JSON.

Lines: ["size", bytes], ["sheet", name], ["rows", [[number, cells], ...]], ["left out", sheet, part, count, places],
and at the end ["end"] or ["refused", reason, details].
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterable
from typing import BinaryIO

from workbooks.events import SheetStarted
from workbooks.hidden import Omission
from workbooks.limits import Limits
from workbooks.opening import Found, Unpacked, read_any
from workbooks.refusals import Reason, Refused

BATCH_BYTES = 1 << 16
OPEN_FILES = 16


def main(arguments: str) -> None:
    limits = Limits(**json.loads(arguments))
    out = _claimed_output()
    _confine(limits)
    try:
        _report(limits, out)
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


def _report(limits: Limits, out: BinaryIO) -> None:
    try:
        with open(0, "rb", closefd=False) as file:
            _write(read_any(file, limits), limits, out)
    except BrokenPipeError:
        raise
    except Refused as refusal:
        _line(out, "refused", refusal.reason.name, refusal.details)
    except MemoryError:
        _line(out, "refused", Reason.MEMORY.name, ())
    except BaseException:  # a panic of calamine is no Exception; whatever it is, the file has brought it about
        _line(out, "refused", Reason.BROKEN.name, ())
    else:
        _line(out, "end")


def _write(findings: Iterable[Unpacked | Found], limits: Limits, out: BinaryIO) -> None:
    batch: list[bytes] = []
    size = 0
    for found in findings:
        if isinstance(found, tuple):
            row = b"[%d,[%s]]" % (found[0], b",".join(found[1]))
            batch.append(row)
            size += len(row)
            if size < BATCH_BYTES:
                continue
        if batch:
            out.write(b'["rows",[%s]]\n' % b",".join(batch))
            batch, size = [], 0
        if isinstance(found, SheetStarted):
            _line(out, "sheet", found.name)
        elif isinstance(found, Omission):
            _line(out, "left out", found.sheet, found.part.value, found.count, found.places)
        elif isinstance(found, Unpacked):
            _allow_time(limits, found.size)
            _line(out, "size", found.size)
            out.flush()
    if batch:
        out.write(b'["rows",[%s]]\n' % b",".join(batch))


def _line(out: BinaryIO, *message: object) -> None:
    out.write(json.dumps(message).encode() + b"\n")
