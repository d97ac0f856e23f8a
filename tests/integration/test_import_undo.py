"""撤销整批导入: as if the batch had never gone in, and only while nobody has relied on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import importers
import jobs
from domain.errors import DomainError, StaleVersion
from domain.vocabulary import BatchState
from extensions import db, writing
from models import Certificate, Event, Holder, ImportBatch, VerificationCase
from operations import import_runs
from operations.publishing import OnConflict
from tests import factories
from tests.batches import checked, commit, counted, like_the_record, recorded, records, sent
from tests.factories import dump, staff
from tests.workbooks import Workbook, good_row, workbook

# What tells of the import and of its undoing is only added to; the rest is compared to the last row.
NOT_BUSINESS = ("event", "event_head", "import_batch", "background_job", "open_session")


def undo(batch: ImportBatch, by: str = "ls.staff", version: int | None = None) -> ImportBatch:
    """Ask for it and let the worker do it."""
    actor, batch_id, seen = staff(by), batch.id, batch.version if version is None else version
    with writing():
        job_id = import_runs.begin_undo(actor, batch_id, seen).id
    jobs.wake(job_id)
    db.session.rollback()
    return db.session.get_one(ImportBatch, batch_id, populate_existing=True)


def held_by(owner: Holder) -> Workbook:
    return workbook().row(**good_row(name=owner.name, id_number=owner.id_number)).row()


def columns_of(record_id: int) -> dict[str, Any]:
    """Return a record as it is stored, apart from how often and when it was changed, and its cipher's chance."""
    table = Certificate.__table__
    row = db.session.execute(db.select(table).where(table.c.id == record_id)).one()
    return {name: value for name, value in row._mapping.items() if name not in ("version", "updated_at")}


def test_what_a_batch_put_in_is_gone_to_the_last_row(app: Flask, tmp_path: Path) -> None:
    recorded()
    before = dump(*NOT_BUSINESS)

    batch = undo(commit(checked(workbook().row().row().row(name=""), tmp_path)))

    assert batch.state is BatchState.UNDONE
    assert dump(*NOT_BUSINESS) == before
    last = db.session.scalars(db.select(Event).order_by(Event.id.desc())).first()
    assert (last.action, last.actor_name) == ("undo_import", "梁敏")
    assert "撤下 2 条" in last.summary


def test_what_it_wrote_over_reads_as_before(app: Flask, tmp_path: Path) -> None:
    kept = recorded().id
    before, as_it_was = dump(*NOT_BUSINESS, "certificate"), columns_of(kept)
    book = workbook().row(**like_the_record(specialty="公路与桥梁")).row()

    batch = commit(checked(book, tmp_path), OnConflict.WORKBOOK)
    written = records()[0].specialty
    undo(batch)

    assert written == "公路与桥梁"
    assert columns_of(kept) == as_it_was
    assert len(records()) == 1
    assert dump(*NOT_BUSINESS, "certificate") == before


def test_the_same_file_goes_in_anew(app: Flask, tmp_path: Path) -> None:
    path = workbook().row().row().save(tmp_path)
    undo(commit(sent(path)))

    again = commit(sent(path))

    assert counted(again) == {"新增": 2}
    assert len(records()) == 2


def test_a_case_that_was_sent_in_keeps_the_batch(app: Flask, tmp_path: Path) -> None:
    owner = factories.holder()
    batch = commit(checked(held_by(owner), tmp_path))
    factories.act("holder", factories.draft(records()[0], owner), "submit")
    batch = db.session.get_one(ImportBatch, batch.id)

    with pytest.raises(DomainError, match=f"已由持证人{owner.name}提交审验"):
        undo(batch)

    assert len(records()) == 2
    assert db.session.get_one(ImportBatch, batch.id).state is BatchState.COMMITTED


