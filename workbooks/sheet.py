"""One sheet of an .xlsx workbook as a stream of encoded rows.

The fast reader knows the shape that spreadsheet programs write; where a sheet has another shape, the careful reader
starts again and gives out what the fast one has not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from workbooks.careful_sheet import careful_rows
from workbooks.cell_values import CellValues
from workbooks.fast_sheet import OtherShape, fast_rows
from workbooks.hidden import Hidden
from workbooks.package import Package
from workbooks.sheet_shape import EncodedRow, SheetShape


def sheet_rows(package: Package, part: str, sheet: SheetShape, values: CellValues) -> Iterator[EncodedRow]:
    given_out = 0
    try:
        with package.stream(part) as stream:
            for row in fast_rows(stream, sheet, values):
                yield row
                given_out += 1
    except OtherShape:
        sheet.hidden = Hidden()
        with package.stream(part) as stream:
            yield from islice(careful_rows(stream, sheet, values), given_out, None)
