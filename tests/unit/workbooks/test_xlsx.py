"""Cells, rows and sheets of .xlsx workbooks, in the usual shape and in every other."""

from datetime import date, datetime, time

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from domain.cells import CellError, Formula
from domain.errors import WorkbookRefused
from tests.unit.workbooks.building import (
    events_of,
    rows_here,
    rows_of,
    saved,
    sheet_xml,
    xlsx,
    xlsx_parts,
    zipped,
)
from workbooks import LeftOut, Part, SheetStarted

NOON = datetime.combine(date(2014, 1, 1), time(12))
HALF_PAST_EIGHT = datetime.combine(date(2014, 1, 31), time(8, 30))
STRINGS = (
    '<si><t>甲</t></si><si><t>A &amp; B &lt;&#x4E2D;&gt; "引" \\</t></si><si><t>一_x000D_二_x005F_x0041_</t></si>'
    '<si><t xml:space="preserve"> 空 </t></si><si><t></t></si>'
)
CELLS = {
    "shared": ('<c r="A1" t="s"><v>0</v></c>', "甲"),
    "shared with entities": ('<c r="A1" s="4" t="s"><v>1</v></c>', 'A & B <中> "引" \\'),
    "escaped characters": ('<c r="A1" t="s"><v>2</v></c>', "一\r二_x0041_"),
    "kept spaces": ('<c r="A1" t="s"><v>3</v></c>', " 空 "),
    "inline": ('<c r="A1" t="inlineStr"><is><t>乙</t></is></c>', "乙"),
    "inline rich": ('<c r="A1" t="inlineStr"><is><r><rPr><b/></rPr><t>乙</t></r><r><t>丙</t></r></is></c>', "乙丙"),
    "inline with guide": ('<c r="A1" t="inlineStr"><is><t>王</t><rPh sb="0" eb="1"><t>wang</t></rPh></is></c>', "王"),
    "text formula": ('<c r="A1" t="str"><f>B1&amp;"x"</f><v>丁&amp;x</v></c>', "丁&x"),
    "whole number": ('<c r="A1"><v>337991</v></c>', 337991),
    "whole number with a point": ('<c r="A1" t="n"><v>20140101.0</v></c>', 20140101),
    "month that may be ten": ('<c r="A1"><v>2014.1</v></c>', 2014.1),
    "negative": ('<c r="A1"><v>-3</v></c>', -3),
    "too many digits": ('<c r="A1"><v>450702198503120000</v></c>', 450702198503120000.0),
    "scientific": ('<c r="A1"><v>4.50702198503E+17</v></c>', 4.50702198503e17),
    "endless number": ('<c r="A1"><v>1E999</v></c>', "inf"),
    "no number": ('<c r="A1"><v>甲1</v></c>', "甲1"),
    "date": ('<c r="A1" s="1"><v>41640</v></c>', date(2014, 1, 1)),
    "date of the office's own format": ('<c r="A1" s="2"><v>41640</v></c>', date(2014, 1, 1)),
    "date with time": ('<c r="A1" s="1"><v>41640.5</v></c>', NOON),
    "day before the quirk": ('<c r="A1" s="1"><v>59</v></c>', date(1900, 2, 28)),
    "day that never was": ('<c r="A1" s="1"><v>60</v></c>', 60),
    "day after the quirk": ('<c r="A1" s="1"><v>61</v></c>', date(1900, 3, 1)),
    "span of time": ('<c r="A1" s="3"><v>1.5</v></c>', 1.5),
    "date beyond the calendar": ('<c r="A1" s="1"><v>99999999</v></c>', 99999999),
    "ISO date": ('<c r="A1" t="d"><v>2014-01-31</v></c>', date(2014, 1, 31)),
    "ISO date and time": ('<c r="A1" t="d"><v>2014-01-31T08:30:00Z</v></c>', HALF_PAST_EIGHT),
    "truth": ('<c r="A1" t="b"><v>1</v></c>', True),
    "untruth": ('<c r="A1" t="b"><v>0</v></c>', False),
    "error": ('<c r="A1" t="e"><v>#N/A</v></c>', CellError("#N/A")),
    "formula": ('<c r="A1"><f>1+1</f><v>2</v></c>', 2),
    "shared formula": ('<c r="A1"><f t="shared" si="0"/><v>7</v></c>', 7),
    "formula without value": ('<c r="A1"><f>1+1</f></c>', Formula.WITHOUT_VALUE),
    "formula with an empty value": ('<c r="A1"><f>1+1</f><v></v></c>', Formula.WITHOUT_VALUE),
    "formula with a closed value": ('<c r="A1"><f>1+1</f><v/></c>', Formula.WITHOUT_VALUE),
    "CDATA": ('<c r="A1" t="str"><v><![CDATA[<b>]]></v></c>', "<b>"),
    "a comment before": ('<!-- <c r="A1"><v>9</v></c> --><c r="A1"><v>8</v></c>', 8),
    "no reference": ("<c><v>5</v></c>", 5),
    "attributes in another order": ('<c t="s" r="A1"><v>0</v></c>', "甲"),
    "unknown attribute": ('<c r="A1" cm="1"><v>5</v></c>', 5),
}
EMPTY_CELLS = {
    "formatted": '<c r="A1" s="1"/>',
    "formatted and open": '<c r="A1" s="1"></c>',
    "empty shared text": '<c r="A1" t="s"><v>4</v></c>',
    "empty inline text": '<c r="A1" t="inlineStr"><is><t></t></is></c>',
    "formula that gives an empty text": '<c r="A1" t="str"><f>""</f><v></v></c>',
}


