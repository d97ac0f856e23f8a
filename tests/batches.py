"""Judging, checking and committing workbooks for the tests, and the record that rows are held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import importers
import jobs
from domain.errors import WorkbookRefused
from domain.vocabulary import BatchState, Outcome, Sex
from extensions import db, writing, writing_apart
from importing.judging import Judged
from models import Certificate, ImportBatch
from operations import imports
from operations.publishing import OnConflict
from tests.factories import certificate, office, staff
from tests.workbooks import Workbook, good_row, person

COUNTY, CITY = "灵山县职改办", "钦州市职改办"
OTHER_BODY = "浦北县职称改革领导小组办公室"
RECORDED: dict[str, Any] = {
    "cert_no": "0812", "name": "劳燕飞", "title": "助理工程师", "specialty": "水利水电工程", "awarded_on": "2009-12-20",
    "issued_on": "2010-02", "obtained_by": "转正定职", "cert_status": "正常",
}  # fmt: skip


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
    """Upload a workbook, let the worker check it and return its batch."""
    return sent(book.save(folder), office_name, by)


def sent(path: Path, office_name: str = COUNTY, by: str = "ls.staff") -> ImportBatch:
    actor, office_id = staff(by), office(office_name).id
    with path.open("rb") as file:
        batch_id, job_id = importers.receive(actor, office_id, file, path.name)
    jobs.wake(job_id)
    db.session.rollback()
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    if batch.state is BatchState.REFUSED:
        raise WorkbookRefused(batch.note)
    return batch


def commit(batch: ImportBatch, choice: OnConflict = OnConflict.RECORD, by: str = "ls.staff") -> ImportBatch:
    actor, batch_id, version = staff(by), batch.id, batch.version
    with writing(much=True):
        imports.commit_batch(actor, batch_id, version, choice)
    with writing_apart():
        imports.forget_rows(batch_id)
    return db.session.get_one(ImportBatch, batch_id)


def counted(batch: ImportBatch) -> dict[str, int]:
    return {outcome.label: batch.count(outcome) for outcome in Outcome if batch.count(outcome)}


def records() -> list[Certificate]:
    return list(db.session.scalars(select(Certificate).order_by(Certificate.id)))


def how_many(table: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def recorded(**given: Any) -> Certificate:
    return certificate(**{"cert_no": "0812", "id_number": person(5), "sex": Sex.MALE, "imported": False} | given)


def like_the_record(**given: Any) -> dict[str, Any]:
    return good_row(**RECORDED, id_number=person(5)) | given
