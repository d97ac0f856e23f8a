"""Whatever stands in a workbook: nothing raises, the preview keeps its word, twice changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import delete

import importers
from domain.cells import CellError, CellValue, Formula
from domain.certificate_fields import FIELDS
from domain.vocabulary import Outcome
from extensions import db, writing
from listing import sheets
from listing.certificates import CERTIFICATES
from listing.selection import Selection
from models import Certificate, ImportBatch, StagedRow
from operations import imports
from tests.batches import (
    COUNTY,
    commit,
    judged,
    recorded,
    records,
    remarks,
)
from tests.engines import PLAIN_SQL
from tests.factories import dump, office, staff
from tests.workbooks import BODY, Workbook, person, workbook

QUIETLY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
CELLS: st.SearchStrategy[CellValue] = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.integers(-(10**15), 10**15),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.just(CellError("#N/A")),
    st.just(Formula.WITHOUT_VALUE),
    st.sampled_from(["0812", "工程系列", "助理级", "助理工程师", BODY, "评审", "2008-09-27", person(4)]),
)
KEYS = [field.key for field in FIELDS]


@PLAIN_SQL
@QUIETLY
@given(st.lists(st.lists(CELLS, max_size=22), max_size=12))
def test_no_cell_makes_a_reading_raise(app: Flask, lines: list[list[CellValue]]) -> None:
    book = workbook().row()
    for line in lines:
        book.line(*line)

    rows = judged(book)

    assert rows[0].outcome is Outcome.NEW
    assert all(remarks(row) for row in rows if row.outcome is Outcome.WRONG)


@PLAIN_SQL
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


@settings(QUIETLY, max_examples=settings.default.max_examples // 3)
@given(rows=st.lists(st.fixed_dictionaries({}, optional=SOME), min_size=1, max_size=8))
def test_what_the_preview_says_is_what_a_commit_does_and_twice_changes_nothing(
    app: Flask, rows: list[dict[str, Any]]
) -> None:
    _empty_register()
    recorded()
    book = workbook()
    for row in rows:
        book.row(**row)
    promised = [row.outcome for row in judged(book)]

    batch = commit(_staged(book))

    assert {outcome: batch.count(outcome) for outcome in set(promised)} == {
        one: promised.count(one) for one in set(promised)
    }
    assert len(records()) == 1 + sum(outcome.goes_in for outcome in promised)
    before = dump("import_batch", "staged_row", "sqlite_sequence")
    again = commit(_staged(book))
    assert dump("import_batch", "staged_row", "sqlite_sequence") == before
    assert again.count(Outcome.NEW) + again.count(Outcome.LIKELY_DUPLICATE) == 0


@PLAIN_SQL
@settings(QUIETLY, max_examples=settings.default.max_examples // 3)
@given(rows=st.lists(st.fixed_dictionaries({}, optional=SOME), min_size=1, max_size=8))
def test_an_export_comes_back_as_what_is_on_record_once_the_id_numbers_are_written_out(
    app: Flask, tmp_path: Path, rows: list[dict[str, Any]]
) -> None:
    _empty_register()
    book = workbook().row()
    for row in rows:
        book.row(**row)
    commit(_staged(book))
    before = dump("import_batch", "staged_row", "sqlite_sequence")

    again = commit(_staged(_exported(tmp_path / "export.xlsx")))

    assert {outcome for outcome in Outcome if again.count(outcome)} == {Outcome.SAME}
    assert dump("import_batch", "staged_row", "sqlite_sequence") == before


def _exported(path: Path) -> Workbook:
    """Export every column of the register, and write the hidden ID numbers out as an office would."""
    place = office(COUNTY).place
    sheets.write(Selection(CERTIFICATES, {}, place, "-id"), CERTIFICATES.columns, path)
    head, *lines = load_workbook(path).active.iter_rows(values_only=True)
    at, numbers = head.index("身份证号"), [record.id_number for record in reversed(records())]
    book = Workbook().sheet("导出").line(*head)
    for line, number in zip(lines, numbers, strict=True):
        book.line(*line[:at], number, *line[at + 1 :])
    return book


def _empty_register() -> None:
    with writing():
        for table in (StagedRow, Certificate):
            db.session.execute(delete(table))


def _staged(book: Workbook) -> ImportBatch:
    """Stage the rows without a file in between."""
    actor, home = staff("ls.staff"), office(COUNTY)
    reading = importers.examination(home)
    with writing():
        batch_id = imports.open_batch(actor, home.id, "表.xlsx", "0" * 64).id
        for group in reading.groups(book.events()):
            imports.stage(reading.staged(batch_id, group))
        imports.finish_reading(
            batch_id,
            counts=reading.counts,
            attention=reading.attention,
            columns=reading.told(),
            left_out=reading.left_out,
        )
    return db.session.get_one(ImportBatch, batch_id)