@pytest.mark.parametrize(("cell", "value"), CELLS.values(), ids=CELLS.keys())
def test_a_cell_means_what_the_spreadsheet_shows(cell, value):
    rows = rows_here(xlsx(f'<row r="1">{cell}</row>', strings=STRINGS))

    assert rows == {1: [value]}
    assert type(rows[1][0]) is type(value)


@pytest.mark.parametrize("cell", EMPTY_CELLS.values(), ids=EMPTY_CELLS.keys())
def test_a_row_of_empty_cells_is_no_row(cell):
    content = xlsx(f'<row r="1">{cell}</row><row r="2"><c r="A2"><v>1</v></c></row>', strings=STRINGS)

    assert rows_here(content) == {2: [1]}


def test_days_are_counted_from_1904_where_the_workbook_says_so():
    content = xlsx('<row r="1"><c r="A1" s="1"><v>0</v></c></row>', book='<workbookPr date1904="1"/>')

    assert rows_here(content) == {1: [date(1904, 1, 1)]}


def test_cells_stand_in_their_columns_and_rows_under_their_numbers():
    content = xlsx(
        '<row r="3"><c r="B3"><v>1</v></c><c r="D3"><v>2</v></c><c r="E3"/></row><row r="7"><c r="A7"><v>3</v></c></row>'
    )

    assert rows_here(content) == {3: [None, 1, None, 2], 7: [3]}


def test_rows_without_a_number_follow_one_another():
    content = xlsx('<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c r="C3"><v>3</v></c><c><v>4</v></c></row>')

    assert rows_here(content) == {1: [1, 2], 3: [None, None, 3, 4]}


def test_shared_texts_of_rich_runs_are_joined_without_their_phonetic_guides():
    strings = (
        '<si><r><t>王</t></r><r><rPr/><t>明</t></r><rPh sb="0" eb="1"><t>ming</t></rPh></si><si/><si><t>丙</t></si>'
    )

    rows = rows_here(xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>2</v></c></row>', strings=strings))

    assert rows == {1: ["王明", "丙"]}


def test_prefixed_names_and_another_encoding_mean_the_same():
    parts = xlsx_parts("")
    cell = '<x:c r="A1" t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c>'
    rows = f'<x:sheetData><x:row r="1">{cell}</x:row></x:sheetData>'
    xml = f'<?xml version="1.0" encoding="UTF-16"?><x:worksheet xmlns:x="a">{rows}</x:worksheet>'
    parts["xl/worksheets/sheet1.xml"] = xml.encode("utf-16")

    assert rows_here(zipped(parts)) == {1: ["甲"]}


def test_the_declared_dimension_is_not_believed():
    content = xlsx('<row r="2"><c r="B2"><v>1</v></c></row>', head='<dimension ref="A1"/>')

    assert rows_here(content) == {2: [None, 1]}


def test_a_far_row_is_one_row_and_a_blank_tail_is_none():
    tail = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(2, 30_000))
    content = xlsx(f'<row r="1"><c r="A1"><v>1</v></c></row>{tail}<row r="1048576"><c r="A1048576"><v>2</v></c></row>')

    assert rows_here(content) == {1: [1], 1_048_576: [2]}


def test_hidden_rows_and_columns_are_left_out_and_named(tmp_path):
    rows = "".join(
        f'<row r="{n}"{hidden}><c r="A{n}"><v>1</v></c><c r="C{n}"><v>2</v></c></row>'
        for n, hidden in [(1, ""), (2, ' hidden="1"'), (3, ' ht="0" hidden="true"'), (4, ' hidden="0"')]
    )
    path = saved(tmp_path, xlsx(rows, head='<cols><col min="3" max="16384" hidden="1"/></cols>'))

    assert rows_of(path) == {1: [1], 4: [1]}
    _, hidden_rows, hidden_columns = events_of(path)
    assert (hidden_rows.part, hidden_rows.count) == (Part.ROWS, 2)
    assert hidden_rows.sentence == "工作表“表1”有 2 行是隐藏的（第 2、3 行），没有读入"
    assert (hidden_columns.part, hidden_columns.count) == (Part.COLUMNS, 1)
    assert hidden_columns.sentence == "工作表“表1”有 1 列是隐藏的（C 列），没有读入"


