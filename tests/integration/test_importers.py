"""From a workbook's cells to rows: where the table is, which column is which, and the template that is always read."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

import importers
import jobs
from domain.certificate_fields import FIELDS
from domain.errors import StaleVersion, WorkbookRefused
from domain.vocabulary import BatchState, Outcome
from extensions import db, writing
from models import ImportBatch, StagedRow
from operations import import_runs
from tests.batches import (
    COUNTY,
    checked,
    counted,
    how_many,
    judged,
    left_out,
    outcomes,
    remarks,
    sent,
)
from tests.engines import PLAIN_SQL
from tests.factories import dump, office, staff
from tests.workbooks import HEADERS, Workbook, good_row, workbook

# Where the table is.


def test_the_header_is_found_below_titles_under_other_names_and_in_another_order(app: Flask) -> None:
    book = workbook().line("历年证书").line("填报单位：灵山县职改办")
    book.header(
        "持证人", "证件号码", "证书号", "系列", "级别（必填）", "专业技术资格", " 专 业", "批准\n机关", "授予时间", "＊取得方式",
        keys=["name", "id_number", "cert_no", "title_series", "title_level", "title", "specialty", "awarding_body",
              "awarded_on", "obtained_by"],
    ).row()  # fmt: skip

    rows = judged(book)

    assert [(row.row, row.outcome) for row in rows] == [(4, Outcome.NEW)]


def test_notes_below_the_rows_are_counted_and_not_read(app: Flask) -> None:
    book = workbook().row().row()
    book.line().line("说明*为必报项").line("1. 职称系列：请根据评审条件职称系列填写；").line(
        None, "填表人：张三", None, "联系电话："
    )

    assert len(judged(book)) == 2
    assert left_out(book) == ["工作表“明细表”第 5、6、7 行（共 3 行）是说明文字，没有读入"]


def test_notes_in_a_data_column_are_notes_too(app: Flask) -> None:
    book = workbook().columns(*(field.key for field in FIELDS if field.key != "serial")).row()
    book.line("说明*为必报项").line("(1) 授予时间格式：2014-01-01").line("证书编号一栏请照证书封面填写不要增减任何文字")

    assert [row.row for row in judged(book)] == [2]


def test_rows_that_were_only_numbered_are_left_out_without_a_word(app: Flask) -> None:
    book = workbook().row().line(2).line("3").line(4, "   ")

    assert [row.row for row in judged(book)] == [2]
    assert left_out(book) == []


def test_a_row_with_a_single_value_is_a_row_with_its_errors(app: Flask) -> None:
    book = workbook().row().line(2, None, None, "陆海生")

    last = judged(book)[-1]

    assert last.outcome is Outcome.WRONG
    assert {key for key, _ in remarks(last)} >= {"cert_no", "id_number", "title"}


def test_a_header_that_is_repeated_on_the_next_page_is_no_row(app: Flask) -> None:
    assert outcomes(workbook().row().line(*HEADERS).row()) == ["新增", "新增"]


def test_a_sheet_without_a_header_and_a_doubtful_one_are_left_out_and_said_so(app: Flask) -> None:
    book = workbook().sheet("填表说明").line("说明").line("请认真填写")
    book.sheet("名册").line("姓名", "电话", "地址", "职务", "备注一", "备注二").line("张三", "1", "2", "3", "4", "5")
    book.sheet("明细表").row()

    assert outcomes(book) == ["新增"]
    assert left_out(book) == ["工作表“填表说明”里没有证书表的表头，没有读入", "工作表“名册”不像证书明细表，没有读入"]


def test_hidden_sheets_are_left_out_and_said_so(app: Flask, tmp_path: Path) -> None:
    batch = checked(workbook().row().sheet("旧", hidden=True).row(), tmp_path)

    assert batch.total == 1
    assert batch.left_out == ["工作表“旧”是隐藏的，没有读入，需要的话请取消隐藏后重新上传"]


@PLAIN_SQL
@pytest.mark.parametrize(
    ("book", "said"),
    [
        (workbook().line("请看附件"), "没有找到表头"),
        (workbook().header(), "表头下面没有数据"),
    ],
    ids=["no header", "no rows"],
)
def test_a_workbook_without_a_table_is_refused(app: Flask, book: Workbook, said: str, tmp_path: Path) -> None:
    others = ("import_batch", "background_job", "sqlite_sequence")
    before = dump(*others)

    with pytest.raises(WorkbookRefused, match=said):
        checked(book, tmp_path)

    batch = db.session.scalars(select(ImportBatch)).one()
    assert dump(*others) == before
    assert batch.state is BatchState.REFUSED
    assert not importers.kept_uploads().has(batch.id)


def test_sheets_of_one_name_are_told_apart(app: Flask) -> None:
    long = "表" * 120

    first, second = (row.sheet for row in judged(workbook().sheet(long).row().sheet(long).row()))
    assert first != second
    assert len(second) <= 100


def test_a_second_column_of_a_field_and_unknown_columns_are_not_imported(app: Flask) -> None:
    book = workbook().header(*HEADERS, "姓名", "联系电话", keys=[*(field.key for field in FIELDS), "other", "phone"])
    reading = importers.examination(office(COUNTY))

    rows = [row for group in reading.groups(book.row(other="别人", phone="123").events()) for row in group]

    assert rows[0].content["values"]["name"] == "农志远"
    assert reading.told()["sheets"][0]["columns"][-2:] == [[20, "姓名", ""], [21, "联系电话", ""]]


# Columns that somebody has to name.


def unclear() -> Workbook:
    keys = [field.key for field in FIELDS]
    headers = ["发证机关" if header == "*授予单位" else header for header in HEADERS]
    return workbook().header(*headers, keys=keys).row().row()


def test_a_required_column_that_is_not_recognised_is_asked_for_and_nothing_is_staged(
    app: Flask, tmp_path: Path
) -> None:
    batch = checked(unclear(), tmp_path)

    assert batch.state is BatchState.UNMAPPED
    assert [13, "发证机关", ""] in batch.columns["sheets"][0]["columns"]
    assert how_many(StagedRow) == 0


def name_columns(batch_id: int, answers: dict[str | int, str]) -> None:
    actor = staff("ls.staff")
    with writing():
        job_id = import_runs.answer_columns(actor, batch_id, 2, answers, ()).id
    jobs.wake(job_id)
    db.session.rollback()


def test_a_named_column_is_read_from_the_kept_upload(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(unclear(), tmp_path).id

    name_columns(batch_id, {"发证机关": "awarding_body"})

    batch = db.session.get_one(ImportBatch, batch_id)
    assert (batch.state, counted(batch)) == (BatchState.CHECKED, {"新增": 2})
    assert importers.kept_uploads().has(batch_id)


def test_a_column_may_be_named_by_its_position(app: Flask) -> None:
    rows = judged(unclear(), answers={13: "awarding_body"})

    assert [row.outcome for row in rows] == [Outcome.NEW, Outcome.NEW]


def test_a_sheet_may_be_left_out_by_choice(app: Flask) -> None:
    book = unclear().sheet("好").row()

    assert len(judged(book, skipped=["明细表"])) == 1


def test_columns_are_named_once(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(unclear(), tmp_path).id
    name_columns(batch_id, {"发证机关": "awarding_body"})

    with pytest.raises(StaleVersion):
        name_columns(batch_id, {"发证机关": "awarding_body"})

    assert counted(db.session.get_one(ImportBatch, batch_id)) == {"新增": 2}


def test_a_kept_upload_is_encrypted(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(unclear(), tmp_path).id

    kept = (Path(app.instance_path) / "uploads" / f"{batch_id}.upload").read_bytes()
    assert b"PK\x03\x04" not in kept
    assert b"workbook.xml" not in kept


# The template.


def test_the_template_filled_in_by_a_program_is_read_back(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    with path.open("wb") as out:
        importers.write_template(out, ["工程系列", "卫生系列"] * 40)
    book = openpyxl.load_workbook(path)
    sheet = book["明细表"]
    header = [cell.value for cell in sheet[2]]
    for row in range(3, 8):
        values = good_row(awarded_on="2008-09")
        for at, field in enumerate(FIELDS, 1):
            sheet.cell(row, at).value = values.get(field.key)
    book.save(path)

    batch = sent(path)

    assert header == list(HEADERS)
    assert counted(batch) == {"新增": 5}
    assert [one for one in batch.left_out if "隐藏" in one] == []


def test_the_template_offers_lists_and_keeps_numbers_as_text(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"

    with path.open("wb") as out:
        importers.write_template(out, ["工程系列", "卫生系列"] * 40)

    sheet = openpyxl.load_workbook(path)["明细表"]
    lists = {
        str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation if rule.formula1
    }
    assert lists["K3"] == '"员级,助理级,中级"'
    assert lists["T3"] == '"正常,作废"'
    assert lists["J3"] == "选项!$A$1:$A$80"
    assert {sheet.column_dimensions[letter].width > 0 for letter in "ABCDT"} == {True}
    notes = [cell.value for cell in sheet["A"] if isinstance(cell.value, str) and cell.value.startswith("8.")]
    assert notes == ["8. 获取方式：转正定职、评审、遗失补办、重新确认；"]
