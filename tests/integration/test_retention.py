"""What has been kept for its time goes, and nothing sooner: each row of the table against what the worker does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

import importers
from domain import retention
from domain.background import EXPORT, MAIL
from domain.identifiers import parse_id
from domain.retention import RETENTION, TOLD_BEFORE, Retention
from domain.verification import CaseState
from domain.vocabulary import BatchState, JobState
from extensions import db, writing
from jobs import caretaker, sweep
from models import (
    AccountNews,
    BackgroundJob,
    BatchResult,
    CasePhoto,
    Certificate,
    Event,
    FailedAttempt,
    Feedback,
    Holder,
    IdentityRequest,
    ImportBatch,
    KnownDevice,
    MailedLink,
    Message,
    OpenSession,
    StaffUser,
    StagedRow,
    VerificationCase,
    now,
)
from operations import (
    account_news,
    background,
    batch_results,
    devices,
    events,
    feedback,
    holders,
    identity_requests,
    sessions,
    telling,
    throttle,
)
from operations import retention as sweeps
from operations.identity_requests import Claimant
from storage import LocalStorage, PhotoStorage, StorageAway, new_key
from tests.batches import checked
from tests.engines import PLAIN_SQL
from tests.factories import act, case_at, certificate, draft, edit, fresh_person, holder, staff
from tests.workbooks import workbook

DAY = timedelta(days=1)
Stands = Callable[[], bool]
"""Whether what was made is still there."""


@pytest.fixture
def store(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PhotoStorage:
    """The storage of an instance folder of its own, and the broom at its beginning."""
    empty = LocalStorage(tmp_path / "photos")
    monkeypatch.setitem(app.extensions, "photos", empty)
    monkeypatch.setattr(sweep.broom, "after", "")
    return empty


def file_in(store: PhotoStorage) -> str:
    key = new_key()
    store.put(key, b"picture")
    moment = time.time() - 2 * 86400
    os.utime(store._path(key), (moment, moment))  # type: ignore[attr-defined]
    return key


def row(model: Any, number: int) -> Any:
    db.session.rollback()
    return db.session.get(model, number)


def change(model: Any, number: int, **values: Any) -> None:
    with writing():
        db.session.execute(update(model).where(model.id == number).values(**values))


def is_there(model: Any, number: int, store: PhotoStorage | None = None, *keys: str) -> Stands:
    """Return what tells whether a row is there, and with it all of its files or none of them."""

    def answer() -> bool:
        stands = row(model, number) is not None
        left = [key for key in keys if store is not None and key in set(store.all_keys())]
        assert len(left) in (0, len(keys))
        return stands and bool(left or not keys)

    return answer


def photos_of(store: PhotoStorage, case: VerificationCase, *, made: datetime | None = None) -> list[str]:
    case_id, keys = case.id, []
    with writing():
        for photo in db.session.get_one(VerificationCase, case_id).photos:
            photo.key = file_in(store)
            photo.created_at = made or photo.created_at
            keys.append(photo.key)
    return keys


def kept_draft(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    case = draft(None, holder(None))
    keys = photos_of(store, case)
    change(VerificationCase, case.id, filled_in_at=moment, lapse_told_at=moment + retention.YEAR - TOLD_BEFORE - DAY)

    def answer() -> bool:
        left = row(VerificationCase, case.id)
        assert bool(left.title) is not left.deleted
        return bool(left.title) and set(keys) <= set(store.all_keys())

    return answer


def given_up(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    case = draft(None, holder(None))
    keys = photos_of(store, case)
    act("holder", case, "discard")
    change(VerificationCase, case.id, deleted_at=moment)
    return lambda: set(keys) <= set(store.all_keys())


def uploaded(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    home = folder / f"{moment:%Y%m%d}"
    home.mkdir()
    batch_id = checked(workbook().row(title="").row(title=""), home).id
    change(ImportBatch, batch_id, state=BatchState.REFUSED, ended_at=moment)
    upload = importers.kept_uploads()._path(batch_id)
    long_ago = time.time() - 86400
    os.utime(upload, (long_ago, long_ago))

    def answer() -> bool:
        db.session.rollback()
        rows = db.session.query(StagedRow).filter_by(batch_id=batch_id).count()
        assert bool(rows) is upload.exists()
        return bool(rows)

    return answer


def pictures(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    owner_id, keys = holder(None).id, [file_in(store) for _ in range(3)]
    pages = dict(zip(identity_requests.PAGES, keys, strict=True))
    claimed = Claimant("韦晓兰", parse_id(fresh_person(), now().date()))
    with writing():
        asked = identity_requests.ask_correction(db.session.get_one(Holder, owner_id), claimed, pages).id
        identity_requests.decide(staff("gx.admin"), asked, grant=False, reply="看不清")
    change(IdentityRequest, asked, decided_at=moment)
    return lambda: set(keys) <= set(store.all_keys())


def failed(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    with writing():
        throttle.fail("account", f"somebody {moment}")
        number = db.session.query(FailedAttempt).order_by(FailedAttempt.id.desc()).first().id
    change(FailedAttempt, number, at=moment)
    return is_there(FailedAttempt, number)


def message(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    owner_id = holder(None).id
    with writing():
        number = telling.leave(db.session.get_one(Holder, owner_id), "办理结果", "请看").id
    change(Message, number, created_at=moment)
    return is_there(Message, number)


def letter(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    owner_id = holder(None).id
    with writing():
        number = feedback.send(db.session.get_one(Holder, owner_id), "请问何时审完").id
    change(Feedback, number, created_at=moment)
    return is_there(Feedback, number)


def decided(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    owner = holder(None)
    case = case_at(CaseState.REJECTED, certificate(owner), owner)
    keys = photos_of(store, case, made=moment - 2 * DAY)
    change(VerificationCase, case.id, decided_at=moment)

    def answer() -> bool:
        left = row(VerificationCase, case.id)
        assert (left.state, bool(left.title)) == (CaseState.REJECTED, True), "the case itself stays"
        assert bool(left.photos) is (set(keys) <= set(store.all_keys()))
        return bool(left.photos)

    return answer


def link(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    owner_id = holder(None).id
    with writing():
        holders.new_confirming_link(db.session.get_one(Holder, owner_id))
        number = db.session.query(MailedLink).filter_by(holder_id=owner_id).order_by(MailedLink.id.desc()).first().id
    change(MailedLink, number, expires_at=moment)
    return is_there(MailedLink, number)


def session(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    owner_id = holder(None).id
    with writing():
        sessions.open_for(db.session.get_one(Holder, owner_id), "测试")
        number = db.session.query(OpenSession).filter_by(account_id=owner_id, account_kind="holder").one().id
    change(OpenSession, number, opened_at=moment)
    return is_there(OpenSession, number)


def device(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    owner_id = holder(None).id
    with writing():
        devices.signed_in_from(db.session.get_one(Holder, owner_id), f"token {moment}", "测试", "")
        number = db.session.query(KnownDevice).filter_by(account_id=owner_id, account_kind="holder").one().id
    change(KnownDevice, number, last_at=moment)
    return is_there(KnownDevice, number)


def news(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    with writing():
        account = db.session.query(StaffUser).filter_by(username="ls.staff").one()
        account_news.leave(account, f"told {moment}", "请留意")
        number = db.session.query(AccountNews).order_by(AccountNews.id.desc()).first().id
    change(AccountNews, number, created_at=moment)
    return is_there(AccountNews, number)


def job(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    with writing():
        number = background.ask_for(staff("ls.staff"), MAIL).id
    change(BackgroundJob, number, state=JobState.DONE, finished_at=moment)
    return is_there(BackgroundJob, number)


def result(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    key = file_in(store)
    with writing():
        asked = background.ask_for(staff("ls.staff"), EXPORT).id
        number = batch_results.keep(staff("ls.staff"), "cases", "恢复", [], []).id
    change(BatchResult, number, created_at=moment)
    change(BackgroundJob, asked, state=JobState.DONE, finished_at=moment, result_key=f"{key}.xlsx")
    return is_there(BatchResult, number, store, key)


def clerk(moment: datetime, store: PhotoStorage, folder: Path) -> Stands:
    """Of the two clerks, the one who is there first is longer away."""
    free = db.session.query(StaffUser).filter(
        StaffUser.username.in_(["ls.staff", "pb.staff"]), StaffUser.last_signed_in_at.is_(None)
    )
    number = free.order_by(StaffUser.id).first().id
    change(StaffUser, number, created_at=moment, last_signed_in_at=moment)
    return lambda: row(StaffUser, number).disabled_at is None


MADE: dict[str, Callable[[datetime, PhotoStorage, Path], Stands]] = {
    "drafts": kept_draft, "given_up": given_up, "uploads": uploaded, "identity_pictures": pictures,
    "failed_attempts": failed, "messages": message, "feedback": letter, "case_photos": decided, "links": link,
    "sessions": session, "devices": device, "account_news": news, "jobs": job, "results": result, "dormant_staff": clerk,
}  # fmt: skip
"""What each row of the table is about, as old as it is told to be."""
ELSEWHERE = {"access_log": "the server's log rotation keeps it"}


@PLAIN_SQL
def test_every_row_with_an_end_is_tried(app: Flask) -> None:
    ending = {one.slug for one in RETENTION if one.keeps is not None}

    assert ending == set(MADE) | set(ELSEWHERE)
    assert len({one.slug for one in RETENTION}) == len(RETENTION)
    assert {one.row for one in sweeps.SWEEPS} <= set(RETENTION)


@pytest.mark.parametrize("one", [row for row in RETENTION if row.slug in MADE], ids=lambda one: one.slug)
def test_what_is_a_day_too_old_goes_and_what_is_a_day_younger_stays(
    app: Flask, store: PhotoStorage, tmp_path: Path, one: Retention
) -> None:
    margin = min(DAY, one.limit / 4)
    young = MADE[one.slug](now() - one.limit + margin, store, tmp_path)
    old = MADE[one.slug](now() - one.limit - margin, store, tmp_path)
    before = (old(), young())

    caretaker.make_round()

    assert before == (True, True)
    assert (old(), young()) == (False, True)
    assert list(events.faults()) == []


def test_what_was_given_up_a_year_ago_says_nothing_any_more(app: Flask, store: PhotoStorage) -> None:
    old, young, deleted = draft(None, holder(None)), draft(None, holder(None)), draft(None, holder(None))
    for case in (old, young):
        act("holder", case, "discard")
    act("ls.staff", act("holder", deleted, "submit"), "delete")
    for case, days in ((old, 366), (young, 364), (deleted, 366)):
        change(VerificationCase, case.id, deleted_at=now() - days * DAY)

    caretaker.make_round()

    assert [row(VerificationCase, case.id).title is None for case in (old, young, deleted)] == [True, False, False]
    assert Event.about("case", old.id)[-1].action == "lapse_draft"
    number = len(Event.about("case", old.id))
    caretaker.make_round()
    assert len(Event.about("case", old.id)) == number


def test_a_holder_is_told_once_a_month_before_a_draft_lapses(app: Flask, store: PhotoStorage) -> None:
    case = draft(None, holder(None))
    change(VerificationCase, case.id, filled_in_at=now() - retention.YEAR + TOLD_BEFORE - DAY)
    early = draft(None, holder(None))
    change(VerificationCase, early.id, filled_in_at=now() - retention.YEAR + TOLD_BEFORE + DAY)

    caretaker.make_round()
    caretaker.make_round()

    told = db.session.query(Message).filter_by(case_id=case.id).all()
    assert [one.title for one in told] == [sweeps.TITLE]
    assert "30 天" in told[0].body
    assert db.session.query(Message).filter_by(case_id=early.id).count() == 0
    assert row(VerificationCase, case.id).title


def test_nothing_lapses_that_nobody_was_told_of_however_old_it_is(app: Flask, store: PhotoStorage) -> None:
    case = draft(None, holder(None))
    change(VerificationCase, case.id, filled_in_at=now() - 3 * retention.YEAR)

    caretaker.make_round()
    at_once = row(VerificationCase, case.id).title
    change(VerificationCase, case.id, lapse_told_at=now() - TOLD_BEFORE - DAY)
    caretaker.make_round()

    assert at_once
    assert row(VerificationCase, case.id).title is None


def test_whoever_fills_in_again_begins_the_year_anew_and_is_told_anew(app: Flask, store: PhotoStorage) -> None:
    case = draft(None, holder(None))
    old = now() - retention.YEAR - DAY
    change(VerificationCase, case.id, filled_in_at=old, lapse_told_at=now() - TOLD_BEFORE - DAY)

    edit(row(VerificationCase, case.id))
    saved = row(VerificationCase, case.id).filled_in_at
    caretaker.make_round()

    assert now() - saved < timedelta(minutes=10), "saving it once more is enough, though nothing was changed"
    assert row(VerificationCase, case.id).title
    long_ago = now() - retention.YEAR + TOLD_BEFORE - DAY
    change(VerificationCase, case.id, filled_in_at=long_ago, lapse_told_at=long_ago - DAY)
    caretaker.make_round()
    assert db.session.query(Message).filter_by(case_id=case.id).count() == 1


def test_a_withdrawn_case_has_its_year_from_there(app: Flask) -> None:
    owner = holder(None)
    case = act("holder", draft(None, owner), "submit")
    change(VerificationCase, case.id, filled_in_at=now() - 2 * retention.YEAR)

    act("holder", row(VerificationCase, case.id), "withdraw")

    assert now() - row(VerificationCase, case.id).filled_in_at < timedelta(minutes=10)


def test_a_draft_that_was_sent_meanwhile_is_left_alone(app: Flask) -> None:
    case = draft(None, holder(None))
    act("holder", case, "submit")

    with writing():
        files = sweeps._end_drafts([case.id])

    assert files == []
    assert row(VerificationCase, case.id).title


def test_what_is_erased_of_peoples_business_leaves_an_event_with_its_count(app: Flask, store: PhotoStorage) -> None:
    for make in (message, message, letter):
        make(now() - 3 * retention.YEAR - DAY, store, Path())

    caretaker.make_round()

    told = {event.action: event.summary for event in db.session.query(Event).filter(Event.action.like("forget_%"))}
    assert told == {
        "forget_messages": "发给持证人的消息保存满 3 年，删除 2 条", "forget_feedback": "意见反馈和答复保存满 3 年，删除 1 条",
    }  # fmt: skip


def test_much_goes_in_many_small_transactions_and_a_broken_round_goes_on(
    app: Flask, store: PhotoStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "AT_ONCE", 2)
    monkeypatch.setattr(sweep, "MOST_PIECES", 2)
    for _ in range(5):
        message(now() - 3 * retention.YEAR - DAY, store, Path())

    counts = []
    for _ in range(3):
        counts.append(db.session.query(Message).count())
        sweep.end_what_is_over()
        db.session.rollback()

    assert counts == [5, 1, 0]
    assert db.session.query(Event).filter_by(action="forget_messages").count() == 3


def test_a_storage_that_is_away_holds_nothing_up(
    app: Flask, store: PhotoStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = decided(now() - 10 * retention.YEAR - DAY, store, Path())
    keys = set(store.all_keys())
    later = message(now() - 3 * retention.YEAR - DAY, store, Path())

    def away(key: str) -> None:
        raise StorageAway

    with monkeypatch.context() as broken:
        broken.setattr(store, "delete", away)
        sweep.end_what_is_over()
    left = set(store.all_keys())
    sweep.make_round()

    assert left == keys
    assert db.session.query(CasePhoto).count() == 0
    assert not later()
    assert not set(store.all_keys())
    assert not gone()


def test_records_and_the_trail_are_never_swept(app: Flask, store: PhotoStorage) -> None:
    owner = holder(None)
    case = case_at(CaseState.APPROVED, certificate(owner), owner)
    change(VerificationCase, case.id, decided_at=now() - 30 * retention.YEAR)
    before = db.session.query(Event).count()

    caretaker.make_round()

    assert db.session.query(Event).count() >= before
    assert db.session.query(Certificate).count() == 1
    assert row(VerificationCase, case.id).title
    swept = {table for one in sweeps.SWEEPS for table in one.row.tables}
    assert not swept & {"event", "certificate"}
