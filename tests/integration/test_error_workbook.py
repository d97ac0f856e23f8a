"""The office's own sheet back, wrong cells marked: mended, it goes in through the same door without another step."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

import importers
from domain.certificate_fields import FIELDS
from importing import error_workbook
from models import ImportBatch
from tests.batches import checked, commit, counted, records, sent
from tests.workbooks import HEADERS, Workbook, person, workbook

KEYS = [*(field.key for field in FIELDS), "phone"]
WRONG = "FFFBDAD7"


def with_phone() -> Workbook:
    """Return a workbook with a column that is not imported."""
    return workbook().line("历年证书").header(*HEADERS, "联系电话", keys=KEYS)


def sheet_of(batch: ImportBatch, *, whole: bool = False) -> Worksheet:
    return book_of(batch, whole=whole).worksheets[0]


def book_of(batch: ImportBatch, *, whole: bool) -> Any:
    file, _ = importers.whole_file(batch) if whole else importers.error_file(batch)
    with file:
        return load_workbook(io.BytesIO(file.read()))


def rows_of(sheet: Worksheet) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def marked(sheet: Worksheet) -> list[tuple[int, str]]:
    header = [cell.value for cell in sheet[1]]
    return [
        (cell.row, header[cell.column - 1])
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.fill.fgColor.rgb == WRONG
    ]


def test_wrong_rows_come_back_with_every_column_and_what_is_wrong_coloured_and_said(app: Flask, tmp_path: Path) -> None:
    book = with_phone().row().row(name="", obtained_by="赠送", phone="0777-1")

    sheet = sheet_of(checked(book, tmp_path))

    (row,) = rows_of(sheet)
    assert (row["联系电话"], row["*获取方式"]) == ("0777-1", "赠送")
    assert row["错误说明"].startswith("姓名没有填，请照证书补上；获取方式：没有“赠送”这种写法")
    assert marked(sheet) == [(2, "*姓名"), (2, "*获取方式")]
    assert "姓名没有填" in sheet.cell(2, 4).comment.text


def test_a_number_that_lost_digits_comes_back_as_text_that_passes_for_no_id(app: Flask, tmp_path: Path) -> None:
    batch = checked(with_phone().row(id_number=450721197602301512), tmp_path)

    (row,) = rows_of(sheet_of(batch))
    again = checked(with_phone().row(id_number=row["*身份证号"]), tmp_path)

    assert row["*身份证号"] == "4.507211976023015E+17"
    assert "末尾几位已经丢失" in row["错误说明"]
    assert counted(again) == {"错误": 1}


def test_mended_it_goes_in_through_the_same_door(app: Flask, tmp_path: Path) -> None:
    batch = commit(checked(with_phone().row().row(name="").row(id_number=450721197602301512), tmp_path))
    sheet = sheet_of(batch)
    sheet.cell(2, 4).value, sheet.cell(3, 6).value = "陆海生", person()
    path = tmp_path / "mended.xlsx"
    sheet.parent.save(path)

    again = commit(sent(path))

    assert counted(again) == {"新增": 2}
    assert len(records()) == 3


def test_the_other_rows_come_along_by_choice_and_are_the_same_rows_again(app: Flask, tmp_path: Path) -> None:
    book = with_phone().row(name="农 志 远", phone="0777-2").row(name="", phone="0777-3").sheet("二")
    book.header(*HEADERS, "联系电话", keys=KEYS).row(phone="0777-4").line("说明：以上共三人")
    batch = checked(book, tmp_path)

    file = book_of(batch, whole=True)

    first, second = (rows_of(sheet) for sheet in file.worksheets)
    assert [(row["*姓名"], row["联系电话"], bool(row["错误说明"])) for row in first] == [
        ("农志远", "0777-2", False), (None, "0777-3", True)
    ]  # fmt: skip
    assert [row["联系电话"] for row in second] == ["0777-4"]
    commit(batch)
    file.save(tmp_path / "again.xlsx")
    assert counted(sent(tmp_path / "again.xlsx")) == {"相同": 2, "错误": 1}


def test_only_the_first_rows_carry_comments(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_workbook, "COMMENTED_ROWS", 2)

    sheet = sheet_of(checked(with_phone().row(name="").row(name="").row(name=""), tmp_path))

    assert [sheet.cell(row, 4).comment is not None for row in (2, 3, 4)] == [True, True, False]
    assert len(marked(sheet)) == 3
