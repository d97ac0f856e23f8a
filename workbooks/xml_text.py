"""Text between XML tags, and the one way XML is parsed here: no document types, no entities of the file's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from workbooks import wire
from workbooks.refusals import Reason, Refused

CHUNK_BYTES = 1 << 16

Attributes = dict[str, str]

_PLAIN_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
NEEDS_CARE = re.compile(rb'[&"\\\x00-\x1f]|_x').search


def encoded_text(raw: bytes) -> bytes:
    """A cell's text as it stands in the XML -> as it goes on the wire. Most text needs nothing but its quotes."""
    if not raw or NEEDS_CARE(raw) or len(raw) > wire.LONGEST_TEXT:
        return wire.text(unescaped(raw.decode("utf-8", "replace")))
    return b'"%b"' % raw


def unescaped(text: str) -> str:
    return without_escapes(_ENTITY.sub(_character, text.replace("\r\n", "\n")))


def without_escapes(text: str) -> str:
    """A spreadsheet writes characters that XML forbids as _x000D_ and the like."""
    return _ESCAPE.sub(lambda found: _safe(int(found[1], 16)), text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return _PLAIN_ENTITIES[name]
    return _safe(int(decimal) if decimal else int(hexadecimal, 16))


def _safe(code: int) -> str:
    if not code or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return chr(code)


class XmlReader:
    """Calls `start`, `end` and `text` with local names: prefixes mean nothing to a workbook's own parts."""

    def __init__(
        self,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_declarations
        self._parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
        if end is not None:
            self._parser.EndElementHandler = lambda name: end(_local(name))
        if text is not None:
            self._parser.CharacterDataHandler = text

    def parse(self, data: bytes) -> None:
        self._parser.Parse(data, True)

    def chunks(self, stream: IO[bytes]) -> Iterator[None]:
        """Parse bit by bit; the caller takes away between two bits what has been found."""
        while data := stream.read(CHUNK_BYTES):
            self._parser.Parse(data, False)
            yield
        self._parser.Parse(b"", True)
        yield


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_declarations(*_: object) -> None:
    raise Refused(Reason.DECLARATIONS)


def local_attribute(attributes: Attributes, name: str) -> str:
    """An attribute whatever its prefix, such as r:id."""
    return next((value for key, value in attributes.items() if _local(key) == name), "")


def is_true(value: str | None) -> bool:
    return value in ("1", "true")
