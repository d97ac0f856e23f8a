"""The process that draws one untrusted PDF: it limits itself, reads its standard input, writes JPEGs with their lengths."""

from __future__ import annotations

import io
import os
import resource
import sys
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2 import raw

from papers.rendering import LENGTH, SECONDS, Ending

MEMORY_BYTES = 1 << 30
OUTPUT_BYTES = 64 << 20
OPEN_FILES = 16
LONG_SIDE = 2000
LARGEST_SCALE = 8.0
QUALITY = 85


def main(most_pages: int) -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _confine()
    try:
        ending = _draw(out, most_pages)
    except pypdfium2.PdfiumError as error:
        ending = Ending.LOCKED if error.err_code == raw.FPDF_ERR_PASSWORD else Ending.BROKEN
    except BaseException:  # whatever it is, the file has brought it about
        ending = Ending.BROKEN
    out.flush()
    os._exit(ending)


def _confine() -> None:
    for bound, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CPU, SECONDS),
    ):
        resource.setrlimit(bound, (most, most))


def _draw(out: BinaryIO, most_pages: int) -> Ending:
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    if len(document) > most_pages:
        return Ending.TOO_MANY
    for page in document:
        picture = _picture(page)
        out.write(LENGTH.pack(len(picture)) + picture)
    return Ending.WHOLE if len(document) else Ending.EMPTY


def _picture(page: Any) -> bytes:
    scale = min(LARGEST_SCALE, LONG_SIDE / max(1.0, *page.get_size()))
    drawn = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    file = io.BytesIO()
    drawn.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