def test_a_case_sent_in_between_the_button_and_the_worker_keeps_it_too(app: Flask, tmp_path: Path) -> None:
    owner = factories.holder()
    batch = commit(checked(held_by(owner), tmp_path))
    case = factories.draft(records()[0], owner)
    actor, batch_id, version = staff("ls.staff"), batch.id, batch.version
    with writing():
        job_id = import_runs.begin_undo(actor, batch_id, version).id
    factories.act("holder", case, "submit")

    jobs.wake(job_id)

    db.session.rollback()
    kept = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    assert kept.state is BatchState.COMMITTED
    assert kept.note.startswith("上一次撤销没有完成，证书都还在")
    assert len(records()) == 2


def test_a_mere_draft_loses_its_record_and_its_holder_is_told(app: Flask, tmp_path: Path) -> None:
    owner = factories.holder()
    batch = commit(checked(held_by(owner), tmp_path))
    case = factories.draft(records()[0], owner)
    case_id, title = case.id, case.title

    undo(batch)

    left = db.session.get_one(VerificationCase, case_id)
    assert (left.certificate_id, left.office_id, left.title) == (None, None, title)
    assert "职改办撤下了当初导入的记录" in factories.letters_to(left)[-1]


def test_a_record_that_changed_again_is_not_wiped(app: Flask, tmp_path: Path) -> None:
    recorded()
    first = commit(checked(workbook().row(**like_the_record(specialty="公路与桥梁")), tmp_path), OnConflict.WORKBOOK)
    commit(checked(workbook().row(**like_the_record(specialty="给水排水")), tmp_path), OnConflict.WORKBOOK)

    with pytest.raises(DomainError, match="以后又改过"):
        undo(db.session.get_one(ImportBatch, first.id))

    assert records()[0].specialty == "给水排水"


def test_two_clicks_undo_once_and_others_may_not(app: Flask, tmp_path: Path) -> None:
    batch = commit(checked(workbook().row(), tmp_path))
    version = batch.version
    with pytest.raises(DomainError, match="没有这一批"):
        undo(batch, by="pb.staff")
    undo(db.session.get_one(ImportBatch, batch.id), version=version)

    with pytest.raises(StaleVersion):
        undo(db.session.get_one(ImportBatch, batch.id), version=version)

    assert db.session.query(Certificate).count() == 0


def test_the_page_says_what_goes_and_two_presses_do_it_once(as_staff: Any, tmp_path: Path) -> None:
    batch_id = commit(checked(workbook().row().row(), tmp_path)).id
    client, address = as_staff("ls.staff"), f"/admin/imports/{batch_id}/"
    client.get(f"{address}undo/")
    asked, form = client.page.text, client.page.forms[-1]["fields"]

    first, second = (client.post(f"{address}undo/", data=form) for _ in range(2))
    client.get(address)

    assert "这一批导入的 2 条证书记录会从系统里删去" in asked
    assert (first.status_code, second.status_code) == (303, 303)
    assert "这一批的导入已撤销" in client.page.text
    assert db.session.query(Event).filter_by(action="undo_import").count() == 1


def test_a_check_under_way_shows_its_bar_and_can_be_given_up(as_staff: Any, tmp_path: Path) -> None:
    path, actor, office_id = workbook().row().save(tmp_path), staff("ls.staff"), factories.office("灵山县职改办").id
    with path.open("rb") as file:
        batch_id, job_id = importers.receive(actor, office_id, file, path.name)
    client, address = as_staff("ls.staff"), f"/admin/imports/{batch_id}/"

    client.get("/admin/imports/")
    listed = [link["href"] for link in client.page.all("a")]
    client.get(address)
    shown, links = client.page.all("progress"), client.page.text
    told = client.get(f"{address}progress/").get_json()
    client.get(f"{address}abandon/")
    client.post(f"{address}abandon/", data=client.page.forms[-1]["fields"])
    jobs.wake(job_id)

    assert address in listed
    assert shown
    assert "刷新" in links
    assert told["finished"] is False
    db.session.rollback()
    assert db.session.get_one(ImportBatch, batch_id, populate_existing=True).state is BatchState.ABANDONED
    assert records() == []
