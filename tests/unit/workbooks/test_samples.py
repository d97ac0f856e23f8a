"""The workbooks that offices really send, read whole."""

import json
from datetime import date
from pathlib import Path

import pytest

from domain.cells import CellValue
from tests.unit.workbooks.building import events_of
from workbooks import DEFAULT_LIMITS, LeftOut, Part, Row, SheetStarted, read
from workbooks import sheet as sheet_reader
from workbooks.opening import read_any

SAMPLES = Path(__file__).parents[2] / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))


def rows_by_sheet(name: str) -> dict[str, dict[int, list[CellValue]]]:
    sheets: dict[str, dict[int, list[CellValue]]] = {}
    for event in read(SAMPLES / name):
        if isinstance(event, SheetStarted):
            sheets[event.name] = {}
        elif isinstance(event, Row):
            sheets[list(sheets)[-1]][event.number] = event.cells
    return sheets


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_that_must_be_judged_is_read_under_its_own_number(name):
    sheets = rows_by_sheet(name)

    for sheet, rows in EXPECTED[name]["sheets"].items():
        missing = {int(number) for number in rows} - sheets[sheet].keys()
        assert not missing


def test_the_clean_workbook_has_its_title_headers_rows_and_notes():
    rows = rows_by_sheet("01-clean-county.xlsx")["明细表"]

    assert rows[1] == ["历年中初级专业技术资格证书信息明细表"]
    assert (rows[2][0], rows[2][1], len(rows[2])) == ("序号", "*证书编号", 20)
    assert rows[3][:6] == [1, "0490616", None, "谢明杰", "女", "452824197803205125"]
    assert len(rows) == 129


@pytest.mark.parametrize(
    ("name", "awarded", "serial", "without_zero", "rounded"),
    [
        ("02-messy-county.xls", date(2009, 11, 7), 38120, 990252, 4.528261952112082e17),
        ("03-messy-county.xlsx", date(2005, 11, 12), 38924, 337991, 4.507211960101743e17),
    ],
    ids=["xls", "xlsx"],
)
def test_cells_of_the_messy_workbooks_keep_their_types(name, awarded, serial, without_zero, rounded):
    rows = rows_by_sheet(name)["Sheet1"]

    assert rows[20][11] == awarded
    assert (rows[23][11], type(rows[23][11])) == (serial, int)
    assert (rows[24][4], type(rows[24][4])) == (without_zero, int)
    assert (rows[26][3], type(rows[26][3])) == (rounded, float)
    assert rows[13][1].startswith("\N{ZERO WIDTH SPACE}")
    assert 43 not in rows


def test_the_series_workbook_names_the_hidden_sheet_it_leaves_out():
    events = events_of(SAMPLES / "04-series-by-year.xlsx")

    assert [event.name for event in events if isinstance(event, SheetStarted)] == [
        "填表说明",
        "2008年",
        "2009年",
        "2010年",
    ]
    (left_out,) = [event for event in events if isinstance(event, LeftOut)]
    assert (left_out.sheet, left_out.part) == ("旧", Part.SHEET)
    assert "隐藏" in left_out.sentence


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.endswith(".xlsx")])
def test_what_offices_send_is_read_by_the_fast_reader(name, monkeypatch):
    monkeypatch.delattr(sheet_reader, "careful_rows")

    with (SAMPLES / name).open("rb") as file:
        rows = [found for found in read_any(file, DEFAULT_LIMITS) if isinstance(found, tuple)]

    assert rows