def test_hidden_parts_without_values_are_not_worth_a_word(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2" s="1"/></row>'
    path = saved(tmp_path, xlsx(rows, head='<cols><col min="2" max="16384" hidden="1"/></cols>'))

    assert events_of(path) == [SheetStarted("表1")]


def test_hidden_and_very_hidden_sheets_are_left_out_in_their_place(tmp_path):
    row = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>')
    path = saved(tmp_path, zipped(xlsx_parts(row, row, row, states=["hidden", "visible", "veryHidden"])))

    events = events_of(path)

    assert [type(event) for event in events] == [LeftOut, SheetStarted, LeftOut]
    assert rows_of(path) == {1: [1]}


def test_sheets_are_found_through_the_directory_wherever_they_lie():
    parts = xlsx_parts(sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>'))
    parts["Elsewhere\\Blatt.XML"] = parts.pop("xl/worksheets/sheet1.xml")
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        "worksheets/sheet1.xml", "/elsewhere/blatt.xml"
    )

    assert rows_here(zipped(parts)) == {1: [1]}


def test_what_openpyxl_and_xlsxwriter_save_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["甲", 1, 2.5, True, date(2014, 1, 1), "=1+1"])
    book.save(tmp_path / "a.xlsx")
    with xlsxwriter.Workbook(tmp_path / "b.xlsx", {"default_date_format": "yyyy/m/d"}) as other:
        sheet = other.add_worksheet()
        sheet.merge_range("A1:D1", "标题")
        sheet.write_row("A2", ["甲", 1, True, date(2014, 1, 1)])
        sheet.write_formula("E2", "=1+1", None, 2)

    assert rows_of(tmp_path / "a.xlsx") == {1: ["甲", 1, 2.5, True, date(2014, 1, 1), Formula.WITHOUT_VALUE]}
    assert rows_of(tmp_path / "b.xlsx") == {1: ["标题"], 2: ["甲", 1, True, date(2014, 1, 1), 2]}


def test_a_file_that_our_own_readers_cannot_parse_gets_a_second_chance(tmp_path):
    strings = "<si><t>坏\x0b字</t><phoneticPr/></si>"
    path = saved(tmp_path, xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=strings))

    (row,) = rows_of(path).values()

    assert row[0].startswith("坏")


COLUMNS = ("A", "B", "C", "AA")
CELL_SHAPES = [
    '<c r="{0}" t="s"><v>0</v></c>', '<c r="{0}" s="1"><v>41640</v></c>', '<c r="{0}"/>', '<c r="{0}"><v>1.5</v></c>',
    '<c r="{0}" t="str"><f>A1</f><v></v></c>', '<c r="{0}"><f>A1</f><v>3</v></c>', '<c r="{0}"><f>A1</f><v></v></c>',
    '<c r="{0}" t="inlineStr"><is><t>乙&amp;</t></is></c>', '<c r="{0}" t="inlineStr"><is><r><t>丙</t></r></is></c>',
    '<c r="{0}" ><v>4</v ></c >', "<c r='{0}'><v>5</v></c>", '<c r="{0}" t="b"><v>1</v></c>', '<c r="{0}" t="e"><v>#REF!</v></c>',
    '<c r="{0}"><v>6</v><extLst><ext/></extLst></c>', '<c r="{0}"><v><!--x-->7</v></c>', '<c r="{0}" vm="a>b"><v>8</v></c>',
]  # fmt: skip
ROW_SHAPES = ['<row r="{0}">{1}</row>', '<row r="{0}" spans="1:3">{1}</row >', '<row r="{0}" hidden="1">{1}</row>',
              '<row r="{0}">\n {1}\n</row>\n', "<row spans='1:3' r='{0}'>{1}</row>", '<row r="{0}"/><!-- {0} -->']  # fmt: skip

drawn_rows = st.lists(
    st.tuples(st.sampled_from(ROW_SHAPES), st.dictionaries(st.sampled_from(COLUMNS), st.sampled_from(CELL_SHAPES))),
    max_size=6,
)


@given(drawn_rows)
@example([('<row r="{0}" spans="1:3">{1}</row >', {"A": CELL_SHAPES[0]}), ('<row r="{0}">{1}</row>', {})])
def test_both_readers_of_a_sheet_agree_whatever_its_shape(rows):
    xml = ""
    for number, (row, cells) in enumerate(rows, 1):
        inner = "".join(cells[column].format(f"{column}{number}") for column in COLUMNS if column in cells)
        xml += row.format(number, inner)

    as_it_stands = rows_here(xlsx(xml, strings=STRINGS))
    by_the_careful_one = rows_here(xlsx("<!-- not the usual shape -->" + xml, strings=STRINGS))

    assert as_it_stands == by_the_careful_one


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c>',
    ],
    ids=["a row twice", "a text that is not there", "a text without a number", "an unclosed row"],
)
def test_sheets_that_contradict_themselves_are_refused(tmp_path, rows):
    content = xlsx('<row r="1"><c r="A1"><v>1</v></c></row>' + rows.replace('r="1"', 'r="3"'))

    with pytest.raises(WorkbookRefused, match="已损坏"):
        rows_of(saved(tmp_path, content))


def test_styles_may_be_missing():
    parts = xlsx_parts(sheet_xml('<row r="1"><c r="A1" s="1"><v>41640</v></c></row>'))
    del parts["xl/styles.xml"], parts["xl/sharedStrings.xml"]

    assert rows_here(zipped(parts)) == {1: [41640]}
