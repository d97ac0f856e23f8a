"""The drawing process seen from outside: started with nothing, given its time, its output never trusted for length."""

from __future__ import annotations

import struct
import subprocess
import sys
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from domain.errors import PhotoRefused

MOST_PAGES = 30
SECONDS = 60
ROOT = str(Path(__file__).resolve().parent.parent)
START = "import sys; sys.path.append(sys.argv[1]); from papers.child import main; main(int(sys.argv[2]))"
LENGTH = struct.Struct(">I")


class Ending(IntEnum):
    """How the process ends: with every page drawn, or with the reason why not."""

    WHOLE = 0
    BROKEN = 10
    LOCKED = 11
    TOO_MANY = 12
    EMPTY = 13


_SENTENCES = {
    Ending.LOCKED: "这个 PDF 有密码，请去掉密码再上传，或改传扫描的图片",
    Ending.TOO_MANY: f"这个 PDF 超过 {MOST_PAGES} 页，请只留批文的那几页",
    Ending.EMPTY: "这个 PDF 里没有页面，请重新导出",
}
_BROKEN = "这个 PDF 打不开，请重新扫描或另存一次再上传"


def pages_of_pdf(data: bytes) -> list[bytes]:
    """Return every page as a JPEG; raises PhotoRefused."""
    with TemporaryFile() as source, TemporaryFile() as out:
        source.write(data)
        source.seek(0)
        ending = _run(source, out)
        if ending != Ending.WHOLE:
            raise PhotoRefused(_SENTENCES.get(Ending(ending), _BROKEN) if ending in set(Ending) else _BROKEN)
        out.seek(0)
        return _pictures(out)


def _run(source: IO[bytes], out: IO[bytes]) -> int:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", START, ROOT, str(MOST_PAGES)],
            stdin=source, stdout=out, stderr=subprocess.DEVNULL, env={}, cwd="/", timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Ending.BROKEN
    return done.returncode


def _pictures(out: IO[bytes]) -> list[bytes]:
    found = []
    while head := out.read(LENGTH.size):
        found.append(out.read(LENGTH.unpack(head)[0]))
    return found
