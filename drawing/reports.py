"""审验证明 as a PDF: what the public look-up says of one certificate, with its code; the fonts are inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno

from drawing.fonts import face_for

if TYPE_CHECKING:
    from fpdf import FPDF

TITLE = "专业技术资格证书审验证明"
_INK, _GREY, _SEAL = (26, 37, 48), (91, 104, 117), (168, 53, 44)
_LEFT, _RIGHT, _TOP = 25.0, 185.0, 58.0
_LABEL_WIDTH, _LINE = 34.0, 7.0
_QR_SIDE = 42.0


@dataclass(frozen=True, slots=True)
class Report:
    """What stands on the sheet: facts as (label, value), the code and its address, who issued it and when."""

    facts: Sequence[tuple[str, str]]
    verdict: str
    code: str
    address: str
    issuer: str
    moment: str

    @property
    def notes(self) -> tuple[str, ...]:
        return (
            "扫码或打开上面的网址，以当时的查验结果为准。",
            "截图和打印件可能过期或被改动，请看清网址再相信内容。",
        )

    @property
    def text(self) -> str:
        parts = (TITLE, self.verdict, "查验码：", self.code, self.address, self.issuer, self.moment, *self.notes)
        return "".join((*parts, *(word for pair in self.facts for word in pair)))


def certificate_report(report: Report) -> bytes:
    """Draw the sheet; raises NoFont where a character cannot be written."""
    from fpdf import FPDF  # takes a fifth of the whole system's start, and few processes ever draw a sheet

    face = face_for(report.text)
    pdf = FPDF(format="A4")
    pdf.set_title(TITLE)
    pdf.set_lang("zh-CN")
    pdf.add_page()
    pdf.set_auto_page_break(False)
    pdf.add_font("zh", fname=face.path, collection_font_number=face.number)
    _head(pdf, report)
    _facts(pdf, report.facts)
    _code(pdf, report)
    _foot(pdf, report)
    return bytes(pdf.output())


def _write(pdf: FPDF, at: tuple[float, float], text: str, size: float, colour: tuple[int, int, int] = _INK) -> None:
    pdf.set_font("zh", size=size)
    pdf.set_text_color(*colour)
    pdf.text(*at, text)


def _head(pdf: FPDF, report: Report) -> None:
    pdf.set_draw_color(*_SEAL)
    pdf.set_line_width(0.8)
    pdf.line(_LEFT, 20, _RIGHT, 20)
    _write(pdf, (_LEFT, 33), TITLE, 22)
    _write(pdf, (_LEFT, 44), report.verdict, 13, _SEAL if "作废" in report.verdict else _GREY)


def _facts(pdf: FPDF, facts: Sequence[tuple[str, str]]) -> None:
    """Values break over several lines where they are long."""
    y = _TOP
    for label, value in facts:
        _write(pdf, (_LEFT, y), label, 12, _GREY)
        pdf.set_font("zh", size=13)
        pdf.set_text_color(*_INK)
        pdf.set_xy(_LEFT + _LABEL_WIDTH, y - 5)
        pdf.multi_cell(_RIGHT - _LEFT - _LABEL_WIDTH, _LINE, value, align="L", new_x="LMARGIN", new_y="NEXT")
        y = pdf.get_y() + 5 + 2


def _code(pdf: FPDF, report: Report) -> None:
    top = 205.0
    _qr(pdf, report.address, _LEFT, top)
    beside = _LEFT + _QR_SIDE + 8
    _write(pdf, (beside, top + 12), f"查验码：{report.code}", 13)
    _write(pdf, (beside, top + 22), report.address, 10, _GREY)
    for line, note in enumerate(report.notes):
        _write(pdf, (beside, top + 31 + 6 * line), note, 10, _GREY)


def _qr(pdf: FPDF, address: str, left: float, top: float) -> None:
    """Draw the modules themselves: sharp at any size, readable by any scanner."""
    rows = [bytes(row) for row in segno.make(address, micro=False, error="m").matrix_iter(border=4)]
    side = _QR_SIDE / len(rows)
    pdf.set_fill_color(*_INK)
    for y, row in enumerate(rows):
        for x, module in enumerate(row):
            if module:
                pdf.rect(left + x * side, top + y * side, side, side, style="F")


def _foot(pdf: FPDF, report: Report) -> None:
    pdf.set_draw_color(*_GREY)
    pdf.set_line_width(0.2)
    pdf.line(_LEFT, 262, _RIGHT, 262)
    _write(pdf, (_LEFT, 270), report.issuer, 10, _GREY)
    _write(pdf, (_LEFT, 276), report.moment, 10, _GREY)
