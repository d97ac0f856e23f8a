"""Any bytes in, one safe JPEG out, or a refusal whose sentence tells the person how to take a better photo.

Nothing of the upload is kept: what is stored is drawn anew from its pixels. Where it is kept: storage.py.
"""

from __future__ import annotations

import hashlib
import math
import re
import threading
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from domain.errors import PhotoRefused

PHOTO_BUDGET = 500 * 1024
LONGEST_UPLOAD = 10 * 1024 * 1024
LONG_SIDE = 2000
AVATAR_SIDE = 240

# The printed number is about 3 mm tall on a page about 125 mm wide: at 800 pixels across it keeps some 20 pixels
# when the page fills the frame, and half of that, just readable, when it fills half of it.
LEAST_LONG_SIDE = 800
LEAST_SHORT_SIDE = 600
MOST_ELONGATED = 4

# A 50-megapixel phone camera gives 8192 × 6144 as JPEG, which is decoded at a fraction of its size. A PNG has to be
# unpacked whole, and the largest honest one is an A4 page scanned at 600 dpi.
MOST_PIXELS_JPEG = 51_000_000
MOST_PIXELS_PNG = 36_000_000

# Each scan of a progressive JPEG walks over the whole picture, and ten megabytes hold a hundred thousand of them;
# cameras and editors write about ten.
MOST_SCANS = 64

# Measured on drawn certificates: sharp ones reach 1,300 and more (540 in bad light), those whose digits can only just
# be made out 40 to 80, those beyond reading 4 to 26. At 500 pixels the camera's noise and JPEG's blocks hardly count.
LEAST_SHARPNESS = 30.0
SHARPNESS_SIDE = 500
SHARPNESS_TILES = 12

WRONG_TYPE = "只收 JPG 和 PNG。iPhone 请在“设置—相机—格式”选“兼容性最佳”"
UNREADABLE = "这张照片打不开，请重新拍一张"
TOO_LARGE = "照片超过 10 MB，请用手机相机普通模式重拍"
TOO_MANY_PIXELS = "照片像素太高，请用手机相机普通模式重拍"
TOO_SMALL = "照片只有 {width}×{height}，字看不清，请靠近一点重拍"
TOO_NARROW = "照片太窄太长，请把整页都拍进去，不要裁成一条"
BLURRED = "照片太糊，字看不清，请对好焦重拍一张"

_JPEG_START = b"\xff\xd8\xff"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd7\xff])")
_START_OF_SCAN, _END_OF_IMAGE = b"\xda", b"\xd9"

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_QUARTERS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)

_SMALLER_SIDES = (1700, 1400, 1200, 1000, 800)
_QUALITIES = (85, 77, 68, 60)

_EDGES = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_GRID = 32
_WAVES = [[math.cos(math.pi * k * (2 * i + 1) / (2 * _GRID)) for i in range(_GRID)] for k in range(8)]
# Of 63 bits: one photo saved anew differs in 0 to 3, badly in 6; two pages of one certificate in 20 and more.
_ALIKE_WITHIN = 6
# Three changed bits leave one of four bands of 16 untouched, and bands are found by an index. Certificates of one design
# photographed alike may come as near: whether it is a copy is seen on the photos themselves.
_IDENTICAL_WITHIN = 3
BANDS = _IDENTICAL_WITHIN + 1
_BAND_BITS = 16

# A photo no larger than it takes to tell a copy: three times the grid of the fingerprint, twice that of the cells.
_SIGHT, _CELLS = 96, 48
# Measured on drawn certificates: a copy saved anew, lightened or shrunk changes no cell by more than 8 greys against the
# cells around it; one digit changes a cell by 11, another name by 30. A second photo of the same paper changes hundreds.
_CHANGED_BY = 10
MOST_CHANGED_CELLS = 40

# One picture in memory at a time, whatever the number of threads. It also keeps the changed warning filters, which
# are global, from being saved and restored in the wrong order.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class SafePhoto:
    """What is stored. The fingerprint has 63 bits, so that it fits a signed 64-bit column."""

    data: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    fingerprint: int


def make_safe(data: bytes, *, budget: int = PHOTO_BUDGET, least_sharpness: float = LEAST_SHARPNESS) -> SafePhoto:
    """Redraw the picture upright, on white, without metadata, within `budget` bytes; raise only PhotoRefused."""
    most_pixels = _most_pixels_of(data)
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = _decoded(data, most_pixels)
        if least_sharpness and sharpness(picture) < least_sharpness:
            raise PhotoRefused(BLURRED)
        return _kept(picture, budget)


def make_picture(data: bytes, *, budget: int = PHOTO_BUDGET) -> bytes:
    """Redraw any picture whole, however few its pixels: nothing on it has to be legible; raise only PhotoRefused."""
    most_pixels = _most_pixels_of(data)
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _encoded(_decoded(data, most_pixels, legible=False), budget)[0]


