"""The two pages of an invented certificate for demo data, each marked 样例 across the sheet; no real form is copied."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from random import Random

from PIL import Image, ImageDraw, ImageFont

from drawing.fonts import CARRIED
from drawing.photographs import photograph

_SHEET = (1280, 940)
_PAPER = (250, 246, 234)
_INK = (34, 34, 38)
_GOLD = (184, 150, 84)
_WAVE = (233, 223, 192)
_SEAL = (190, 40, 36, 190)
_MARK = (196, 60, 52, 34)
_NUMERALS = "〇一二三四五六七八九"

_CONTENT_LINES = [
    ("姓名", "name"),
    ("性别", "sex"),
    ("系列", "title_series"),
    ("专业", "specialty"),
    ("资格名称", "title"),
    ("授予单位", "awarding_body"),
    ("授予时间", "awarded_on"),
    ("办证时间", "issued_on"),
]
_DATES = {"awarded_on", "issued_on"}


def certificate_pages(facts: Mapping[str, str | None]) -> tuple[bytes, bytes]:
    """Photos of the number page and the content page; `facts` is keyed like the certificate fields, dates in ISO."""
    chance = Random(facts.get("cert_no") or facts.get("name") or "")  # noqa: S311  the same demo photo every time
    number = photograph(_number_page(facts), chance)
    content = photograph(_content_page(facts), chance)
    return number, content


def _number_page(facts: Mapping[str, str | None]) -> Image.Image:
    sheet = _blank_sheet()
    pen = ImageDraw.Draw(sheet)
    _portrait(pen, (116, 190))
    pen.text((820, 200), "专业技术资格证书", font=_font(54), fill=_INK, anchor="mm")
    rows = [("持证人：", _fact(facts, "name")), ("评审机构：", _fact(facts, "review_body"))]
    for place, (label, value) in enumerate(rows):
        _row(pen, (470, 330 + place * 86), label, value, room=530)
    pen.text((470, 500), "批准机关：", font=_font(36), fill=_INK, anchor="lm")
    _fit(pen, (470, 560), _fact(facts, "awarding_body"), size=36, room=730)
    pen.text((1200, 648), date_in_words(_fact(facts, "awarded_on")), font=_font(36), fill=_INK, anchor="rm")
    pen.text((116, 790), "证书编号：", font=_font(46), fill=_INK, anchor="lm")
    _fit(pen, (360, 790), _fact(facts, "cert_no") or "无", size=56, room=560)
    pen.line((350, 832, 930, 832), fill=_INK, width=3)
    _stamp(sheet, centre=(352, 590))
    return _marked(sheet)


def _content_page(facts: Mapping[str, str | None]) -> Image.Image:
    sheet = _blank_sheet()
    pen = ImageDraw.Draw(sheet)
    for place, (label, field) in enumerate(_CONTENT_LINES):
        middle = 142 + place * 92
        _spread(pen, label, left=130, right=310, middle=middle)
        value = date_in_figures(_fact(facts, field)) if field in _DATES else _fact(facts, field)
        _fit(pen, (380, middle), value, size=42, room=760)
        pen.line((360, middle + 36, 1150, middle + 36), fill=(150, 146, 138), width=2)
    return _marked(sheet)


def date_in_words(date: str) -> str:
    """2013-12-20 as the papers print it: 二〇一三年十二月二十日; a date known to the month ends there."""
    if not date:
        return ""
    year, *rest = date.split("-")
    words = "".join(_NUMERALS[int(figure)] for figure in year) + "年"
    return words + "".join(_up_to_99(int(part)) + unit for part, unit in zip(rest, "月日", strict=False))


def date_in_figures(date: str) -> str:
    parts = [str(int(part)) for part in date.split("-") if part]
    return " ".join(f"{part} {unit}" for part, unit in zip(parts, "年月日", strict=False))


def _up_to_99(number: int) -> str:
    tens, ones = divmod(number, 10)
    leading = {0: "", 1: "十"}.get(tens, _NUMERALS[tens] + "十")
    return leading + (_NUMERALS[ones] if ones else "")


def _fact(facts: Mapping[str, str | None], field: str) -> str:
    return facts.get(field) or ""


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(CARRIED), size)


def _row(pen: ImageDraw.ImageDraw, at: tuple[int, int], label: str, value: str, *, room: int) -> None:
    pen.text(at, label, font=_font(36), fill=_INK, anchor="lm")
    _fit(pen, (at[0] + round(_font(36).getlength(label)), at[1]), value, size=36, room=room)


def _fit(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, *, size: int, room: int) -> None:
    """Long names are set smaller, as the clerk's printer does."""
    while size > 16 and _font(size).getlength(text) > room:
        size -= 2
    pen.text(at, text, font=_font(size), fill=_INK, anchor="lm", stroke_width=0.6)


