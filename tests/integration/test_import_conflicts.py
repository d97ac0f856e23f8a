"""Rows in conflict whose values are to replace the record's: what is overwritten, and what never is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

import importers
from domain.verification import CaseState
from domain.vocabulary import Outcome
from extensions import db, writing
from models import Certificate, Event, ImportBatch, id_digest, now
from operations import imports
from operations.publishing import OnConflict
from tests.batches import (
    COUNTY,
    checked,
    commit,
    like_the_record,
    recorded,
    records,
)
from tests.factories import act, at_once, case_at, certificate, draft, dump, holder
from tests.workbooks import Workbook, person, workbook


def overwritten(book: Workbook, folder: Path, office_name: str = COUNTY, by: str = "ls.staff") -> ImportBatch:
    return commit(checked(book, folder, office_name, by), OnConflict.WORKBOOK, by)


def test_the_workbook_overwrites_what_differs_and_nothing_else(app: Flask, tmp_path: Path) -> None:
    record_id, manage_no = recorded().id, "G2009-17"

    overwritten(workbook().row(**like_the_record(specialty="机电工程", id_number=person(7), name="劳 燕飞")), tmp_path)

    record = db.session.get_one(Certificate, record_id)
    assert (record.specialty, record.id_number, record.manage_no) == ("机电工程", person(7), manage_no)
    assert record.version == 2
    assert (record.name, record.id_digest) == ("劳燕飞", id_digest(record.id_number))
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
    before = dump("import_batch", "staged_row", "sqlite_sequence", "background_job")

    batch = overwritten(workbook().row(cert_no="0812", specialty="机电工程"), tmp_path)

    assert dump("import_batch", "staged_row", "sqlite_sequence", "background_job") == before
    kept = imports.page_of_rows(batch.id)
    assert reason in kept[0].content["errors"][0][1]


def test_the_first_of_two_rows_overwrites_a_record(app: Flask, tmp_path: Path) -> None:
    recorded()
    book = workbook().row(**like_the_record(specialty="机电工程")).row(**like_the_record(specialty="公路工程"))

    batch = overwritten(book, tmp_path)

    assert records()[0].specialty == "机电工程"
    kept = {row.row: row.content.get("overwritten") for row in imports.page_of_rows(batch.id)}
    assert kept[3] is None


def test_a_row_that_overwrote_a_record_is_not_among_those_to_mend(app: Flask, tmp_path: Path) -> None:
    recorded()
    book = workbook().row(**like_the_record(specialty="机电工程")).row(name="", cert_no="0813")

    batch = overwritten(book, tmp_path)
    file, number = importers.error_file(batch)

    with file:
        assert number == 1 < batch.refused


def test_records_are_overwritten_while_their_holder_confirms_them_and_both_ends_are_whole(
    app: Flask, tmp_path: Path
) -> None:
    owner, book = holder(), workbook()
    record_ids = []
    for at in range(5):
        values = like_the_record(cert_no=f"081{at}", name=owner.name, id_number=owner.id_number, issued_on=None)
        record = certificate(owner, cert_no=values["cert_no"], specialty="水利水电工程", sex=None)
        record_ids.append(record.id)
        book.row(**values | {"specialty": "机电工程", "awarding_body": record.awarding_body})
    batch_id = checked(book, tmp_path).id
    assert {row.outcome for row in imports.page_of_rows(batch_id)} == {Outcome.CONFLICT}

    def confirm(record_id: int) -> str:
        act("holder", draft(db.session.get_one(Certificate, record_id), holder()), "submit")
        return "confirmed"

    def overwrite() -> str:
        commit(db.session.get_one(ImportBatch, batch_id), OnConflict.WORKBOOK)
        return "overwritten"

    answers = at_once(app, overwrite, *(partial(confirm, record_id) for record_id in record_ids))

    assert answers == ["overwritten", *["confirmed"] * 5]
    rows = {row.content["values"]["cert_no"]: row.content for row in imports.page_of_rows(batch_id)}
    for record in db.session.scalars(select(Certificate)):
        assert (record.specialty == "机电工程") is bool(rows[record.cert_no].get("overwritten"))
