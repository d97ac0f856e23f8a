"""Which font can write a text: the small one we carry for usual words, one of the machine's for rare characters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from domain.errors import DomainError

CARRIED = Path(__file__).parent.parent / "data" / "fonts" / "NotoSerifSC-subset.otf"


@dataclass(frozen=True, slots=True)
class Face:
    """A font file, and which of its fonts where it holds several."""

    path: Path
    number: int = 0


FACES = (
    Face(CARRIED),
    Face(Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"), 2),
    Face(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 2),
)
"""Ours first: it is read in a tenth of a second. The others are Debian's package fonts-noto-cjk (docs/deployment.md)."""


class NoFont(DomainError):
    """No font of this machine has a character; printing the page still shows it, with the reader's own fonts."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"内容里的“{missing}”字，服务器上没有字体能写进 PDF。请打开查验页，用浏览器打印")


def face_for(text: str) -> Face:
    """Return the first font that has every character of the text."""
    wanted, missing = {ord(sign) for sign in text if not sign.isspace()}, set[int]()
    for face in FACES:
        if face.path.exists():
            missing = wanted - _characters(face)
            if not missing:
                return face
    raise NoFont(chr(min(missing or wanted)))


@cache
def _characters(face: Face) -> frozenset[int]:
    with TTFont(face.path, fontNumber=face.number, lazy=True) as font:
        return frozenset(font.getBestCmap())