def _kept(picture: Image.Image, budget: int) -> SafePhoto:
    stored, (width, height) = _encoded(picture, budget)
    return SafePhoto(
        data=stored,
        media_type="image/jpeg",
        width=width,
        height=height,
        sha256=hashlib.sha256(stored).hexdigest(),
        fingerprint=_fingerprint(picture),
    )


def turned(data: bytes, *, budget: int = PHOTO_BUDGET) -> SafePhoto:
    """Turn a stored photo by 90 degrees, clockwise."""
    with _one_at_a_time, Image.open(BytesIO(data), formats=("JPEG",)) as stored:
        return _kept(stored.convert("RGB").transpose(Image.Transpose.ROTATE_270), budget)


def make_square(data: bytes, side: int = AVATAR_SIDE) -> bytes:
    """Redraw the middle of any picture as a small square JPEG without metadata; raise only PhotoRefused."""
    most_pixels = _most_pixels_of(data)
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        square = ImageOps.fit(_decoded(data, most_pixels, legible=False), (side, side), Image.Resampling.LANCZOS)
        stored = BytesIO()
        square.save(stored, "JPEG", quality=85, optimize=True)
        return stored.getvalue()


def looks_same(one: int, other: int) -> bool:
    """Whether two fingerprints are of one photo, saved anew, resized or recompressed."""
    return (one ^ other).bit_count() <= _ALIKE_WITHIN


def looks_identical(one: int, other: int) -> bool:
    """Whether two fingerprints may be of one photo: worth a look at the photos themselves."""
    return (one ^ other).bit_count() <= _IDENTICAL_WITHIN


def bands_of(fingerprint: int) -> list[int]:
    """Return the fingerprint in pieces: of two that look identical one piece at least is equal."""
    return [fingerprint >> (_BAND_BITS * at) & ((1 << _BAND_BITS) - 1) for at in range(BANDS)]


def sight(data: bytes) -> Image.Image:
    """Return a stored photo as small as it takes to tell a copy of it."""
    with _one_at_a_time, Image.open(BytesIO(data), formats=("JPEG",)) as stored:
        stored.draft("L", (8 * _SIGHT, 8 * _SIGHT))
        return stored.convert("L").resize((_SIGHT, _SIGHT), Image.Resampling.BOX)


def turns(seen: Image.Image) -> list[tuple[int, Image.Image]]:
    """Return a photo turned by one, two and three quarters, each with its fingerprint."""
    held = [seen.transpose(turn) for turn in _QUARTERS]
    return [(_fingerprint(one), one) for one in held]