def _spread(pen: ImageDraw.ImageDraw, text: str, *, left: int, right: int, middle: int) -> None:
    """Labels of two and four characters end flush."""
    step = (right - left - 40) / (len(text) - 1)
    for place, character in enumerate(text):
        pen.text((left + place * step, middle), character, font=_font(40), fill=(70, 68, 66), anchor="lm")


def _blank_sheet() -> Image.Image:
    sheet = Image.new("RGBA", _SHEET)
    pen = ImageDraw.Draw(sheet)
    width, height = _SHEET
    pen.rounded_rectangle((2, 2, width - 3, height - 3), radius=14, fill=_PAPER)
    for line in range(60, height - 50, 26):
        wave = [(x, line + 6 * math.sin(x / 15 + line)) for x in range(40, width - 39, 4)]
        pen.line(wave, fill=_WAVE, width=2)
    pen.rectangle((30, 30, width - 31, height - 31), outline=_GOLD, width=4)
    pen.rectangle((40, 40, width - 41, height - 41), outline=_GOLD, width=1)
    return sheet


def _portrait(pen: ImageDraw.ImageDraw, at: tuple[int, int]) -> None:
    left, top = at
    pen.rectangle((left, top, left + 290, top + 400), fill=(222, 230, 236), outline=(150, 165, 178), width=2)
    figure = (168, 186, 198)
    pen.ellipse((left + 85, top + 80, left + 205, top + 210), fill=figure)
    pen.pieslice((left + 30, top + 240, left + 260, top + 556), 180, 360, fill=figure)


def _stamp(sheet: Image.Image, *, centre: tuple[int, int]) -> None:
    """A round seal that names nobody: a ring, a star, 职称证书样例 along the arc."""
    size, half = 280, 140
    seal = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(seal)
    pen.ellipse((6, 6, size - 7, size - 7), outline=_SEAL, width=7)
    pen.polygon(_star(half, half - 4, 40), fill=_SEAL)
    for place, character in enumerate("职称证书样例"):
        angle = -100 + place * 40
        turned = _character(character).rotate(-angle, Image.Resampling.BICUBIC)
        x, y = half + 98 * math.sin(math.radians(angle)), half - 98 * math.cos(math.radians(angle))
        seal.alpha_composite(turned, (round(x) - 30, round(y) - 30))
    pen = ImageDraw.Draw(seal)
    pen.text((half, 206), "演示专用", font=_font(30), fill=_SEAL, anchor="mm", stroke_width=0.5)
    sheet.alpha_composite(seal.rotate(-8, Image.Resampling.BICUBIC), (centre[0] - half, centre[1] - half))


def _character(character: str) -> Image.Image:
    tile = Image.new("RGBA", (60, 60), (*_SEAL[:3], 0))
    ImageDraw.Draw(tile).text((30, 30), character, font=_font(38), fill=_SEAL, anchor="mm", stroke_width=0.5)
    return tile


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    reach = [radius, radius * 0.382] * 5
    turns = [math.radians(36 * point - 90) for point in range(10)]
    return [(x + r * math.cos(turn), y + r * math.sin(turn)) for r, turn in zip(reach, turns, strict=True)]


def _marked(sheet: Image.Image) -> Image.Image:
    sheet.alpha_composite(_watermark())
    return sheet


@cache
def _watermark() -> Image.Image:
    mark = Image.new("RGBA", _SHEET, (*_MARK[:3], 0))
    middle = (_SHEET[0] // 2, _SHEET[1] // 2)
    ImageDraw.Draw(mark).text(middle, "样 例", font=_font(300), fill=_MARK, anchor="mm", stroke_width=6)
    return mark.rotate(18, Image.Resampling.BICUBIC)
