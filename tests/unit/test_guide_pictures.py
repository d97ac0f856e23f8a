"""The pictures of the guide: each is used, as large as the page says, and all of them are light enough for a phone."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "static" / "img" / "guide"
MOST_BYTES = 46_000
"""With the page itself and its styles this stays under sixty thousand."""


def size(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as opened:
        return opened.size


def test_the_pictures_are_those_the_guide_shows_in_their_own_size() -> None:
    guide = (ROOT / "templates" / "portal" / "guide.html").read_text(encoding="utf-8")
    shown = {name: int(height) for name, height in re.findall(r"\('([a-z-]+)', (\d+), '", guide)}

    there = {picture.stem: size(picture) for picture in PICTURES.iterdir()}

    assert there == {name: (360, height) for name, height in shown.items()}
    assert sum(picture.stat().st_size for picture in PICTURES.iterdir()) < MOST_BYTES
