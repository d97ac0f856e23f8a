"""What nothing needs any more leaves the photo storage; what a row names, and what is fresh, stays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from domain.background import EXPORT
from domain.identifiers import parse_id
from domain.verification import CaseState
from domain.vocabulary import PhotoKind
from extensions import db, writing
from jobs import caretaker, sweep
from models import ApprovalPage, BackgroundJob, Event, Holder, IdentityRequest, ImportBatch, VerificationCase, now
from operations import identity_requests, stored_files
from operations.identity_requests import Claimant
from storage import LocalStorage, PhotoStorage, S3Storage, new_key
from tests.browser import ROOT
from tests.factories import act, case_at, draft, holder, staff

LONG_AGO = timedelta(days=31)


@pytest.fixture
def store(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PhotoStorage:
    """The instance folder's storage, empty, the broom at its beginning."""
    empty = LocalStorage(tmp_path)
    monkeypatch.setitem(app.extensions, "photos", empty)
    monkeypatch.setattr(sweep.broom, "after", "")
    return empty


def put(store: PhotoStorage, *, days_ago: float = 2) -> str:
    key = new_key()
    store.put(key, b"picture")
    moment = time.time() - days_ago * 86400
    os.utime(store._path(key), (moment, moment))  # type: ignore[attr-defined]
    return key


def asked_correction(front: str, back: str, statement: str) -> IdentityRequest:
    owner = holder()
    claimed = Claimant("韦小岚", parse_id(owner.id_number, now().date()))
    with writing():
        return identity_requests.ask_correction(
            db.session.get_one(Holder, owner.id), claimed, {"front": front, "back": back, "statement": statement}
        )


def name_everywhere(*keys: str) -> None:
    """Let a photo, an avatar, a request, a page of a 批文 and an export name one file each."""
    photo, avatar, front, back, statement, page, export = keys
    asked_correction(front, back, statement)
    case = case_at(CaseState.PENDING)
    with writing():
        case = db.session.get_one(VerificationCase, case.id)
        number_page = case.photo(PhotoKind.NUMBER_PAGE)
        assert number_page is not None
        number_page.key = photo
        case.holder.avatar = avatar
        batch = db.session.query(ImportBatch).first()
        assert batch is not None
        db.session.add(
            ApprovalPage(batch_id=batch.id, label="一", key=page, sha256="0", width=1, height=1, size=1, created_by="-")
        )
        job = BackgroundJob(kind_slug=EXPORT.slug, payload={}, actor_role=case.holder.actor.role, actor_name="-")
        job.result_key = f"{export}.xlsx"
        db.session.add(job)


def test_a_file_goes_only_if_no_row_names_it_and_it_is_a_day_old(store: PhotoStorage) -> None:
    named = [put(store) for _ in range(7)]
    name_everywhere(*named)
    fresh, left = put(store, days_ago=0.9), put(store)

    caretaker.make_round()

    assert set(store.all_keys()) == {*named, fresh}
    assert left not in store.all_keys()


def test_whoever_stores_files_names_them_in_a_column_that_the_sweep_reads() -> None:
    """A new place that stores needs a column of the type StorageKey; then it belongs here."""
    files = [path for path in ROOT.rglob("*.py") if not path.relative_to(ROOT).parts[0].startswith((".", "tests"))]
    storing = {path.relative_to(ROOT).as_posix() for path in files if "new_key()" in path.read_text(encoding="utf-8")}
    assert storing - {"storage.py"} == {
        "admin_views/import_submissions.py", "commands/demo_cases.py", "jobs/exports.py", "operations/rotation.py", "web/papers.py",
        "web/photos.py",
    }  # fmt: skip
    columns = {
        f"{table.name}.{column.name}"
        for table in db.metadata.tables.values()
        for column in table.c
        if isinstance(column.type, stored_files.StorageKey)
    }

    assert columns == {
        "holder.avatar", "case_photo.key", "approval_page.key", "identity_request.front", "identity_request.back",
        "identity_request.statement", "notice.picture",
    }  # fmt: skip


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_bucket_is_swept_alike(
    app: Flask, new_bucket: Callable[[], S3Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_id, bucket, named, left = holder().id, new_bucket(), new_key(), new_key()
    for key in (named, left):
        bucket.put(key, b"picture")
    monkeypatch.setitem(app.extensions, "photos", bucket)
    monkeypatch.setattr(sweep, "YOUNG", -timedelta(hours=1))
    monkeypatch.setattr(sweep.broom, "after", "")
    with writing():
        db.session.get_one(Holder, owner_id).avatar = named

    sweep.make_round()

    assert list(bucket.all_keys()) == [named]


def test_more_than_leftovers_are_another_installations_and_stay(store: PhotoStorage, caplog: Any) -> None:
    foreign = {put(store) for _ in range(30)}

    caretaker.make_round()

    assert set(store.all_keys()) == foreign
    assert "is this their database" in caplog.text


def test_a_round_looks_at_so_many_and_the_next_goes_on(store: PhotoStorage, monkeypatch: Any) -> None:
    monkeypatch.setattr(sweep, "AT_ONCE", 2)
    left = sorted(put(store) for _ in range(5))
    seen = []
    for _ in range(4):
        sweep.make_round()
        seen.append(sorted(store.all_keys()))

    assert seen == [left[2:], left[4:], [], []]


def test_pictures_of_an_id_card_go_thirty_days_after_the_decision(store: PhotoStorage) -> None:
    keys = [put(store) for _ in range(3)]
    request_id = asked_correction(*keys).id
    with writing():
        identity_requests.decide(staff("qz.admin"), request_id, grant=False, reply="看不清")
    caretaker.make_round()
    kept = set(store.all_keys())
    with writing():
        db.session.execute(update(IdentityRequest).values(decided_at=now() - LONG_AGO))

    caretaker.make_round()

    assert (kept, set(store.all_keys())) == (set(keys), set())
    assert Event.about("identity_request", request_id)[-1].action == "forget_pictures"


def test_photos_of_what_its_holder_gave_up_go_and_those_an_office_deleted_stay(store: PhotoStorage) -> None:
    given_up, deleted = draft(), draft()
    act("holder", given_up, "discard")
    act("ls.staff", act("holder", deleted, "submit"), "delete")
    photos = [named(store, case.id) for case in (given_up, deleted)]
    with writing():
        db.session.execute(update(VerificationCase).values(deleted_at=now() - LONG_AGO))

    caretaker.make_round()

    assert set(store.all_keys()) == {photos[1]}
    assert Event.about("case", given_up.id)[-1].action == "forget_photos"


def named(store: PhotoStorage, case_id: int) -> str:
    key = put(store)
    with writing():
        photo = db.session.get_one(VerificationCase, case_id).photo(PhotoKind.NUMBER_PAGE)
        assert photo is not None
        photo.key = key
    return key
