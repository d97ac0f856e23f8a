"""Workbooks that are read through the second reader: .ods and .xlsb."""

import struct
from datetime import date

import pytest

from domain.errors import WorkbookRefused
from tests.unit.workbooks.building import PACKAGE, RELATIONS, ods, rows_of, saved, zipped
from workbooks import Limits


def test_an_ods_workbook_keeps_its_types_rows_and_columns(tmp_path):
    cells = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell/><table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="337991"><text:p>337991</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2014-01-01"><text:p>2014</text:p></table:table-cell>'
        '<table:table-cell office:value-type="time" office:time-value="PT12H00M00S"><text:p>12:00</text:p></table:table-cell>'
        '</table:table-row><table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    )

    assert rows_of(saved(tmp_path, ods(cells))) == {3: [None, "甲", 337991, date(2014, 1, 1), 0.5]}


def test_an_ods_workbook_with_a_password_is_refused_as_such(tmp_path):
    path = saved(tmp_path, ods("", manifest="<manifest><encryption-data/></manifest>"))

    with pytest.raises(WorkbookRefused, match="密码"):
        rows_of(path)


def test_an_xlsb_workbook_is_read(tmp_path):
    assert rows_of(saved(tmp_path, xlsb())) == {2: [None, "甲", 2.5]}


def xlsb() -> bytes:
    """The smallest binary workbook: one sheet with a text and a number in its second row."""
    book = _record(131) + _record(143) + _record(156, struct.pack("<2I", 0, 1) + _wide("rId1") + _wide("表1"))
    book += _record(144) + _record(132)
    row = _record(0, struct.pack("<2IH3BI", 1, 0, 300, 0, 0, 0, 0))
    text = _record(6, struct.pack("<2I", 1, 0) + _wide("甲"))
    number = _record(5, struct.pack("<2Id", 2, 0, 2.5))
    dimension = _record(148, struct.pack("<4I", 1, 1, 1, 2))
    sheet = _record(129) + dimension + _record(145) + row + text + number + _record(146) + _record(130)
    relation = '<Relationship Id="rId1" Type="{}/{}" Target="{}"/>'
    relations = f'<Relationships xmlns="{PACKAGE}">{{}}</Relationships>'
    return zipped(
        {
            "_rels/.rels": relations.format(relation.format(RELATIONS, "officeDocument", "xl/workbook.bin")),
            "xl/_rels/workbook.bin.rels": relations.format(
                relation.format(RELATIONS, "worksheet", "worksheets/sheet1.bin")
            ),
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _record(kind: int, content: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(content)]) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def far_cell(rows: int, columns: int) -> str:
    return (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell></table:table-row>'
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell/></table:table-row><table:table-row>'
        f'<table:table-cell table:number-columns-repeated="{columns}"/><table:table-cell office:value-type="string">'
        "<text:p>乙</text:p></table:table-cell></table:table-row>"
    )


def test_a_far_cell_that_the_second_reader_cannot_hold_is_refused(tmp_path):
    far = far_cell(rows=16_000, columns=6_000)

    with pytest.raises(WorkbookRefused, match=r"内存太多|已损坏"):
        rows_of(saved(tmp_path, ods(far)), Limits(memory_bytes=256 << 20))


def test_a_cell_farther_than_the_second_reader_goes_is_refused_by_it(tmp_path):
    far = far_cell(rows=1_048_574, columns=16_383)

    with pytest.raises(WorkbookRefused, match="已损坏"):
        rows_of(saved(tmp_path, ods(far)))
