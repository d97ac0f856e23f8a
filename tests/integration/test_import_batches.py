"""A batch from check to commit: nothing before the last button, everything with it, nothing lost between two."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

import importers
from domain.access import Actor
from domain.errors import NotFound, StaleVersion
from domain.partial_dates import PartialDate
from domain.vocabulary import BatchState, CertificateStatus, ObtainedBy, OfficeKind, Outcome
from extensions import db, writing
from importing import examining
from jobs.imports import tidy
from models import AwardingBody, AwardingBodyAlias, Event, ImportBatch, StagedRow, now
from operations import imports, offices
from tests.batches import (
    CITY,
    COUNTY,
    checked,
    commit,
    counted,
    how_many,
    like_the_record,
    recorded,
    records,
)
from tests.factories import dump, office, staff
from tests.workbooks import HEADERS, good_row, person, workbook


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


def test_a_batch_is_called_by_the_day_on_the_offices_clocks(app: Flask) -> None:
    early = ImportBatch(id=7, created_at=datetime(2026, 11, 25, 22, 30, tzinfo=UTC))

    assert early.number == "20261126-07"


def test_a_check_writes_no_record_and_no_event(app: Flask, tmp_path: Path) -> None:
    before = dump("import_batch", "staged_row", "sqlite_sequence", "background_job")

    batch = checked(workbook().row(), tmp_path)

    assert dump("import_batch", "staged_row", "sqlite_sequence", "background_job") == before
    assert counted(batch) == {"新增": 1}


def test_no_id_number_lies_open_in_the_database(app: Flask, tmp_path: Path) -> None:
    fine, wrong = person(1), person(2)
    commit(checked(workbook().row(id_number=fine).row(id_number=wrong, obtained_by="赠送"), tmp_path))

    stored = repr(dump())

    assert fine not in stored
    assert wrong not in stored
    assert fine.encode().hex() not in stored


def test_a_reading_at_the_command_line_that_is_cut_off_leaves_nothing(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, actor, before = workbook().row().row().row().save(tmp_path), staff("ls.staff"), dump()
    monkeypatch.setattr(examining, "ROWS_AT_ONCE", 1)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(imports, "finish_reading", stop)
    with pytest.raises(KeyboardInterrupt), path.open("rb") as file:
        importers.check(actor, office(COUNTY), file, path.name)

    assert dump() == before


def killed_reading(actor: Actor) -> int:
    """Leave what a kill leaves: a batch that is still being read, with rows."""
    with writing():
        batch_id = imports.open_batch(actor, office(COUNTY).id, "断了.xlsx", "0" * 64).id
        reading = importers.examination(office(COUNTY))
        for group in reading.groups(workbook().row().events()):
            imports.stage(reading.staged(batch_id, group))
    return batch_id


def test_a_killed_reading_commits_nothing(app: Flask) -> None:
    actor = staff("ls.staff")
    batch_id = killed_reading(actor)

    with pytest.raises(StaleVersion, match="正在检查"), writing():
        imports.commit_batch(actor, batch_id, 1)
    assert records() == []


def test_what_a_kill_left_at_the_command_line_is_removed_after_some_hours(app: Flask) -> None:
    killed_reading(staff("ls.staff"))
    tidy()
    soon = how_many(ImportBatch)
    with writing():
        db.session.execute(update(ImportBatch).values(reading_since=now() - timedelta(hours=7)))

    tidy()

    assert soon == 1
    assert (how_many(ImportBatch), how_many(StagedRow)) == (0, 0)


def test_a_batch_that_waited_long_is_not_tidied_away_while_it_is_read(app: Flask, tmp_path: Path) -> None:
    unclear = workbook().header("序号", "号码", *HEADERS[2:]).row()
    actor, batch_id = staff("ls.staff"), checked(unclear, tmp_path).id
    with writing():
        db.session.execute(update(ImportBatch).values(created_at=now() - timedelta(days=29), reading_since=None))
    with writing():
        imports.read_again(actor, batch_id, 2)

    tidy()

    assert db.session.get_one(ImportBatch, batch_id).state is BatchState.READING


def test_refused_rows_are_kept_for_thirty_days_after_the_end(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(workbook().row().row(name=""), tmp_path).id
    with writing():
        db.session.execute(update(ImportBatch).values(created_at=now() - timedelta(days=29)))
    commit(db.session.get_one(ImportBatch, batch_id))
    with writing():
        db.session.execute(update(ImportBatch).values(created_at=now() - timedelta(days=40)))
    tidy()
    kept = [row.outcome for row in imports.page_of_rows(batch_id)]
    with writing():
        db.session.execute(update(ImportBatch).values(ended_at=now() - timedelta(days=31)))

    tidy()

    assert kept == [Outcome.WRONG]
    assert imports.page_of_rows(batch_id) == []


def test_what_nobody_decides_about_is_given_up_after_thirty_days_and_that_is_noted(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(workbook().row(), tmp_path).id
    with writing():
        db.session.execute(update(ImportBatch).values(created_at=now() - timedelta(days=31)))

    tidy()

    assert db.session.get_one(ImportBatch, batch_id).state is BatchState.ABANDONED
    assert how_many(StagedRow) == 0
    assert [event.actor_name for event in Event.about("import_batch", batch_id)] == ["系统"]


def test_a_batch_is_committed_once(app: Flask, tmp_path: Path) -> None:
    batch = checked(workbook().row(), tmp_path)
    actor, batch_id = staff("ls.staff"), batch.id
    commit(batch)
    events = how_many(Event)

    with pytest.raises(StaleVersion, match="没有重复导入"), writing():
        imports.commit_batch(actor, batch_id, 2)

    assert (len(records()), how_many(Event)) == (1, events)


def test_a_batch_that_was_given_up_cannot_be_committed(app: Flask, tmp_path: Path) -> None:
    batch_id = checked(workbook().row(), tmp_path).id
    actor = staff("ls.staff")
    with writing():
        imports.discard(actor, batch_id, 2)

    with pytest.raises(StaleVersion, match="已经放弃"), writing():
        imports.commit_batch(actor, batch_id, 3)

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
        imports.commit_batch(actor, batch_id, 2)
    with pytest.raises(NotFound), writing():
        imports.discard(actor, batch_id, 2)


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
                ended.append(counted(imports.commit_batch(actor, batch_id, 2)))
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
                    imports.commit_batch(actor, batch_id, 2)
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


# Watched while it runs.


def test_reading_and_committing_tell_how_far_they_are_and_can_be_stopped(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int | None) -> None:
        raise Stopped

    monkeypatch.setattr(examining, "ROWS_AT_ONCE", 2)
    path, actor, told = workbook().row().row().row().save(tmp_path), staff("ls.staff"), list[tuple[int, int | None]]()
    with path.open("rb") as file:
        batch_id = importers.check(actor, office(COUNTY), file, path.name, lambda *far: told.append(far))
    before = dump()

    with pytest.raises(Stopped), writing():
        imports.commit_batch(actor, batch_id, 2, watch=stop)
    with pytest.raises(Stopped), path.open("rb") as file:
        importers.check(actor, office(COUNTY), file, path.name, stop)

    assert told == [(2, 4), (3, 4)]
    assert dump() == before
