"""Workbooks built byte by byte, so that a test can say exactly what stands in the file, right or wrong."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

from domain.cells import CellValue
from workbooks import LeftOut, Row, SheetStarted, read, wire
from workbooks.limits import DEFAULT_LIMITS, Limits
from workbooks.opening import read_any

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
PROLOGUE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

STYLES = (
    f'{PROLOGUE}<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '<numFmt numFmtId="165" formatCode="[h]:mm:ss"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="2"/></cellXfs></styleSheet>'
)


def sheet_xml(rows: str, head: str = "") -> str:
    return f'{PROLOGUE}<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData></worksheet>'


def zipped(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def xlsx_parts(
    *sheets: str, strings: str = "", states: Iterable[str] = (), book: str = "", styles: str = STYLES
) -> dict[str, str | bytes]:
    states = [*states, *["visible"] * len(sheets)]
    listed = "".join(
        f'<sheet name="表{n}" sheetId="{n}" state="{states[n - 1]}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1)
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{book}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        "xl/styles.xml": styles,
        "xl/sharedStrings.xml": f'{PROLOGUE}<sst xmlns="{MAIN}">{strings}</sst>',
        **{f"xl/worksheets/sheet{n}.xml": xml for n, xml in enumerate(sheets, 1)},
    }


def xlsx(rows: str, *, head: str = "", strings: str = "", book: str = "") -> bytes:
    """A workbook of one sheet with these rows of XML."""
    return zipped(xlsx_parts(sheet_xml(rows, head), strings=strings, book=book))


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(content)
    return path


def rows_of(path: Path, limits: Limits = DEFAULT_LIMITS) -> dict[int, list[CellValue]]:
    """The rows of a workbook of one sheet, by number."""
    return {event.number: event.cells for event in read(path, limits=limits) if isinstance(event, Row)}


def events_of(path: Path) -> list[SheetStarted | LeftOut]:
    """What a workbook tells besides its rows."""
    return [event for event in read(path) if not isinstance(event, Row)]


def rows_here(content: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[int, list[CellValue]]:
    """The same rows read in this process: for the many small cases, where the process round it does not matter."""
    found = [event for event in read_any(io.BytesIO(content), limits) if isinstance(event, tuple)]
    return {number: [_value(cell) for cell in cells] for number, cells in found}


def _value(encoded: bytes | bytearray) -> CellValue:
    value = json.loads(encoded.decode())
    return value if value is None or isinstance(value, str) else wire.decoded(value)


def ods(rows: str, *, manifest: str = "<manifest/>") -> bytes:
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'{PROLOGUE}<office:document-content {namespaces}><office:body><office:spreadsheet><table:table table:name="表1">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def biff(sheets: Iterable[tuple[str, int, bytes]], *, since_1904: bool = False, encrypted: bool = False) -> bytes:
    """An .xls as a bare stream of records: sheets by name, visibility (0 visible, 1 hidden) and records of their own."""
    sheets = list(sheets)
    password = record(0x002F, struct.pack("<3H", 0, 1, 2)) if encrypted else b""
    start = record(0x0809, struct.pack("<4H2I", 0x0600, 0x0005, 0, 0, 0, 6)) + password
    start += record(0x0042, struct.pack("<H", 1200)) + record(0x0022, struct.pack("<H", since_1904))
    start += record(0x0031, struct.pack("<5H6B", 200, 0, 0, 400, 0, 0, 0, 0, 0, 1, 0) + b"A") * 5
    start += b"".join(record(0x00E0, struct.pack("<3H", 0, key, 0) + bytes(14)) for key in (0, 14))
    bodies = [
        record(0x0809, struct.pack("<4H2I", 0x0600, 0x0010, 0, 0, 0, 6)) + body + record(0x000A)
        for _, _, body in sheets
    ]
    position = len(start) + sum(12 + 2 * len(name) for name, _, _ in sheets) + 4
    listed = b""
    for (name, visibility, _), body in zip(sheets, bodies, strict=True):
        listed += record(0x0085, struct.pack("<I4B", position, visibility, 0, len(name), 1) + name.encode("utf-16-le"))
        position += len(body)
    return start + listed + record(0x000A) + b"".join(bodies)


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<2H", kind, len(content)) + content


def xls_number(row: int, column: int, value: float, *, style: int = 0) -> bytes:
    return record(0x0203, struct.pack("<3Hd", row, column, style, value))


def xls_text(row: int, column: int, text: str) -> bytes:
    return record(0x0204, struct.pack("<4HB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def xls_truth_or_error(row: int, column: int, value: int, *, error: bool) -> bytes:
    return record(0x0205, struct.pack("<3H2B", row, column, 0, value, error))


def xls_hidden_row(row: int) -> bytes:
    return record(0x0208, struct.pack("<6HI", row, 0, 9, 255, 0, 0, 0x0120))


def xls_hidden_column(column: int) -> bytes:
    return record(0x007D, struct.pack("<6H", column, column, 2000, 0, 1, 0))


def ole(stream_name: str) -> bytes:
    """The shell of a compound file: a directory that names one stream, and nothing in it."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<Ii", 1, 1) + struct.pack("<IIiIiI", 0, 4096, -2, 0, -2, 0)
    header += struct.pack("<i", 0) + b"\xff" * 4 * 108
    allocation = struct.pack("<2i", -3, -2) + b"\xff" * 4 * 126
    return (
        header + allocation + _directory_entry("Root Entry", 5, 1) + _directory_entry(stream_name, 2, -1) + bytes(256)
    )


def _directory_entry(name: str, kind: int, child: int) -> bytes:
    encoded = name.encode("utf-16-le")
    start = encoded.ljust(64, b"\0") + struct.pack("<HBBiii", len(encoded) + 2, kind, 1, -1, -1, child)
    return start.ljust(116, b"\0") + struct.pack("<iiI", -2, 0, 0)
