"""Which of a workbook's cell styles show dates."""

from __future__ import annotations

from workbooks.package import Package
from workbooks.serials import BUILT_IN_DATE_FORMATS, shows_a_day
from workbooks.xml_text import Attributes, XmlReader


def date_styles(package: Package, part: str) -> frozenset[str]:
    """The positions of the cell formats (the s of a cell) that show a day."""
    if part not in package:
        return frozenset()
    formats = _CellFormats()
    XmlReader(formats.start, formats.end).parse(package.small(part))
    return frozenset(str(position) for position, number in enumerate(formats.used) if formats.shows_a_day(number))


class _CellFormats:
    """The number format of each cell format, in order, and the codes the workbook defines itself."""

    def __init__(self) -> None:
        self.used: list[str] = []
        self._codes: dict[str, str] = {}
        self._among_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._among_cells = True
        elif name == "xf" and self._among_cells:
            self.used.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._among_cells = False

    def shows_a_day(self, number: str) -> bool:
        if number in self._codes:
            return shows_a_day(self._codes[number])
        return number.isdecimal() and len(number) < 4 and int(number) in BUILT_IN_DATE_FORMATS
