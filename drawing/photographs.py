"""A flat sheet turned into a photo such as a phone takes: askew on a dark desk, with shadow, uneven light and grain."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

PHOTO = (1600, 1200)
_DESKS = [((104, 84, 68), (70, 55, 45)), ((74, 78, 86), (44, 47, 54)), ((92, 66, 50), (52, 36, 28))]


def photograph(sheet: Image.Image, chance: Random) -> bytes:
    """`sheet` is RGBA; `chance` decides the desk, the angle and the light, so a seed gives the same photo again."""
    photo = _desk(chance)
    turned = sheet.rotate(chance.uniform(-3.5, 3.5), Image.Resampling.BICUBIC, expand=True)
    left = (PHOTO[0] - turned.width) // 2 + chance.randint(-24, 24)
    top = (PHOTO[1] - turned.height) // 2 + chance.randint(-18, 18)
    _cast_shadow(photo, turned.getchannel("A"), (left + 14, top + 18))
    photo.paste(turned, (left, top), turned)
    photo = _grain(_light(photo, chance), chance)
    file = BytesIO()
    photo.save(file, "JPEG", quality=82, optimize=True)
    return file.getvalue()


def _desk(chance: Random) -> Image.Image:
    near, far = chance.choice(_DESKS)
    slope = Image.linear_gradient("L").rotate(chance.choice([0, 90, 180, 270])).resize(PHOTO, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", PHOTO, near), Image.new("RGB", PHOTO, far), slope)


def _cast_shadow(photo: Image.Image, shape: Image.Image, at: tuple[int, int]) -> None:
    shadow = Image.new("L", PHOTO)
    shadow.paste(shape.point(lambda value: value * 0.55), at)
    photo.paste((16, 12, 10), (0, 0), shadow.filter(ImageFilter.GaussianBlur(12)))


def _light(photo: Image.Image, chance: Random) -> Image.Image:
    """A lamp near one corner: bright there, a tenth to a fifth darker on the other side."""
    lamp = Image.new("L", (160, 120), chance.randint(205, 225))
    x, y = chance.choice([30, 130]), chance.choice([20, 60])
    ImageDraw.Draw(lamp).ellipse((x - 70, y - 60, x + 70, y + 60), fill=255)
    glow = lamp.filter(ImageFilter.GaussianBlur(28)).resize(PHOTO, Image.Resampling.BICUBIC)
    return ImageChops.multiply(photo, Image.merge("RGB", [glow, glow, glow]))


def _grain(photo: Image.Image, chance: Random) -> Image.Image:
    size = (PHOTO[0] // 2, PHOTO[1] // 2)
    speckle = Image.frombytes("L", size, chance.randbytes(size[0] * size[1])).point(lambda value: 124 + value // 32)
    noise = speckle.resize(PHOTO, Image.Resampling.BILINEAR)
    return Image.merge("RGB", [ImageChops.add(band, noise, scale=1, offset=-128) for band in photo.split()])
