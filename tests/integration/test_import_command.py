"""`flask import-certificates`: the sample workbooks row by row, exit codes, report and error workbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from extensions import db, writing
from models import Certificate, Event, ImportBatch, StagedRow
from tests.engines import PLAIN_SQL
from tests.factories import certificate
from tests.workbooks import workbook

SAMPLES = Path(__file__).parent.parent / "samples"
EXPECTED: dict[str, Any] = json.loads((SAMPLES / "expected.json").read_text())
COUNTY = "灵山县职改办"
TABLES = (Certificate, Event, ImportBatch, StagedRow)


def run(app: Flask, file: Path, *options: str | Path, office: str = COUNTY) -> Result:
    arguments = ["import-certificates", str(file), "--office", office, *map(str, options)]
    result = app.test_cli_runner().invoke(args=arguments)
    db.session.rollback()
    return result


def reported(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def contents() -> list[list[tuple[Any, ...]]]:
    """Return every row of the tables an import could touch, byte for byte."""
    return [list(map(tuple, db.session.execute(select(table.__table__)).all())) for table in TABLES]


def certificates() -> list[tuple[Any, ...]]:
    return list(map(tuple, db.session.execute(select(Certificate.__table__).order_by(Certificate.id)).all()))


def fields(remarks: list[dict[str, str]]) -> set[str]:
    return {remark["field"] for remark in remarks}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_of_a_sample_comes_out_as_expected(app: Flask, name: str, tmp_path: Path) -> None:
    expected, report = EXPECTED[name], tmp_path / "report.json"

    result = run(app, SAMPLES / name, "--report", report, office=expected["office_name"])

    sheets = reported(report)["sheets"]
    assert {sheet: set(rows) for sheet, rows in sheets.items()} == {
        sheet: set(rows) for sheet, rows in expected["sheets"].items()
    }
    for sheet, rows in expected["sheets"].items():
        for number, row in rows.items():
            told = sheets[sheet][number]
            assert told["outcome"] == row["outcome"], (sheet, number, told)
            assert fields(told["errors"]) == set(row.get("fields", ())), (sheet, number, told)
            assert fields(told["warnings"]) >= set(row.get("warn", ())), (sheet, number, told)
    refused = any(row["outcome"] != "新增" for rows in expected["sheets"].values() for row in rows.values())
    assert result.exit_code == (1 if refused else 0), result.output


@PLAIN_SQL
@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_a_second_time_changes_nothing(app: Flask, name: str, tmp_path: Path) -> None:
    office = EXPECTED[name]["office_name"]
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    run(app, SAMPLES / name, "--report", first, office=office)
    before, events = certificates(), db.session.scalar(select(func.count()).select_from(Event))

    run(app, SAMPLES / name, "--report", second, office=office)

    assert certificates() == before
    assert db.session.scalar(select(func.count()).select_from(Event)) == events
    counts = reported(first)["counts"]
    same = counts["新增"] + counts.get("工作簿内重复", 0)
    wrong = {"错误": counts["错误"]} if "错误" in counts else {}
    assert reported(second)["counts"] == {"相同": same, **wrong}


def test_an_import_leaves_one_event_that_names_operator_office_and_counts(app: Flask) -> None:
    before = db.session.scalar(select(func.max(Event.id)))

    result = run(app, SAMPLES / "03-messy-county.xlsx")

    event = db.session.scalars(select(Event).where(Event.id > before)).one()
    assert event.action == "import_certificates"
    assert event.actor_name.startswith("命令行（")
    assert event.summary == f"为“{COUNTY}”导入“03-messy-county.xlsx”：新增 22 行，工作簿内重复 1 行，错误 16 行"
    assert result.stdout == "新增 22 行，工作簿内重复 1 行，错误 16 行\n"


def test_the_rows_that_went_in_are_not_kept_twice(app: Flask) -> None:
    run(app, SAMPLES / "03-messy-county.xlsx")

    kept = db.session.execute(select(StagedRow.outcome, func.count()).group_by(StagedRow.outcome)).all()
    assert {outcome.label: number for outcome, number in kept} == {"错误": 16, "工作簿内重复": 1}


def test_a_dry_run_reports_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    before, dry, wet = contents(), tmp_path / "dry.json", tmp_path / "wet.json"

    result = run(app, SAMPLES / "03-messy-county.xlsx", "--dry-run", "--report", dry, "--errors", tmp_path / "dry.xlsx")

    assert contents() == before
    assert result.exit_code == 1
    assert "没有导入" in result.stdout
    run(app, SAMPLES / "03-messy-county.xlsx", "--report", wet)
    assert reported(dry) == reported(wet)


def test_the_error_workbook_holds_the_offices_columns_and_colours_the_wrong_cells(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "errors.xlsx"

    run(app, SAMPLES / "03-messy-county.xlsx", "--errors", out)

    sheet = openpyxl.load_workbook(out)["Sheet1"]
    header = [cell.value for cell in sheet[1]]
    assert header[1:5] == ["持证人", "性别", "身份证号码", "证书号"]
    assert header[-1] == "错误说明"
    assert sheet.max_row == 1 + 17
    wrong = {
        sheet.cell(row, 1).value: {header[at] for at, cell in enumerate(sheet[row]) if cell.fill.fill_type == "solid"}
        for row in range(2, 18)
    }
    assert wrong[24] == {"身份证号码"}
    assert wrong[38] == {"持证人", "身份证号码", "取得方式"}
    explained = {sheet.cell(row, 1).value: sheet.cell(row, len(header)).value for row in range(2, 18)}
    assert explained[24] == "身份证号：最后一位对不上，请核对原件"


def test_a_mended_error_workbook_goes_in_as_it_is(app: Flask, tmp_path: Path) -> None:
    wrong = workbook().row(cert_no="0700001").row(cert_no="0700002", obtained_by="赠送").row(cert_no="0700003", name="")
    out = tmp_path / "errors.xlsx"
    run(app, wrong.save(tmp_path), "--errors", out)
    book = openpyxl.load_workbook(out)
    book["明细表"]["Q2"], book["明细表"]["D3"] = "评审", "陆海生"
    book.save(out)

    result = run(app, out)

    assert result.exit_code == 0, result.output
    numbers = db.session.scalars(select(Certificate.cert_no).order_by(Certificate.cert_no)).all()
    assert numbers == ["0700001", "0700002", "0700003"]


def test_the_error_workbook_runs_nothing_that_was_typed(app: Flask, tmp_path: Path) -> None:
    book = workbook().row(name="=HYPERLINK(1)", employer_name="http://example.com/", obtained_by="赠送").save(tmp_path)

    run(app, book, "--errors", tmp_path / "errors.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "errors.xlsx")["明细表"]
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=HYPERLINK(1)", "s")
    assert sheet["H2"].hyperlink is None


def test_a_conflict_keeps_the_record_and_counts_as_refused(app: Flask, tmp_path: Path) -> None:
    run(app, workbook().row(cert_no="0812", specialty="机电工程").save(tmp_path))
    record = certificates()
    changed = workbook().row(cert_no="0812", specialty="公路工程", id_number=_id_of("0812")).save(tmp_path, "改.xlsx")

    result = run(app, changed, "--report", tmp_path / "report.json")

    assert result.exit_code == 1
    assert certificates() == record
    row = reported(tmp_path / "report.json")["sheets"]["明细表"]["2"]
    assert row["outcome"] == "冲突"
    assert row["errors"] == [
        {"field": "证书专业", "message": "证书专业系统里是“机电工程”，表里是“公路工程”，保留系统里的"}
    ]


def test_a_conflict_takes_the_workbook_where_that_was_chosen(app: Flask, tmp_path: Path) -> None:
    run(app, workbook().row(cert_no="0812", specialty="机电工程").save(tmp_path))
    changed = workbook().row(cert_no="0812", specialty="公路工程", id_number=_id_of("0812")).save(tmp_path, "改.xlsx")

    result = run(app, changed, "--on-conflict", "workbook", "--report", tmp_path / "report.json")

    record = db.session.scalars(select(Certificate)).one()
    assert result.exit_code == 0, result.output
    assert (record.specialty, record.version) == ("公路工程", 2)
    assert Event.about("certificate", record.id)[-1].changed == {"证书专业": ["机电工程", "公路工程"]}
    row = reported(tmp_path / "report.json")["sheets"]["明细表"]["2"]
    assert (row["outcome"], row["errors"]) == ("冲突", [])


def test_what_a_dry_run_would_overwrite_is_not_refused(app: Flask, tmp_path: Path) -> None:
    run(app, workbook().row(cert_no="0812", specialty="机电工程").save(tmp_path))
    changed = workbook().row(cert_no="0812", specialty="公路工程", id_number=_id_of("0812")).save(tmp_path, "改.xlsx")
    before = contents()

    result = run(app, changed, "--on-conflict", "workbook", "--dry-run")

    assert result.exit_code == 0, result.output
    assert contents() == before


def test_a_confirmed_record_is_not_overwritten_by_any_choice(app: Flask, tmp_path: Path) -> None:
    run(app, workbook().row(cert_no="0812").save(tmp_path))
    with writing():
        record = db.session.scalars(select(Certificate)).one()
        record.verified_at, record.verify_code = record.created_at, "ABCD2345EFGH"
    before = certificates()
    changed = workbook().row(cert_no="0812", specialty="公路工程", id_number=_id_of("0812")).save(tmp_path, "改.xlsx")

    result = run(app, changed, "--on-conflict", "workbook")

    assert result.exit_code == 1
    assert certificates() == before


def _id_of(number: str) -> str:
    return db.session.scalars(select(Certificate.id_number).filter_by(cert_no=number)).one()


@PLAIN_SQL
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "这个文件是空的"),
        (b"%PDF-1.7 ...", "这是一份 PDF 文件"),
        (b"\x89PNG\r\n\x1a\n....", "这是一张图片"),
    ],
    ids=["empty", "pdf", "picture"],
)
def test_a_file_that_is_no_workbook_is_refused_in_one_sentence(
    app: Flask, content: bytes, said: str, tmp_path: Path
) -> None:
    file, before = tmp_path / "file.xlsx", contents()
    file.write_bytes(content)

    result = run(app, file, "--report", tmp_path / "report.json", "--errors", tmp_path / "errors.xlsx")

    assert result.exit_code == 2
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1
    assert contents() == before
    assert list(tmp_path.glob("*.json")) == []


@PLAIN_SQL
def test_a_workbook_without_a_required_column_is_refused_by_its_name(app: Flask, tmp_path: Path) -> None:
    book = (
        workbook().columns("cert_no", "name", "id_number", "title_series", "title_level", "title").row().save(tmp_path)
    )

    result = run(app, book)

    assert result.exit_code == 2
    assert "没有认出“证书专业”“授予单位”“授予时间”“获取方式”" in result.stderr
    assert db.session.scalars(select(ImportBatch)).all() == []


@pytest.mark.parametrize("office", ["没有这个职改办", ""])
def test_an_unknown_office_is_refused(app: Flask, office: str, tmp_path: Path) -> None:
    result = run(app, workbook().row().save(tmp_path), office=office)

    assert result.exit_code == 2
    assert "这个机构" in result.stderr


def test_files_that_cannot_be_opened_are_named_before_anything_is_written(app: Flask, tmp_path: Path) -> None:
    book, before = workbook().row().save(tmp_path), contents()

    missing = run(app, tmp_path / "no-such.xlsx")
    unwritable = run(app, book, "--report", tmp_path / "no-such-folder" / "report.json")

    assert (missing.exit_code, unwritable.exit_code) == (2, 2)
    assert "no-such.xlsx" in missing.stderr
    assert "report.json" in unwritable.stderr
    assert contents() == before


def test_an_import_that_breaks_while_committing_leaves_nothing(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, before = workbook().row().row().save(tmp_path), contents()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr("operations.imports.events.record", fail)
    result = run(app, book)

    assert isinstance(result.exception, RuntimeError)
    assert contents() == before


def test_certificates_of_others_stay_as_they_are(app: Flask) -> None:
    certificate()
    before = certificates()

    run(app, SAMPLES / "01-clean-county.xlsx")

    assert certificates()[:1] == before
    assert len(certificates()) == 121
