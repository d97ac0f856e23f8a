"""Workbooks that are read through the second reader: .ods and .xlsb."""

import struct
from datetime import date

import pytest

from domain.errors import WorkbookRefused
from tests.unit.workbooks.building import PACKAGE, RELATIONS, events_of, ods, rows_of, saved, zipped
from workbooks import LeftOut, Limits


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


def test_what_is_hidden_in_an_ods_workbook_is_left_out_and_told(tmp_path):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    rows = (
        '<table:table-column/><table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
        f"<table:table-row>{cell('甲')}{cell('乙')}</table:table-row>"
        f'<table:table-row table:visibility="filter" table:number-rows-repeated="2">{cell("丙")}</table:table-row>'
        f'<table:table-row>{cell("丁")}</table:table-row><table:table-row table:visibility="collapse" '
        'table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    )
    path = saved(tmp_path, ods(rows))

    assert rows_of(path) == {1: ["甲"], 4: ["丁"]}
    assert [event.sentence for event in events_of(path) if isinstance(event, LeftOut)] == [
        "工作表“表1”有 2 行是隐藏的（第 2、3 行），没有读入", "工作表“表1”有 1 列是隐藏的（B 列），没有读入",
    ]  # fmt: skip


def test_an_xlsb_workbook_is_read(tmp_path):
    assert rows_of(saved(tmp_path, xlsb())) == {2: [None, "甲", 2.5]}


@pytest.mark.parametrize(
    ("hidden", "rows", "said"),
    [({"row": 0x10}, {}, "第 2 行"), ({"column": 1}, {2: [None, "甲"]}, "C 列")],
    ids=["a row", "a column"],
)
def test_what_is_hidden_in_an_xlsb_workbook_is_left_out_and_told(tmp_path, hidden, rows, said):
    path = saved(tmp_path, xlsb(**hidden))

    assert rows_of(path) == rows
    assert [said in event.sentence for event in events_of(path) if isinstance(event, LeftOut)] == [True]


def xlsb(row: int = 0, column: int = 0) -> bytes:
    """The smallest binary workbook: one sheet with a text and a number in its second row; marks of a row and a column."""
    book = _record(131) + _record(143) + _record(156, struct.pack("<2I", 0, 1) + _wide("rId1") + _wide("表1"))
    book += _record(144) + _record(132)
    columns = _record(390) + _record(60, struct.pack("<4IH", 2, 2, 0, 0, column)) + _record(391)
    row_head = _record(0, struct.pack("<2IH3BI", 1, 0, 300, 0, row, 0, 0))
    text = _record(6, struct.pack("<2I", 1, 0) + _wide("甲"))
    number = _record(5, struct.pack("<2Id", 2, 0, 2.5))
    dimension = _record(148, struct.pack("<4I", 1, 1, 1, 2))
    sheet = _record(129) + dimension + columns + _record(145) + row_head + text + number + _record(146) + _record(130)
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
