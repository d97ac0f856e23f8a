"""The reading process seen from outside: started with nothing, listened to within its time, always taken away again."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import IO, Self, cast

from workbooks.limits import Limits
from workbooks.refusals import Reason, Refused

ROOT = str(Path(__file__).resolve().parent.parent)
START = "import sys; sys.path.append(sys.argv[1]); from workbooks.child import main; main(sys.argv[2])"
READ_BYTES = 1 << 18
LONGEST_LINE_BYTES = 8 << 20

SIGNALS: dict[int, Reason] = {
    signal.SIGXCPU: Reason.TIME,
    signal.SIGKILL: Reason.MEMORY,
    signal.SIGABRT: Reason.MEMORY,
}


class ReadingProcess:
    """Reads one open file. Time counts only while somebody waits for the process, not while its rows are worked on."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self._seconds_left = limits.seconds(0)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", START, ROOT, json.dumps(asdict(limits))],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            bufsize=0,
        )
        self._output = cast(IO[bytes], self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._output.close()

    def allow(self, seconds: float) -> None:
        self._seconds_left += seconds

    def lines(self) -> Iterator[bytes]:
        """Whole lines, as they come; none is ever longer than a batch of rows can be."""
        rest = b""
        while block := self._block():
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
            if len(rest) > LONGEST_LINE_BYTES:
                raise Refused(Reason.BROKEN)
        raise Refused(self._reason_of_death())

    def _block(self) -> bytes:
        began = monotonic()
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        ready = poll.poll(max(0, round(self._seconds_left * 1000)))
        self._seconds_left -= monotonic() - began
        if not ready:
            raise Refused(Reason.TIME)
        return os.read(self._output.fileno(), READ_BYTES)

    def _reason_of_death(self) -> Reason:
        """The output has ended without a last word."""
        try:
            code = self._process.wait(timeout=max(1.0, self._seconds_left))
        except subprocess.TimeoutExpired:
            return Reason.TIME
        return SIGNALS.get(-code, Reason.BROKEN)
