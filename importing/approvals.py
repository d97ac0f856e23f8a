"""Scans of 批文 as they are stored: pictures and the pages of a PDF, each drawn anew like a photo."""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import PhotoRefused
from papers import pages_of_pdf
from photos import SafePhoto, make_safe

PAGE_BUDGET = 1 << 20
LARGEST_PDF = 20 << 20
_PDF_START = b"%PDF-"
_WITHIN = 1024
_WRONG_TYPE = "批文只收 JPG、PNG 和 PDF，请重新扫描或另存后再上传"


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page: where it comes from, and what is stored of it."""

    label: str
    photo: SafePhoto


def scanned_pages(data: bytes, name: str) -> list[ScannedPage]:
    """Return the pages of one uploaded file; raises PhotoRefused with the sentence for the person."""
    if not data:
        raise PhotoRefused("这个文件是空的，请重新扫描后再上传")
    if _PDF_START not in data[:_WITHIN]:
        return [ScannedPage(name, _drawn(data))]
    if len(data) > LARGEST_PDF:
        raise PhotoRefused(f"这个 PDF 超过 {LARGEST_PDF >> 20} MB，请降低扫描分辨率再上传")
    pages = pages_of_pdf(data)
    return [ScannedPage(f"{name} 第 {at} 页", _drawn(page)) for at, page in enumerate(pages, 1)]


def _drawn(data: bytes) -> SafePhoto:
    """A sheet with a few lines, or its empty back, is no blurred photo."""
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        raise PhotoRefused(_WRONG_TYPE)
    return make_safe(data, budget=PAGE_BUDGET, least_sharpness=0)
