"""From a workbook's cells to records: where the table is, what becomes of each row, and what is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

import importers
from domain.access import Actor
from domain.cells import CellError, CellValue, Formula
from domain.certificate_fields import FIELDS
from domain.errors import NotFound, StaleVersion, WorkbookRefused
from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.vocabulary import BatchState, CertificateStatus, ObtainedBy, OfficeKind, Outcome, Sex
from extensions import db, writing
from importing import examining
from importing.judging import Judged
from models import AwardingBody, AwardingBodyAlias, Certificate, Event, ImportBatch, StagedRow, now
from operations import imports, offices
from operations.publishing import OnConflict
from tests.factories import case_at, certificate, dump, office, staff
from tests.workbooks import BODY, HEADERS, Workbook, good_row, person, workbook

COUNTY, CITY = "灵山县职改办", "钦州市职改办"
OTHER_BODY = "浦北县职称改革领导小组办公室"
QUIETLY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def judged(book: Workbook, office_name: str = COUNTY, **options: Any) -> list[Judged]:
    reading = importers.examination(office(office_name), **options)
    return [row for group in reading.groups(book.events()) for row in group]


def outcomes(book: Workbook, office_name: str = COUNTY) -> list[str]:
    return [row.outcome.label for row in judged(book, office_name)]


def remarks(row: Judged, name: str = "errors") -> list[list[str]]:
    told: list[list[str]] = row.content.get(name, [])
    return told


def left_out(book: Workbook) -> list[str]:
    reading = importers.examination(office(COUNTY))
    for _ in reading.groups(book.events()):
        pass
    return reading.left_out


def checked(book: Workbook, folder: Path, office_name: str = COUNTY, by: str = "ls.staff") -> ImportBatch:
    """Upload a workbook and return its batch."""
    actor, home, path = staff(by), office(office_name), book.save(folder)
    with path.open("rb") as file:
        batch_id = importers.upload(actor, home, file, path.name)
    return db.session.get_one(ImportBatch, batch_id)


def commit(batch: ImportBatch, choice: OnConflict = OnConflict.RECORD, by: str = "ls.staff") -> ImportBatch:
    actor, batch_id, version = staff(by), batch.id, batch.version
    with writing():
        imports.commit_batch(actor, batch_id, version, choice)
    with writing():
        imports.forget_rows(batch_id)
    return db.session.get_one(ImportBatch, batch_id)


def counted(batch: ImportBatch) -> dict[str, int]:
    return {outcome.label: batch.count(outcome) for outcome in Outcome if batch.count(outcome)}


def records() -> list[Certificate]:
    return list(db.session.scalars(select(Certificate).order_by(Certificate.id)))


def how_many(table: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


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
    book.line().line("说明*为必报项").line("1. 职称系列：请根据评审条件职称系列填写；").line(None, "填表人：张三", None, "联系电话：")

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


@pytest.mark.parametrize(
    ("book", "said"),
    [
        (workbook().line("请看附件"), "没有找到表头"),
        (workbook().header(), "表头下面没有数据"),
    ],
    ids=["no header", "no rows"],
)
def test_a_workbook_without_a_table_is_refused(app: Flask, book: Workbook, said: str, tmp_path: Path) -> None:
    before = dump()

    with pytest.raises(WorkbookRefused, match=said):
        checked(book, tmp_path)

    assert dump() == before


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


def test_a_required_column_that_is_not_recognised_is_asked_for_and_nothing_is_staged(app: Flask, tmp_path: Path) -> None:
    batch = checked(unclear(), tmp_path)

    assert batch.state is BatchState.UNMAPPED
    assert [13, "发证机关", ""] in batch.columns["sheets"][0]["columns"]
    assert how_many(StagedRow) == 0


def test_a_named_column_is_read_from_the_kept_upload(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(unclear(), tmp_path).id

    importers.answer_columns(staff("ls.staff"), batch_id, 1, {"发证机关": "awarding_body"})

    batch = db.session.get_one(ImportBatch, batch_id)
    assert (batch.state, counted(batch)) == (BatchState.CHECKED, {"新增": 2})
    assert importers.kept_uploads().opened(batch_id) is None


def test_a_column_may_be_named_by_its_position(app: Flask) -> None:
    rows = judged(unclear(), answers={13: "awarding_body"})

    assert [row.outcome for row in rows] == [Outcome.NEW, Outcome.NEW]


def test_a_sheet_may_be_left_out_by_choice(app: Flask) -> None:
    book = unclear().sheet("好").row()

    assert len(judged(book, skipped=["明细表"])) == 1


def test_columns_are_named_once(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(unclear(), tmp_path).id
    importers.answer_columns(staff("ls.staff"), batch_id, 1, {"发证机关": "awarding_body"})

    with pytest.raises(StaleVersion):
        importers.answer_columns(staff("ls.staff"), batch_id, 1, {"发证机关": "awarding_body"})

    assert counted(db.session.get_one(ImportBatch, batch_id)) == {"新增": 2}


def test_a_kept_upload_is_encrypted(app: Flask, tmp_path: Path) -> None:
    checked(unclear(), tmp_path)

    kept = [path.read_bytes() for path in (Path(app.instance_path) / "uploads").iterdir() if path.is_file()]
    assert len(kept) == 1
    assert b"PK\x03\x04" not in kept[0]
    assert b"workbook.xml" not in kept[0]


# What becomes of a row.


def test_a_row_that_repeats_an_earlier_one_names_it(app: Flask) -> None:
    book = workbook().sheet("2008年").row(cert_no="0812").row().row(cert_no="0812").sheet("2009年").row(cert_no="0812")

    rows = judged(book)

    assert [row.outcome.label for row in rows] == ["新增", "新增", "工作簿内重复", "工作簿内重复"]
    assert remarks(rows[2])[0][0] == "cert_no"
    assert "第 2 行" in remarks(rows[2])[0][1]
    assert "工作表“2008年”第 2 行" in remarks(rows[3])[0][1]


def test_only_rows_that_go_in_are_repeated(app: Flask) -> None:
    assert outcomes(workbook().row(cert_no="0812", name="").row(cert_no="0812")) == ["错误", "新增"]


def test_repeats_are_found_across_groups_of_rows(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "ROWS_AT_ONCE", 2)
    someone = person()
    book = workbook().row(cert_no="1", id_number=someone).row().row().row(cert_no="1").row(cert_no="2", id_number=someone)

    assert outcomes(book) == ["新增", "新增", "新增", "工作簿内重复", "疑似重复"]


def test_the_same_number_from_another_body_is_another_certificate(app: Flask) -> None:
    certificate(cert_no="0812")

    assert outcomes(workbook().row(cert_no="0812", awarding_body=OTHER_BODY)) == ["新增"]


def test_leading_zeros_tell_certificates_apart(app: Flask) -> None:
    certificate(cert_no="0833232")

    assert outcomes(workbook().row(cert_no="833232")) == ["新增"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({}, "疑似重复"),
        ({"awarded_on": "2008-09"}, "疑似重复"),
        ({"obtained_by": "遗失补办"}, "新增"),
        ({"awarded_on": "2008-09-28"}, "新增"),
        ({"title_level": "员级", "title": "技术员"}, "新增"),
        ({"id_number": person(7)}, "新增"),
    ],
    ids=["the same", "known to the month", "replacement", "another day", "another title", "another person"],
)
def test_another_number_for_the_same_award_is_likely_a_duplicate(
    app: Flask, second: dict[str, str], expected: str, tmp_path: Path
) -> None:
    first = good_row(id_number=person(8))
    again = {**good_row(id_number=person(8)), **second}
    in_one_book = judged(workbook().row(**first).row(**again))

    commit(checked(workbook().row(**first), tmp_path))
    against_record = judged(workbook().row(**again))

    assert [row.outcome.label for row in (in_one_book[-1], against_record[0])] == [expected, expected]
    assert [row.warned for row in (in_one_book[-1], against_record[0])] == [expected == "疑似重复"] * 2
    if expected == "疑似重复":
        assert [remarks(row, "warnings")[-1][0] for row in (in_one_book[-1], against_record[0])] == ["cert_no"] * 2


RECORDED: dict[str, Any] = {
    "cert_no": "0812", "name": "劳燕飞", "title": "助理工程师", "specialty": "水利水电工程", "awarded_on": "2009-12-20",
    "issued_on": "2010-02", "obtained_by": "转正定职", "cert_status": "正常",
}  # fmt: skip


def recorded(**given: Any) -> Certificate:
    return certificate(cert_no="0812", id_number=person(5), imported=False, **given)


def like_the_record(**given: Any) -> dict[str, Any]:
    return good_row(**RECORDED, id_number=person(5)) | given


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ({}, None),
        ({"issued_on": None, "cert_status": None}, None),
        ({"awarding_body": "灵山县职改办"}, None),
        ({"obtained_by": "认定", "title_series": "工程"}, None),
        ({"specialty": "水利水电工程 "}, None),
        ({"specialty": "机电工程"}, "specialty"),
        ({"awarded_on": "2009-12"}, "awarded_on"),
        ({"id_number": person(7)}, "id_number"),
        ({"cert_status": "作废"}, "cert_status"),
        ({"employer_name": "灵山县水利局"}, None),
        ({"employer_name": "灵山县林业局"}, "employer_name"),
    ],
)
def test_a_row_is_held_against_its_record_after_normalising(
    app: Flask, said: dict[str, Any], differs: str | None
) -> None:
    recorded()

    row = judged(workbook().row(**like_the_record(**said)))[0]

    assert row.outcome is (Outcome.CONFLICT if differs else Outcome.SAME)
    assert [key for key, *_ in row.content.get("conflict", [])] == ([differs] if differs else [])
    assert [key for key, _ in remarks(row)] == ([differs] if differs else [])


def test_an_old_id_number_is_the_same_person(app: Flask) -> None:
    recorded()
    number = person(5)
    old = number[:6] + number[8:17]

    assert outcomes(workbook().row(**like_the_record(id_number=old))) == ["相同"]


def test_columns_that_the_workbook_lacks_are_not_compared(app: Flask) -> None:
    recorded(cert_status=CertificateStatus.VOID, employer_name="灵山县林业局")
    keys = [field.key for field in FIELDS if field.required]

    assert outcomes(workbook().columns(*keys).row(**like_the_record())) == ["相同"]


def test_a_void_that_is_not_decided_yet_counts_as_normal(app: Flask) -> None:
    recorded(cert_status=CertificateStatus.VOID_PENDING)

    assert outcomes(workbook().row(**like_the_record())) == ["相同"]


def test_a_conflict_shows_no_id_number_whole(app: Flask) -> None:
    recorded()

    row = judged(workbook().row(**like_the_record(id_number=person(6))))[0]

    told = repr((row.content["conflict"], row.content["errors"]))
    assert person(5) not in told
    assert person(6) not in told


def test_the_record_of_an_office_elsewhere_is_not_shown(app: Flask) -> None:
    certificate(office_name="浦北县职改办", cert_no="0812", awarding_body=OTHER_BODY, name="不该看到", employer_name="也不该")

    row = judged(workbook().row(cert_no="0812", awarding_body=OTHER_BODY, employer_name="灵山县水利局"))[0]

    assert row.outcome is Outcome.CONFLICT
    assert "不该" not in repr({name: told for name, told in row.content.items() if name != "values"})


def test_an_id_number_in_the_wrong_column_is_masked_where_it_is_quoted(app: Flask) -> None:
    row = judged(workbook().row(personal_status=person(3)))[0]

    assert remarks(row, "warnings")[0][0] == "personal_status"
    assert person(3) not in repr(remarks(row, "warnings"))


def test_a_certificate_belongs_to_the_office_behind_its_body(app: Flask, tmp_path: Path) -> None:
    book = workbook().row(awarding_body=BODY).row(awarding_body=OTHER_BODY).row(awarding_body="邮电部人事司")

    commit(checked(book, tmp_path, CITY, "qz.staff"), by="qz.staff")

    assert [record.office.name for record in records()] == [COUNTY, "浦北县职改办", CITY]
    assert [record.batch_row for record in records()] == [2, 3, 4]
    assert {(record.city_office_id, record.batch_sheet) for record in records()} == {(office(CITY).id, "明细表")}


def test_a_certificate_of_an_office_elsewhere_stays_with_the_importer_with_a_warning(app: Flask, tmp_path: Path) -> None:
    batch = checked(workbook().row(awarding_body=OTHER_BODY), tmp_path)
    warned = imports.page_of_rows(batch.id, warned=True)[0].content["warnings"]

    commit(batch)

    assert records()[0].office.name == COUNTY
    assert "浦北县职改办" in warned[0][1]


# Nothing before the last button, everything with it.


def test_a_record_holds_what_was_read(app: Flask, tmp_path: Path) -> None:
    row = good_row(cert_no="０８１２", name="农 志远", id_number=person(9), title_series="工程", awarded_on="2008年元月",
                   issued_on=date(2008, 5, 1), obtained_by="认定", cert_status=None, manage_no="G-1")  # fmt: skip

    commit(checked(workbook().row(**row), tmp_path))

    record = records()[0]
    assert (record.cert_no, record.name, record.id_number) == ("0812", "农志远", person(9))
    assert (record.title_series, record.obtained_by) == ("工程系列", ObtainedBy.PROBATION)
    assert (record.awarded_on, record.issued_on) == (PartialDate(2008, 1), PartialDate(2008, 5, 1))
    assert (record.cert_status, record.manage_no) == (CertificateStatus.NORMAL, "G-1")
    assert record.sex is not None, "filled in from the ID number"
    assert record.body_key == f"#{db.session.scalar(select(AwardingBody.id).filter_by(name=COUNTY))}"
    assert not record.is_public


def test_a_check_writes_no_record_and_no_event(app: Flask, tmp_path: Path) -> None:
    before = dump("import_batch", "staged_row", "sqlite_sequence")

    batch = checked(workbook().row(), tmp_path)

    assert dump("import_batch", "staged_row", "sqlite_sequence") == before
    assert counted(batch) == {"新增": 1}


def test_no_id_number_lies_open_in_the_database(app: Flask, tmp_path: Path) -> None:
    fine, wrong = person(1), person(2)
    commit(checked(workbook().row(id_number=fine).row(id_number=wrong, obtained_by="赠送"), tmp_path))

    stored = repr(dump())

    assert fine not in stored
    assert wrong not in stored
    assert fine.encode().hex() not in stored


def test_a_reading_that_is_cut_off_leaves_nothing_usable(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, before = workbook().row().row().row(), dump()
    monkeypatch.setattr(examining, "ROWS_AT_ONCE", 1)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(imports, "finish_reading", stop)
    with pytest.raises(KeyboardInterrupt):
        checked(book, tmp_path)

    assert dump() == before


def killed_reading(actor: Actor) -> int:
    """Leave what a kill leaves: a batch that is still being read, with rows."""
    with writing():
        batch_id = imports.open_batch(actor, office(COUNTY).id, "断了.xlsx", "0" * 64).id
        imports.stage(batch_id, [row.staged for row in judged(workbook().row())])
    return batch_id


def test_a_killed_reading_is_seen_by_nobody_and_commits_nothing(app: Flask) -> None:
    actor = staff("ls.staff")
    batch_id = killed_reading(actor)

    assert imports.newest(actor) == []
    with pytest.raises(NotFound):
        imports.reached(actor, batch_id)
    with pytest.raises(StaleVersion), writing():
        imports.commit_batch(actor, batch_id, 1)
    assert records() == []


def test_what_a_kill_left_is_removed_by_a_later_import(app: Flask, tmp_path: Path) -> None:
    killed_reading(staff("ls.staff"))
    with writing():
        db.session.execute(update(ImportBatch).values(created_at=now() - timedelta(hours=7)))

    checked(workbook().row(), tmp_path)

    assert db.session.scalars(select(ImportBatch.file_name)).all() == ["历年证书.xlsx"]
    assert how_many(StagedRow) == 1


def test_refused_rows_are_kept_for_thirty_days(app: Flask, tmp_path: Path) -> None:
    batch = commit(checked(workbook().row().row(name=""), tmp_path))
    kept = [row.outcome for row in imports.page_of_rows(batch.id)]
    with writing():
        db.session.execute(update(ImportBatch).values(created_at=now() - timedelta(days=31)))

    checked(workbook().row(), tmp_path)

    assert kept == [Outcome.WRONG]
    assert imports.page_of_rows(batch.id) == []


def test_a_batch_is_committed_once(app: Flask, tmp_path: Path) -> None:
    batch = checked(workbook().row(), tmp_path)
    actor, batch_id = staff("ls.staff"), batch.id
    commit(batch)
    events = how_many(Event)

    with pytest.raises(StaleVersion, match="没有重复导入"), writing():
        imports.commit_batch(actor, batch_id, 1)

    assert (len(records()), how_many(Event)) == (1, events)


def test_a_batch_that_was_given_up_cannot_be_committed(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(workbook().row(), tmp_path).id
    actor = staff("ls.staff")
    with writing():
        imports.discard(actor, batch_id, 1)

    with pytest.raises(StaleVersion, match="已经放弃"), writing():
        imports.commit_batch(actor, batch_id, 2)

    assert records() == []
    assert how_many(StagedRow) == 0


@pytest.mark.parametrize("stranger", ["pb.staff", "gc.staff"])
def test_another_office_reaches_no_batch(app: Flask, stranger: str, tmp_path: Path) -> None:
    batch_id = checked(workbook().row(), tmp_path).id
    actor = staff(stranger)

    assert imports.newest(actor) == []
    with pytest.raises(NotFound):
        imports.reached(actor, batch_id)
    with pytest.raises(NotFound), writing():
        imports.commit_batch(actor, batch_id, 1)
    with pytest.raises(NotFound), writing():
        imports.discard(actor, batch_id, 1)


def test_an_office_that_was_closed_imports_nothing_more(app: Flask, tmp_path: Path) -> None:
    with writing():
        city = staff("qz.admin")
        closing = offices.create(city, "灵山新区职改办", OfficeKind.COUNTY, office(CITY), "x" * 60)
        offices.close(city, closing, "撤并")

    with pytest.raises(Exception, match="已经停用"):
        checked(workbook().row(), tmp_path, "灵山新区职改办", "qz.staff")


# What changed between the check and the commit.


def test_the_same_workbook_checked_twice_goes_in_once(app: Flask, tmp_path: Path) -> None:
    book = workbook().row().row()
    first, second = checked(book, tmp_path), checked(book, tmp_path)
    commit(first)
    events = how_many(Event)

    again = commit(db.session.get_one(ImportBatch, second.id))

    assert counted(again) == {"相同": 2}
    assert (len(records()), how_many(Event)) == (2, events)


def test_a_row_that_became_a_conflict_meanwhile_is_told_and_kept(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(workbook().row(**like_the_record(specialty="机电工程")).row(), tmp_path).id
    recorded()

    batch = commit(db.session.get_one(ImportBatch, batch_id))

    assert counted(batch) == {"新增": 1, "冲突": 1}
    kept = imports.page_of_rows(batch_id)
    assert [(row.outcome, row.content["conflict"][0][0]) for row in kept] == [(Outcome.CONFLICT, "specialty")]


def test_two_rows_that_became_one_certificate_meanwhile_go_in_once(app: Flask, tmp_path: Path) -> None:
    book = workbook().row(cert_no="0812").row(cert_no="0812", awarding_body="灵山县人事局")
    batch_id = checked(book, tmp_path).id
    with writing():
        body = db.session.scalars(select(AwardingBody).filter_by(name=COUNTY)).one()
        db.session.add(AwardingBodyAlias(body_id=body.id, alias="灵山县人事局"))

    batch = commit(db.session.get_one(ImportBatch, batch_id))

    assert counted(batch) == {"新增": 1, "工作簿内重复": 1}
    assert len(records()) == 1


def test_two_imports_at_one_moment_both_end_and_no_row_goes_in_twice(app: Flask, tmp_path: Path) -> None:
    rows = [good_row() for _ in range(40)]
    forth, back = workbook(), workbook()
    for one in rows:
        forth.row(**one)
    for one in reversed(rows):
        back.row(**one)
    ids = [checked(book, tmp_path).id for book in (forth, back)]
    db.session.rollback()
    begin, ended = threading.Barrier(2), []

    def run(batch_id: int) -> None:
        with app.app_context():
            actor = staff("ls.staff")
            begin.wait()
            with writing():
                ended.append(counted(imports.commit_batch(actor, batch_id, 1)))
            db.session.remove()

    threads = [threading.Thread(target=run, args=(batch_id,)) for batch_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(ended, key=repr) == sorted([{"新增": 40}, {"相同": 40}], key=repr)
    assert len(records()) == 40


def test_one_batch_committed_by_two_at_one_moment_goes_in_once(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(workbook().row().row(), tmp_path).id
    events = how_many(Event)
    db.session.rollback()
    begin, ended = threading.Barrier(2), []

    def run() -> None:
        with app.app_context():
            actor = staff("ls.staff")
            begin.wait()
            try:
                with writing():
                    imports.commit_batch(actor, batch_id, 1)
                ended.append("committed")
            except StaleVersion:
                ended.append("told")
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(ended) == ["committed", "told"]
    assert (len(records()), how_many(Event)) == (2, events + 1)


# Taking the workbook's values.


def overwritten(book: Workbook, folder: Path, office_name: str = COUNTY, by: str = "ls.staff") -> ImportBatch:
    return commit(checked(book, folder, office_name, by), OnConflict.WORKBOOK, by)


def test_the_workbook_overwrites_what_differs_and_nothing_else(app: Flask, tmp_path: Path) -> None:
    record_id, manage_no = recorded(sex=Sex.MALE).id, "G2009-17"

    overwritten(workbook().row(**like_the_record(specialty="机电工程", id_number=person(7), name="劳 燕飞")), tmp_path)

    record = db.session.get_one(Certificate, record_id)
    assert (record.specialty, record.id_number, record.manage_no) == ("机电工程", person(7), manage_no)
    assert record.version == 2
    assert Certificate.of_person(record.id_digest, "劳燕飞") == [record]
    event = Event.about("certificate", record_id)[-1]
    assert event.action == "change_certificate"
    assert set(event.changed) == {"证书专业", "身份证号"}
    assert person(7) not in repr(event.changed)


def make_open_case() -> None:
    case_at(CaseState.PENDING, record=None)
    record = db.session.scalars(select(Certificate)).one()
    with writing():
        db.session.execute(update(Certificate).where(Certificate.id == record.id).values(cert_no="0812"))


@pytest.mark.parametrize(
    ("arrange", "reason"),
    [
        (lambda: certificate(cert_no="0812", verified_at=now(), verify_code="ABCD2345EFGH"), "已经确认"),
        (make_open_case, "正在审验"),
        (lambda: certificate(cert_no="0812", office_name="浦北县职改办"), "别的职改办"),
    ],
    ids=["confirmed", "open case", "another office"],
)
def test_a_record_that_is_not_the_workbooks_to_change_is_kept(
    app: Flask, arrange: Callable[[], object], reason: str, tmp_path: Path
) -> None:
    arrange()
    before = dump("import_batch", "staged_row", "sqlite_sequence")

    batch = overwritten(workbook().row(cert_no="0812", specialty="机电工程"), tmp_path)

    assert dump("import_batch", "staged_row", "sqlite_sequence") == before
    kept = imports.page_of_rows(batch.id)
    assert reason in kept[0].content["errors"][0][1]


def test_the_first_of_two_rows_overwrites_a_record(app: Flask, tmp_path: Path) -> None:
    recorded()
    book = workbook().row(**like_the_record(specialty="机电工程")).row(**like_the_record(specialty="公路工程"))

    batch = overwritten(book, tmp_path)

    assert records()[0].specialty == "机电工程"
    kept = {row.row: row.content.get("overwritten") for row in imports.page_of_rows(batch.id)}
    assert kept[3] is None


# The template.


def test_the_template_filled_in_by_a_program_is_read_back(app: Flask, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
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

    with path.open("rb") as file:
        batch_id = importers.upload(staff("ls.staff"), office(COUNTY), file, path.name)

    batch = db.session.get_one(ImportBatch, batch_id)
    assert header == list(HEADERS)
    assert counted(batch) == {"新增": 5}
    assert [one for one in batch.left_out if "隐藏" in one] == []


def test_the_template_offers_lists_and_keeps_numbers_as_text(app: Flask, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "template.xlsx"

    with path.open("wb") as out:
        importers.write_template(out, ["工程系列", "卫生系列"] * 40)

    sheet = openpyxl.load_workbook(path)["明细表"]
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation if rule.formula1}
    assert lists["K3"] == '"员级,助理级,中级"'
    assert lists["T3"] == '"正常,作废"'
    assert lists["J3"] == "选项!$A$1:$A$80"
    assert {sheet.column_dimensions[letter].width > 0 for letter in "ABCDT"} == {True}
    notes = [cell.value for cell in sheet["A"] if isinstance(cell.value, str) and cell.value.startswith("8.")]
    assert notes == ["8. 获取方式：转正定职、评审、遗失补办、重新确认；"]


# Any file at all.

CELLS: st.SearchStrategy[CellValue] = st.one_of(
    st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.integers(-(10**15), 10**15), st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False), st.dates(), st.datetimes(), st.just(CellError("#N/A")),
    st.just(Formula.WITHOUT_VALUE), st.sampled_from(["0812", "工程系列", "助理级", "助理工程师", BODY, "评审", "2008-09-27", person(4)]),
)  # fmt: skip
KEYS = [field.key for field in FIELDS]


@QUIETLY
@given(st.lists(st.lists(CELLS, max_size=22), max_size=12))
def test_no_cell_makes_a_reading_raise(app: Flask, lines: list[list[CellValue]]) -> None:
    book = workbook().row()
    for line in lines:
        book.line(*line)

    rows = judged(book)

    assert rows[0].outcome is Outcome.NEW
    assert all(remarks(row) for row in rows if row.outcome is Outcome.WRONG)


@QUIETLY
@given(st.lists(st.lists(CELLS, max_size=22), max_size=40))
def test_no_sheet_makes_a_reading_raise(app: Flask, lines: list[list[CellValue]]) -> None:
    book = workbook().sheet("什么都有")
    for line in lines:
        book.line(*line)
    book.sheet("明细表").row()

    assert judged(book)[-1].outcome is Outcome.NEW


SOME = {
    "cert_no": st.sampled_from(["0811", "0812", "0813", "无"]),
    "name": st.sampled_from(["劳燕飞", "农志远", "", "劳　燕飞"]),
    "id_number": st.sampled_from([person(5), person(6), "123"]),
    "specialty": st.sampled_from(["水利水电工程", "机电工程", None]),
    "awarding_body": st.sampled_from([BODY, COUNTY, "邮电部人事司"]),
    "awarded_on": st.sampled_from(["2009-12-20", "2009-12", "98.6"]),
    "obtained_by": st.sampled_from(["评审", "认定", "遗失补办"]),
    "personal_status": st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=300)),
    "employer_name": CELLS,
}


@QUIETLY
@given(rows=st.lists(st.fixed_dictionaries({}, optional=SOME), min_size=1, max_size=8))
def test_what_the_preview_says_is_what_a_commit_does_and_twice_changes_nothing(app: Flask, rows: list[dict[str, Any]]) -> None:
    with writing():
        for table in ("staged_row", "certificate"):
            db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - the two tables named here
    recorded()
    book = workbook()
    for row in rows:
        book.row(**row)
    promised = [row.outcome for row in judged(book)]

    batch = commit(_staged(book))

    assert {outcome: batch.count(outcome) for outcome in set(promised)} == {one: promised.count(one) for one in set(promised)}
    assert len(records()) == 1 + sum(outcome.goes_in for outcome in promised)
    before = dump("import_batch", "staged_row", "sqlite_sequence")
    again = commit(_staged(book))
    assert dump("import_batch", "staged_row", "sqlite_sequence") == before
    assert again.count(Outcome.NEW) + again.count(Outcome.LIKELY_DUPLICATE) == 0


def _staged(book: Workbook) -> ImportBatch:
    """Stage the rows without a file in between."""
    actor, home = staff("ls.staff"), office(COUNTY)
    reading = importers.examination(home)
    with writing():
        batch_id = imports.open_batch(actor, home.id, "表.xlsx", "0" * 64).id
        for group in reading.groups(book.events()):
            imports.stage(batch_id, [row.staged for row in group])
        imports.finish_reading(
            batch_id, counts=reading.counts, attention=reading.attention, columns=reading.told(), left_out=reading.left_out
        )
    return db.session.get_one(ImportBatch, batch_id)


def test_cells_are_kept_as_they_were_typed(app: Flask) -> None:
    book = workbook().row(name="", cert_no=337991, awarded_on=datetime(2008, 9, 27, 8, 30), issued_on=CellError("#N/A"))

    row = judged(book)[0]

    assert row.content["cells"][1] == 337991
    assert row.content["cells"][14:16] == ["2008-09-27T08:30:00", "#N/A"]
