"""The .xlsx workbook: its directory of sheets, its calendar and styles, and its sheets one after the other."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbooks.cell_values import CellValues
from workbooks.events import Part, SheetStarted
from workbooks.hidden import Omission
from workbooks.limits import Limits
from workbooks.package import Package
from workbooks.refusals import Reason, Refused
from workbooks.shared_strings import shared_strings
from workbooks.sheet import sheet_rows
from workbooks.sheet_shape import EncodedRow, SheetShape
from workbooks.styles import date_styles
from workbooks.xml_text import Attributes, XmlReader, is_true, local_attribute

USUAL_WORKBOOK_PART = "xl/workbook.xml"
HEAD_BYTES = 4096
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}([0-9]{1,7})"').search


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    part: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    relation: str
    hidden: bool


class _Directory:
    """The workbook part: which sheets there are, which are hidden, and from when days are counted."""

    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self.since_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            hidden = attributes.get("state", "visible") in ("hidden", "veryHidden")
            self.sheets.append(_Sheet(attributes.get("name", ""), local_attribute(attributes, "id"), hidden))
        elif name == "workbookPr":
            self.since_1904 = is_true(attributes.get("date1904"))


def read_xlsx(package: Package, limits: Limits) -> Iterator[SheetStarted | EncodedRow | Omission]:
    workbook = _workbook_part(package)
    directory, relations = _Directory(), relations_of(package, workbook)
    XmlReader(directory.start).parse(package.small(workbook))
    sheets = [sheet for sheet in directory.sheets if _is_worksheet(relations.get(sheet.relation))]
    if not sheets:
        raise Refused(Reason.NO_SHEET)
    values = _values(package, workbook, relations, since_1904=directory.since_1904)
    for sheet in sheets:
        if sheet.hidden:
            yield Omission(sheet.name, Part.SHEET, 1)
        else:
            yield from _read_sheet(package, relations[sheet.relation].part, SheetShape(sheet.name, limits), values)


def _read_sheet(
    package: Package, part: str, sheet: SheetShape, values: CellValues
) -> Iterator[SheetStarted | EncodedRow | Omission]:
    yield SheetStarted(sheet.name, _rows_told(package, part))
    yield from sheet_rows(package, part, sheet, values)
    yield from sheet.hidden.told(sheet.name)


def _rows_told(package: Package, part: str) -> int | None:
    """How many rows the sheet says it has, for showing progress; many a file says A1, and is not believed."""
    with package.stream(part) as stream:
        told = _DIMENSION(stream.read(HEAD_BYTES))
    return int(told[1]) if told else None


def _workbook_part(package: Package) -> str:
    for relation in relations_of(package, "").values():
        if relation.kind == "officeDocument":
            return relation.part
    return USUAL_WORKBOOK_PART


def relations_of(package: Package, part: str) -> dict[str, _Relation]:
    """What a part refers to, by the names it uses for it; the empty name stands for the package itself."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    relations: dict[str, _Relation] = {}

    def start(element: str, attributes: Attributes) -> None:
        if element == "Relationship":
            target = posixpath.join("/", folder, attributes.get("Target", "").replace("\\", "/"))
            kind = attributes.get("Type", "").rpartition("/")[2]
            relations[attributes.get("Id", "")] = _Relation(kind, posixpath.normpath(target).lstrip("/"))

    if listing in package:
        XmlReader(start).parse(package.small(listing))
    return relations


def _is_worksheet(relation: _Relation | None) -> bool:
    """Charts and old macro sheets stand among the sheets too, and hold no rows."""
    return relation is not None and relation.kind == "worksheet"


def _values(package: Package, workbook: str, relations: dict[str, _Relation], *, since_1904: bool) -> CellValues:
    parts = {relation.kind: relation.part for relation in relations.values()}
    folder = posixpath.dirname(workbook)
    texts = parts.get("sharedStrings", posixpath.join(folder, "sharedStrings.xml"))
    styles = parts.get("styles", posixpath.join(folder, "styles.xml"))
    return CellValues(shared_strings(package, texts), date_styles(package, styles), since_1904)
