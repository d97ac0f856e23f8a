"""待核查数据: kept when the office says so, never matched, never public, once each, removed with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from domain.errors import FieldProblem
from extensions import db, writing
from models import Event, ImportBatch, ReferenceRecord, id_digest
from operations import imports, lookups, reference_records
from tests.batches import checked, commit, counted, how_many, records
from tests.factories import staff
from tests.workbooks import Workbook, person, workbook

NUMBER = person(7)


def incomplete() -> Workbook:
    return (
        workbook()
        .row()
        .row(cert_no="0812", name="劳燕飞", id_number=NUMBER, title="", awarded_on="98.6")
        .row(cert_no="", name="陆海生", id_number=f"{NUMBER[:-1]}?")
    )


def set_aside(batch: ImportBatch) -> ImportBatch:
    actor, batch_id, version = staff("ls.staff"), batch.id, batch.version
    with writing():
        return imports.set_aside(actor, batch_id, version, keep=True)


def kept(folder: Path) -> list[ReferenceRecord]:
    commit(set_aside(checked(incomplete(), folder)))
    return list(db.session.scalars(db.select(ReferenceRecord).order_by(ReferenceRecord.id)))


def test_nothing_is_kept_unless_the_office_says_so(app: Flask, tmp_path: Path) -> None:
    commit(checked(incomplete(), tmp_path))

    assert how_many(ReferenceRecord) == 0


def test_rows_that_stay_wrong_are_kept_with_what_could_be_read_and_what_could_not(app: Flask, tmp_path: Path) -> None:
    first, second = kept(tmp_path)

    assert (first.name, first.cert_no, first.masked_id[-4:]) == ("劳燕飞", "0812", NUMBER[-4:])
    assert (first.title, first.awarded_on, first.batch_row) == (None, None, 3)
    assert {key: typed for key, typed, _ in first.problems} == {"title": "", "awarded_on": "98.6"}
    assert (second.id_number, second.id_digest) == (None, None)
    assert {key: typed for key, typed, _ in second.problems}["id_number"] == f"{NUMBER[:-1]}?"


def test_they_are_no_records(app: Flask, tmp_path: Path) -> None:
    kept(tmp_path)

    assert len(records()) == 1
    again = checked(workbook().row(cert_no="0812", name="劳燕飞", id_number=NUMBER), tmp_path)
    assert counted(again) == {"新增": 1}


def test_the_same_workbook_twice_keeps_them_once(app: Flask, tmp_path: Path) -> None:
    kept(tmp_path)

    assert len(kept(tmp_path)) == 2


def test_they_are_found_beside_a_case_by_person_and_by_number(app: Flask, tmp_path: Path) -> None:
    kept(tmp_path)
    with_number = [one.name for one in reference_records.of_number("0812")]

    assert [one.name for one in reference_records.of_person([id_digest(NUMBER)])] == ["劳燕飞"]
    assert with_number == ["劳燕飞"]
    assert len(reference_records.beside([id_digest(NUMBER)], "0812")) == 1
    assert reference_records.of_number(None) == []


def test_one_is_removed_with_a_reason_that_stays_in_the_trail(app: Flask, tmp_path: Path) -> None:
    record_id, actor = kept(tmp_path)[0].id, staff("ls.staff")
    with pytest.raises(FieldProblem, match="请写明为什么删除"), writing():
        reference_records.remove(actor, record_id, " ")

    with writing():
        reference_records.remove(actor, record_id, "已经找到原件")

    event = db.session.scalars(db.select(Event).filter_by(action="remove_reference_record")).one()
    assert (event.reply, how_many(ReferenceRecord)) == ("已经找到原件", 1)


def test_another_county_neither_sees_nor_removes_one(app: Flask, as_staff, tmp_path: Path) -> None:
    record_id = kept(tmp_path)[0].id
    stranger, city = as_staff("pb.staff"), as_staff("qz.staff")

    looks = [
        stranger.get(f"/admin/reference-records/{page}/?id={record_id}").status_code for page in ("details", "remove")
    ]

    assert looks == [404, 404]
    assert "劳燕飞" not in stranger.get("/admin/reference-records/").get_data(as_text=True)
    assert "劳燕飞" in city.get("/admin/reference-records/?q=0812").get_data(as_text=True)


def test_the_page_tells_what_is_wrong_and_masks_the_number(app: Flask, as_staff, tmp_path: Path) -> None:
    second, clerk = kept(tmp_path)[1], as_staff("ls.staff")

    page = clerk.get(f"/admin/reference-records/details/?id={second.id}").get_data(as_text=True)

    assert "证书编号没有填" in page
    assert NUMBER[:-1] not in page


def test_the_public_finds_nothing_of_them(app: Flask, tmp_path: Path) -> None:
    kept(tmp_path)

    assert lookups.find("0812", "劳燕飞") == []
