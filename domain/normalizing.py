"""What is done to every value before any check: one spelling for what looks the same, and nothing invisible left."""

from __future__ import annotations

import re
from string import ascii_letters, digits
from unicodedata import is_normalized, normalize

from domain.lengths import FILE_NAME

_INVISIBLE = (
    "\u0000-\u001f\u007f-\u009f"  # control characters
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # zero width, line separators, writing direction
    "\ufe00-\ufe0f\U000e0000-\U000e0fff"  # variation selectors and tags
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"  # what no file can store
)
_FULL_WIDTH = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
_invisible = re.compile(f"[{_INVISIBLE}]")
_not_plain = re.compile(f"[{_INVISIBLE}{_FULL_WIDTH}]")
_HALF_WIDTH = {ord(half) + 0xFEE0: half for half in ascii_letters + digits}

_LONGEST_PATH, _LONGEST_ENDING = 4096, 10

_interpunct = re.compile("[.\u2022\u2024\u2027\u2219\u22c5\u30fb\uff0e\uff65]")
_blanks = re.compile(r"\s+")
_leading_apostrophes = re.compile(r"^[\s'\u2018\u2019]+")
_han = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")


def text(value: str) -> str:
    """Normalise words: NFC, half-width letters and digits, no invisible characters, ends trimmed."""
    if _not_plain.search(value):
        value = _invisible.sub("", value).translate(_HALF_WIDTH)
    if not is_normalized("NFC", value):
        value = normalize("NFC", value)
    return value.strip()


def file_name(value: str) -> str:
    """Normalise the name of a file that was sent: one line, nothing invisible, its ending kept where it is cut."""
    name = normalize("NFC", _invisible.sub("", value[:_LONGEST_PATH])).strip()
    if len(name) <= FILE_NAME:
        return name or ("文件" if value else "")
    ending = name[-_LONGEST_ENDING:].rpartition(".")
    return name[: FILE_NAME - _LONGEST_ENDING] + (f".{ending[2]}" if ending[1] else "")


def code(value: str) -> str:
    """Normalise a number, an ID or a date: NFKC, no invisible characters, ends trimmed, no leading apostrophe."""
    if not (value.isascii() and value.isprintable()):
        value = normalize("NFKC", _invisible.sub("", value))
    value = value.strip()
    return value if value[:1].isalnum() else _leading_apostrophes.sub("", value)


def person_name(value: str) -> str:
    """Normalise a name: one interpunct for all, no blanks in a name of two or three Han characters."""
    name = text(value)
    if name.isalpha():
        return name
    name = _interpunct.sub("·", name)
    return _blanks.sub("" if len(_han.findall(name)) in (2, 3) else " ", name)
