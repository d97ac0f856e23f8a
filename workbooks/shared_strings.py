"""The table of texts that a workbook's cells point into, kept as one run of encoded bytes that stays small."""

from __future__ import annotations

import re
from array import array
from itertools import accumulate, islice
from typing import IO

from workbooks import wire
from workbooks.package import Package
from workbooks.refusals import Damaged
from workbooks.xml_text import NEEDS_CARE, Attributes, XmlReader, encoded_text, without_escapes

BLOCK_BYTES = 1 << 18
LONGEST_ITEM_BYTES = 8 << 20

_PLAIN_ITEMS = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>').findall
_UTF8_PROLOGUE = re.compile(
    rb'(?:\xef\xbb\xbf)?<\?xml version="1.0"(?: encoding="(?:UTF|utf)-8")?[^?>]*\?>\s*<sst[ >]'
).match


class SharedStrings:
    """Texts by position: the text of position i lies between `offsets[i]` and `offsets[i + 1]` of `blob`."""

    def __init__(self) -> None:
        self.blob = bytearray()
        self.offsets = array("I", [0])

    def append(self, encoded: bytes) -> None:
        self.blob += encoded
        self.offsets.append(len(self.blob))

    def extend_plain(self, raw: list[bytes]) -> None:
        """Texts that need nothing but quotes, many at once."""
        ends = accumulate((len(text) + 2 for text in raw), initial=len(self.blob))
        self.offsets.extend(islice(ends, 1, None))
        self.blob += b'"' + b'""'.join(raw) + b'"'

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, position: int) -> bytearray:
        offsets = self.offsets
        if position + 1 >= len(offsets):
            raise Damaged
        return self.blob[offsets[position] : offsets[position + 1]]


def shared_strings(package: Package, part: str) -> SharedStrings:
    if part not in package:
        return SharedStrings()
    with package.stream(part) as stream:
        plain = _plain_strings(stream)
    if plain is not None:
        return plain
    with package.stream(part) as stream:
        return _careful_strings(stream)


def _plain_strings(stream: IO[bytes]) -> SharedStrings | None:
    """The usual shape, a thousand items at a time; None as soon as an item has any other shape."""
    strings, rest = SharedStrings(), b""
    for block in iter(lambda: stream.read(BLOCK_BYTES), b""):
        block = rest + block
        if not len(strings) and not _UTF8_PROLOGUE(block):
            return None
        cut = block.rfind(b"</si>") + 5
        if cut < 5 and len(block) > LONGEST_ITEM_BYTES:
            return None
        whole, rest = (block[:cut], block[cut:]) if cut >= 5 else (b"", block)
        items = _PLAIN_ITEMS(whole)
        if len(items) != whole.count(b"<si") or b"<!" in whole:
            return None
        _add(strings, items)
    return strings if rest.strip() == b"</sst>" or (not len(strings) and rest.endswith(b"/>")) else None


def _add(strings: SharedStrings, items: list[bytes]) -> None:
    if not items:
        return
    if NEEDS_CARE(b"".join(items)) or not min(map(len, items)) or max(map(len, items)) > wire.LONGEST_TEXT:
        for item in items:
            strings.append(encoded_text(item))
    else:
        strings.extend_plain(items)


def _careful_strings(stream: IO[bytes]) -> SharedStrings:
    collector = _Collector()
    for _ in collector.reader.chunks(stream):
        pass
    return collector.strings


class _Collector:
    """Any shape: runs of rich text are joined, phonetic guides are skipped."""

    def __init__(self) -> None:
        self.strings = SharedStrings()
        self.reader = XmlReader(self._start, self._end, self._text)
        self._pieces = Pieces()

    def _start(self, name: str, _: Attributes) -> None:
        if name == "si":
            self._pieces = Pieces()
        else:
            self._pieces.start(name)

    def _end(self, name: str) -> None:
        if name == "si":
            self.strings.append(wire.text(without_escapes(self._pieces.joined())))
        else:
            self._pieces.end(name)

    def _text(self, text: str) -> None:
        self._pieces.text(text)


class Pieces:
    """The text of one rich string, put together from its runs."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._in_text = self._in_phonetic = False

    def start(self, name: str) -> None:
        self._in_text = name == "t"
        self._in_phonetic = self._in_phonetic or name == "rPh"

    def end(self, name: str) -> None:
        self._in_text = self._in_text and name != "t"
        self._in_phonetic = self._in_phonetic and name != "rPh"

    def text(self, text: str) -> None:
        if self._in_text and not self._in_phonetic:
            self._found.append(text)

    def joined(self) -> str:
        return "".join(self._found)