def changed_cells(one: Image.Image, other: Image.Image) -> int:
    """Count where two photos differ beyond light and compression: none in a copy, a few where somebody painted into one."""
    small, smaller = (picture.reduce(_SIGHT // _CELLS) for picture in (one, other))
    difference = ImageChops.subtract(small, _lit_like(smaller, small), 1, 128)
    sudden = ImageChops.difference(difference, difference.filter(ImageFilter.BoxBlur(2)))
    return sum(sudden.histogram()[_CHANGED_BY:])


def _lit_like(picture: Image.Image, model: Image.Image) -> Image.Image:
    """Give a picture the brightness and the contrast of another."""
    mine, wanted = ImageStat.Stat(picture), ImageStat.Stat(model)
    factor = wanted.stddev[0] / max(mine.stddev[0], 1)
    return picture.point([round((grey - mine.mean[0]) * factor + wanted.mean[0]) for grey in range(256)])


def sharpness(picture: Image.Image) -> float:
    """How strong the edges are in the sharpest twentieth of the picture: text counts, blank paper does not."""
    grey = picture.convert("L")
    scale = SHARPNESS_SIDE / max(grey.size)
    grey = grey.resize((max(8, round(grey.width * scale)), max(8, round(grey.height * scale))), Image.Resampling.BOX)
    # The kernel copies the outermost pixels as they are, which would count as edges.
    edges = grey.filter(_EDGES).crop((1, 1, grey.width - 1, grey.height - 1))
    tiles = range(SHARPNESS_TILES)
    strengths = sorted((_variance(edges, column, row) for row in tiles for column in tiles), reverse=True)
    return strengths[len(strengths) // 20]


def _variance(edges: Image.Image, column: int, row: int) -> float:
    left, right = (edges.width * at // SHARPNESS_TILES for at in (column, column + 1))
    top, bottom = (edges.height * at // SHARPNESS_TILES for at in (row, row + 1))
    return float(ImageStat.Stat(edges.crop((left, top, right, bottom))).var[0])


def _most_pixels_of(data: bytes) -> int:
    """Judge the bytes before anything decodes them."""
    if not data:
        raise PhotoRefused(UNREADABLE)
    if len(data) > LONGEST_UPLOAD:
        raise PhotoRefused(TOO_LARGE)
    if data.startswith(_PNG_START):
        return MOST_PIXELS_PNG
    if not data.startswith(_JPEG_START):
        raise PhotoRefused(WRONG_TYPE)
    if _scans(data) > MOST_SCANS:
        raise PhotoRefused(UNREADABLE)
    return MOST_PIXELS_JPEG


def _scans(data: bytes) -> int:
    """Count a JPEG's scans up to its end; a preview inside a metadata segment is stepped over."""
    count, at = 0, 2
    while (marker := _MARKER.search(data, at)) and marker[1] != _END_OF_IMAGE:
        count += marker[1] == _START_OF_SCAN
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return count


def _decoded(data: bytes, most_pixels: int, *, legible: bool = True) -> Image.Image:
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as source:
            if source.width * source.height > most_pixels:
                raise PhotoRefused(TOO_MANY_PIXELS)
            if legible:
                _refuse_size(source.width, source.height)
            return _redrawn(source)
    except PhotoRefused:
        raise
    except Image.DecompressionBombError as error:
        raise PhotoRefused(TOO_MANY_PIXELS) from error
    # On broken bytes Pillow raises OSError, SyntaxError, ValueError, struct.error, EOFError and more.
    except Exception as error:
        raise PhotoRefused(UNREADABLE) from error


def _refuse_size(width: int, height: int) -> None:
    """Raise where the words on the page could not be read."""
    long, short = max(width, height), min(width, height)
    if long < LEAST_LONG_SIDE or short < LEAST_SHORT_SIDE:
        raise PhotoRefused(TOO_SMALL.format(width=width, height=height))
    if long > short * MOST_ELONGATED:
        raise PhotoRefused(TOO_NARROW)


def _redrawn(source: Image.Image) -> Image.Image:
    scale = min(1.0, LONG_SIDE / max(source.size))
    source.draft(None, (math.ceil(source.width * scale), math.ceil(source.height * scale)))
    source.load()
    if _ends_in_filler(source):
        raise PhotoRefused(UNREADABLE)
    turn = _turn(source)
    picture = _reduced(source, max(1, max(source.size) // LONG_SIDE))
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return picture if turn is None else picture.transpose(turn)


def _ends_in_filler(source: Image.Image) -> bool:
    """Whether a JPEG's data stop early behind a proper ending: the decoder then fills up with middle grey, silently."""
    if source.format == "PNG":
        return False
    last_rows = source.crop((0, source.height - 4, source.width, source.height))
    bands = [band.getextrema() for band in last_rows.split()]
    return all(extrema in {(127, 127), (128, 128)} for extrema in bands)


def _turn(source: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(source.getexif().get(_ORIENTATION, 1))
    except Exception:  # a camera note that cannot be read must not cost the person a good photo
        return None


def _reduced(source: Image.Image, factor: int) -> Image.Image:
    """Work in strips: a large PNG is then held once, not three times."""
    canvas = Image.new("RGB", (math.ceil(source.width / factor), math.ceil(source.height / factor)))
    height = 256 * factor
    for top in range(0, source.height, height):
        strip = source.crop((0, top, source.width, min(top + height, source.height)))
        canvas.paste(_on_white(strip).reduce(factor), (0, top // factor))
    return canvas


def _on_white(source: Image.Image) -> Image.Image:
    if source.mode.startswith("I"):
        return source.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if not source.has_transparency_data:
        return source.convert("RGB")
    layer = source.convert("RGBA")
    white = Image.new("RGB", layer.size, "white")
    white.paste(layer, mask=layer)
    return white


def _encoded(picture: Image.Image, budget: int) -> tuple[bytes, tuple[int, int]]:
    """Give up quality first, then size: a smaller sharp photo reads better than a large one in blocks."""
    for side in (LONG_SIDE, *_SMALLER_SIDES):
        smaller = picture.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        for quality in _QUALITIES:
            stored = BytesIO()
            smaller.save(stored, "JPEG", quality=quality, optimize=True)
            if stored.tell() <= budget:
                return stored.getvalue(), smaller.size
    raise PhotoRefused(TOO_LARGE)


def _fingerprint(picture: Image.Image) -> int:
    """One bit for each of the 63 slowest waves across the picture: stronger than the middle one or not."""
    grey = picture.convert("L").resize((_GRID, _GRID), Image.Resampling.BOX).tobytes()
    across = [[_weight(_WAVES[k], grey[y * _GRID : (y + 1) * _GRID]) for y in range(_GRID)] for k in range(8)]
    waves = [_weight(_WAVES[j], across[k]) for j in range(8) for k in range(8)][1:]
    middle = sorted(waves)[len(waves) // 2]
    return sum(1 << bit for bit, wave in enumerate(waves) if wave > middle)


def _weight(wave: list[float], values: bytes | list[float]) -> float:
    return sum(factor * value for factor, value in zip(wave, values, strict=True))
