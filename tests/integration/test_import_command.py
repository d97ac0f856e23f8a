"""`import-certificates`, as scripts and operators call it: what goes in, what is told, with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, text

from domain.partial_dates import PartialDate
from extensions import db, writing
from models import Certificate, Event, ImportBatch, now
from tests.workbooks import SAMPLES, read_back, row, saved

COUNTY = "灵山县职改办"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
TABLES = ("certificate", "import_batch", "staged_row", "event")


class Told:
    """What one call of the command answered."""

    def __init__(self, result, report):
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr
        self.report = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None

    def row(self, number, sheet="明细表"):
        return self.report["sheets"][sheet][str(number)]


@pytest.fixture
def bring_in(app, tmp_path):
    """Return a function: call the command on a file and return what it told."""

    def call(file: Path, *words: str, office: str = COUNTY) -> Told:
        report = tmp_path / "report.json"
        command = ["import-certificates", str(file), "--office", office, "--report", str(report), *words]
        result = app.test_cli_runner().invoke(args=command)
        db.session.rollback()
        return Told(result, report)

    return call


def contents(*tables):
    """Return every byte that stands in these tables."""
    db.session.rollback()
    return {
        table: sorted(map(repr, db.session.execute(text(f"SELECT * FROM {table}")).tuples()))  # noqa: S608
        for table in tables
    }


def on_record(number):
    return db.session.scalars(select(Certificate).filter_by(cert_no=number)).one()


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_of_the_samples_becomes_what_is_expected_of_it(bring_in, name):
    expected = EXPECTED[name]
    wanted = {
        (sheet, number): (one["outcome"], set(one.get("fields", [])), set(one.get("warn", [])))
        for sheet, rows in expected["sheets"].items()
        for number, one in rows.items()
    }

    told = bring_in(SAMPLES / name, office=expected["office_name"])

    found = {
        (sheet, number): (one["outcome"], fields(one, "errors"), fields(one, "warnings"))
        for sheet, rows in told.report["sheets"].items()
        for number, one in rows.items()
    }
    assert found.keys() == wanted.keys()
    for place, (outcome, wrong, warned) in wanted.items():
        assert found[place][0] == outcome, (place, found[place])
        assert found[place][1] == wrong, (place, found[place])
        assert found[place][2] >= warned, (place, found[place])
    assert told.code == (0 if told.report["counts"].keys() == {"新增"} else 1)


def fields(one, name):
    return {said["field"] for said in one[name]}


def test_a_clean_workbook_goes_in_whole_and_a_second_time_changes_nothing(bring_in):
    first = bring_in(SAMPLES / "01-clean-county.xlsx")
    before = contents("certificate", "event")

    again = bring_in(SAMPLES / "01-clean-county.xlsx")

    assert (first.code, first.report["counts"]) == (0, {"新增": 120})
    assert (again.code, again.report["counts"]) == (0, {"相同": 120})
    assert contents("certificate", "event") == before
    assert db.session.scalar(select(func.count()).select_from(Certificate)) == 120


def test_a_dry_run_tells_what_the_import_will_do_and_writes_nothing(bring_in):
    before = contents(*TABLES)

    looked = bring_in(SAMPLES / "03-messy-county.xlsx", "--dry-run")
    untouched = contents(*TABLES)
    done = bring_in(SAMPLES / "03-messy-county.xlsx")

    assert untouched == before
    assert looked.report == done.report
    assert looked.code == done.code == 1


def test_the_import_names_the_operator_and_the_office(bring_in, tmp_path):
    bring_in(saved(tmp_path, [row(), row()]))

    event = db.session.scalars(select(Event).filter_by(action="import_certificates")).one()
    batch = db.session.scalars(select(ImportBatch)).one()
    assert event.actor_name.startswith("命令行（")
    assert COUNTY in event.summary
    assert "新增 2 行" in event.summary
    assert batch.created_by == event.actor_name
    assert on_record(on_record_number := first_number()).batch_row == 2, on_record_number


def first_number():
    return db.session.scalar(select(Certificate.cert_no).order_by(Certificate.id).limit(1))


# 冲突: the same number and body, something differs.


def test_a_conflict_keeps_the_record_and_counts_as_refused(bring_in, tmp_path):
    one = row(specialty="水利水电工程")
    bring_in(saved(tmp_path, [one]))
    before = contents("certificate")

    told = bring_in(saved(tmp_path, [{**one, "specialty": "给水排水"}]))

    assert told.code == 1
    assert told.row(2)["outcome"] == "冲突"
    assert told.row(2)["errors"] == [
        {"field": "证书专业", "message": "证书专业系统里是“水利水电工程”，表里是“给水排水”，保留系统里的"}
    ]
    assert contents("certificate") == before


def test_the_workbook_is_taken_where_the_operator_says_so(bring_in, tmp_path):
    one = row(specialty="水利水电工程", awarded_on="2009-12")
    bring_in(saved(tmp_path, [one]))

    told = bring_in(saved(tmp_path, [{**one, "specialty": "给水排水"}]), "--on-conflict", "workbook")

    changed = on_record(one["cert_no"])
    event = db.session.scalars(select(Event).filter_by(action="change_certificate")).one()
    assert (told.code, told.row(2)["outcome"], told.row(2)["errors"]) == (0, "冲突", [])
    assert (changed.specialty, changed.version, changed.awarded_on) == ("给水排水", 2, PartialDate(2009, 12))
    assert event.changed == {"证书专业": ["水利水电工程", "给水排水"]}


def test_a_record_that_its_holder_has_confirmed_is_never_overwritten(bring_in, tmp_path):
    one = row()
    bring_in(saved(tmp_path, [one]))
    with writing():
        on_record(one["cert_no"]).verified_at = now()
    before = contents("certificate")

    told = bring_in(saved(tmp_path, [{**one, "specialty": "给水排水"}]), "--on-conflict", "workbook")

    assert told.code == 1
    assert told.row(2)["errors"] == [{"field": "证书专业", "message": "持证人已经确认过这本证书，保留系统里的记录"}]
    assert contents("certificate") == before


def test_an_empty_cell_is_no_difference(bring_in, tmp_path):
    one = row(employer_name="灵山县第一中学")
    bring_in(saved(tmp_path, [one]))

    told = bring_in(saved(tmp_path, [{**one, "employer_name": None, "sex": None}]))

    assert told.report["counts"] == {"相同": 1}


def test_what_another_office_has_on_record_is_not_shown(bring_in, tmp_path):
    one = row(name="覃志强", sex=None, awarding_body="浦北县职改办")
    bring_in(saved(tmp_path, [one]), office="浦北县职改办")

    told = bring_in(saved(tmp_path, [{**one, "name": "黄春梅"}]))

    assert told.row(2)["outcome"] == "冲突"
    assert "覃志强" not in json.dumps(told.report, ensure_ascii=False)


# The error workbook comes back mended.


def test_the_error_workbook_marks_what_is_wrong_and_is_ready_to_be_mended(bring_in, tmp_path):
    errors, good = tmp_path / "errors.xlsx", row()
    wrong = row(name=None, awarded_on="98.6")
    first = bring_in(saved(tmp_path, [good, wrong]), "--errors", str(errors))
    [told] = read_back(errors)
    sheet = load_workbook(errors).worksheets[0]
    coloured = {sheet.cell(1, cell.column).value for cell in sheet[2] if cell.fill.fgColor.rgb == "FFFBDAD7"}

    sheet.cell(2, 4).value, sheet.cell(2, 15).value = "陆海生", "1998-06"
    sheet.cell(2, 5).value = None
    sheet.parent.save(errors)
    again = bring_in(errors)

    assert (first.code, first.report["counts"]) == (1, {"新增": 1, "错误": 1})
    assert coloured == {"*姓名", "*授予时间"}
    assert told["*证书编号"] == wrong["cert_no"]
    assert told["错误说明"].startswith("姓名：姓名没有填")
    assert (again.code, again.report["counts"]) == (0, {"新增": 1})


def test_an_error_workbook_of_nothing_says_so(bring_in, tmp_path):
    errors = tmp_path / "errors.xlsx"

    bring_in(saved(tmp_path, [row()]), "--errors", str(errors))

    assert load_workbook(errors).sheetnames == ["没有错误行"]


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_the_error_workbook_has_a_sheet_for_each_that_has_errors(bring_in, tmp_path, dry):
    errors = tmp_path / "errors.xlsx"

    bring_in(SAMPLES / "04-series-by-year.xlsx", "--errors", str(errors), *dry, office="钦州市工程系列职改办")

    wrong = sum(one["outcome"] == "错误" for rows in EXPECTED["04-series-by-year.xlsx"]["sheets"].values() for one in rows.values())
    assert sum(sheet.max_row - 1 for sheet in load_workbook(errors).worksheets) == wrong


# A file that is refused.


def refused_files():
    yield "nothing.xlsx", None, "打不开文件"
    yield "empty.xlsx", b"", "这个文件是空的"
    yield "notes.xlsx", "证书编号,姓名\n1,甲\n".encode(), "不是工作簿"
    yield "broken.xlsx", (SAMPLES / "01-clean-county.xlsx").read_bytes()[:4000], "损坏"


@pytest.mark.parametrize(("name", "content", "sentence"), refused_files())
def test_a_refused_file_is_told_in_one_sentence_and_leaves_nothing(bring_in, tmp_path, name, content, sentence):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = contents(*TABLES)

    told = bring_in(tmp_path / name, "--errors", str(tmp_path / "errors.xlsx"))

    assert told.code == 2
    assert sentence in told.err
    assert len(told.err.splitlines()) == 1
    assert told.report is None
    assert not (tmp_path / "errors.xlsx").exists()
    assert contents(*TABLES) == before


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_a_workbook_without_the_required_columns_is_refused_and_says_which(bring_in, tmp_path, dry):
    headers = ["序号", "号码", "证书管理号", "姓名", "性别", "证件", "个人身份"]

    told = bring_in(saved(tmp_path, [row()], headers), *dry)

    assert told.code == 2
    assert "没有认出“证书编号”“身份证号”“职称系列”" in told.err
    assert told.report is None


def test_an_office_that_is_not_there_is_refused(bring_in, tmp_path):
    told = bring_in(saved(tmp_path, [row()]), office="来宾市职改办")

    assert (told.code, told.err) == (2, "没有“来宾市职改办”这个机构，请先用 create-office 新建\n")
