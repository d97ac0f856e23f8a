"""A folder of strange pictures through the upload of the wizard: a sentence each, or a plain small upright JPEG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageDraw

from domain.vocabulary import PhotoKind
from photos import PHOTO_BUDGET
from tests.integration.public_views.people import case, record, register, start
from tests.pages import CheckedClient

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)

WIDTH, HEIGHT = 1000, 700
ORIENTATION, ON_ITS_SIDE = 0x0112, 6


def page(mode: str = "RGB") -> Image.Image:
    """Draw lines as sharp as print, the last row white."""
    drawn = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(drawn)
    for line in range(20, HEIGHT - 20, 12):
        pen.rectangle((20 + line % 50, line, WIDTH - 20 - line % 70, line + 5), fill=0)
    return drawn.convert(mode)


def saved(picture: Image.Image, form: str = "JPEG", **how: Any) -> bytes:
    kept = BytesIO()
    picture.save(kept, form, **how)
    return kept.getvalue()


def on_its_side() -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = ON_ITS_SIDE
    exif[0x010F] = "somebody's telephone"
    return saved(page(), exif=exif)


def sixteen_bits() -> bytes:
    return saved(page("I").point(lambda value: value * 257).convert("I;16"), "PNG")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(99999))), (b"IEND", b""))
    chunks = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def refused() -> Iterator[tuple[str, bytes, str]]:
    jpeg, png = saved(page()), saved(page(), "PNG")
    yield "half.jpg", jpeg[: len(jpeg) // 2], "这张照片打不开"
    yield "half.png", png[: len(png) // 2], "这张照片打不开"
    yield "head.jpg", jpeg[:3], "这张照片打不开"
    yield "bomb.png", bomb(60000, 60000), "照片像素太高"
    yield "tall.png", bomb(1000, 30000), "照片太窄太长"
    yield "renamed.jpg", saved(page(), "GIF"), "只收 JPG 和 PNG"
    yield "moving.jpg", saved(page(), "WEBP", save_all=True, append_images=[page("L").rotate(90)]), "只收 JPG 和 PNG"
    yield "page.jpg", b"<!doctype html><script>alert(1)</script>", "只收 JPG 和 PNG"
    yield "small.jpg", saved(page().resize((640, 480))), "照片只有 640×480"
    yield "blank.png", saved(Image.new("RGB", (WIDTH, HEIGHT), "white"), "PNG"), "照片太糊"


def taken() -> Iterator[tuple[str, bytes, tuple[int, int]]]:
    flat = (WIDTH, HEIGHT)
    yield "side.jpg", on_its_side(), (HEIGHT, WIDTH)
    yield "print.jpg", saved(page("CMYK")), flat
    yield "sixteen.png", sixteen_bits(), flat
    yield "palette.png", saved(page("P"), "PNG"), flat
    yield "moving.png", saved(page(), "PNG", save_all=True, append_images=[page("L").rotate(180).convert("RGB")]), flat
    yield "../../up.png", saved(page("RGBA"), "PNG"), flat
    yield "wrong.png", saved(page()), flat


@pytest.fixture
def upload(as_holder: Any) -> Any:
    """Return a function that sends one picture for the first page and returns what is stored of it."""
    client: CheckedClient = as_holder(register())
    case_id = start(client, record())
    address = f"/portal/verify/{case_id}/photos"

    def send(name: str, data: bytes) -> bytes | None:
        client.get(address)
        form = client.page.form("version")
        answer = client.post(address, data={**form, "number_page": (BytesIO(data), name), "upload": "number_page"})
        assert answer.status_code in (200, 303)
        stored = case().photo(PhotoKind.NUMBER_PAGE)
        return client.application.extensions["photos"].get(stored.key) if stored else None

    send.client = client  # type: ignore[attr-defined]
    return send


def test_what_is_no_readable_photo_gets_one_sentence_and_leaves_nothing(upload: Any) -> None:
    for name, data, sentence in refused():
        assert upload(name, data) is None, name
        assert sentence in upload.client.page.text, name
        assert "有 1 处要改" in upload.client.page.text, name


def test_what_is_a_photo_becomes_a_small_upright_jpeg_that_says_nothing_more(upload: Any, app: Flask) -> None:
    for name, data, size in taken():
        stored = upload(name, data)
        with Image.open(BytesIO(stored)) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", size), name
            assert not picture.getexif(), name
        assert len(stored) <= PHOTO_BUDGET
