"""The picture of the 验证码: four digits, bent a little, under hairlines. Its plain-text alternative is not here."""

from __future__ import annotations

import math
import secrets
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SIZE = (160, 56)
_FINE = 3  # drawn three times as large, so that edges come out smooth
_PAPER = (246, 248, 250)
_INKS = [(22, 62, 120), (20, 90, 76), (120, 44, 40), (84, 52, 118), (60, 64, 72)]
_LINES = 2
_SPECKS = 60

_chance = secrets.SystemRandom()


def captcha_picture(digits: str) -> bytes:
    """Draw the digits as a PNG; no two pictures of the same digits are alike."""
    picture = Image.new("RGB", (SIZE[0] * _FINE, SIZE[1] * _FINE), _PAPER)
    _scatter(picture)
    step = picture.width / (len(digits) + 0.6)
    for place, digit in enumerate(digits):
        _write(picture, digit, centre=step * (place + 0.8))
    _cross(picture)
    bent = _bend(picture).resize(SIZE, Image.Resampling.LANCZOS)
    file = BytesIO()
    bent.quantize(48).save(file, "PNG", optimize=True)
    return file.getvalue()


def _write(picture: Image.Image, digit: str, *, centre: float) -> None:
    size = _chance.randint(42, 48) * _FINE
    glyph = Image.new("L", (size * 2, size * 2))
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(glyph).text((size, size), digit, font=font, fill=255, anchor="mm", stroke_width=_FINE / 2)
    glyph = glyph.rotate(_chance.uniform(-16, 16), Image.Resampling.BICUBIC)
    left = round(centre + _chance.uniform(-3, 3) * _FINE) - size
    top = round(picture.height / 2 + _chance.uniform(-4, 4) * _FINE) - size
    picture.paste(_chance.choice(_INKS), (left, top), glyph)


def _scatter(picture: Image.Image) -> None:
    pen = ImageDraw.Draw(picture)
    for _ in range(_SPECKS):
        x, y = _chance.randrange(picture.width), _chance.randrange(picture.height)
        size = _chance.randint(1, 2) * _FINE
        pen.ellipse((x, y, x + size, y + size), fill=_pale())


def _cross(picture: Image.Image) -> None:
    pen = ImageDraw.Draw(picture)
    for _ in range(_LINES):
        heights = [_chance.uniform(0.1, 0.9) * picture.height for _ in range(5)]
        points = [(picture.width * place / 4, height) for place, height in enumerate(heights)]
        pen.line(points, fill=_chance.choice(_INKS), width=_FINE, joint="curve")


def _bend(picture: Image.Image) -> Image.Image:
    """Shift thin upright strips up and down along a wave."""
    bent = Image.new("RGB", picture.size, _PAPER)
    depth, length, start = _chance.uniform(2, 4) * _FINE, _chance.uniform(50, 90) * _FINE, _chance.uniform(0, math.tau)
    for x in range(0, picture.width, 2):
        shift = round(depth * math.sin(x / length * math.tau + start))
        bent.paste(picture.crop((x, 0, x + 2, picture.height)), (x, shift))
    return bent


def _pale() -> tuple[int, int, int]:
    return (_chance.randint(150, 215), _chance.randint(150, 215), _chance.randint(150, 215))
