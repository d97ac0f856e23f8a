"""Where a refusal is read: in the shell of whoever was at work, with a way out inside it."""

from __future__ import annotations

import errno
import fcntl
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

import extensions
import storage
from domain.verification import CaseState
from extensions import db
from listing import sheets
from models import VerificationCase
from operations import events
from tests import factories
from tests.engines import end_backends
from tests.integration.public_views.people import chosen
from tests.pages import CheckedClient


def ways_out(client: CheckedClient) -> list[str]:
    return [link["href"] for link in client.page.all("a")]


def test_staff_stay_in_the_back_office_with_its_menu(as_staff: Any) -> None:
    client = as_staff("ls.staff")

    assert client.get("/admin/cases/review/999999/").status_code == 404

    assert "没有这件审验" in client.page.text
    assert "历年证书数据" in client.page.text, "the side menu is there"
    assert "/admin/" in ways_out(client)


def test_a_page_the_role_lacks_is_refused_in_the_back_office_too(as_staff: Any) -> None:
    client = as_staff("ls.staff")

    assert client.get("/admin/offices/").status_code == 403

    assert "没有这一页的权限" in client.page.text
    assert "回到工作平台" in client.page.text


def test_a_holder_stays_in_the_portal(as_holder: Any) -> None:
    client = as_holder(factories.holder())

    assert client.get("/portal/cases/999999/").status_code == 404

    assert "/portal/messages/" in ways_out(client)


def test_a_stranger_is_led_back_to_the_look_up(client: CheckedClient) -> None:
    assert client.get("/admin-old/").status_code == 404

    assert "回到证书查验" in client.page.text


def test_what_was_written_comes_back_from_an_expired_page(as_staff: Any) -> None:
    case, client = factories.case_at(CaseState.PENDING), as_staff("ls.staff")
    page = f"http://localhost/admin/cases/review/{case.id}/?tab=all&search=450721198001011016"

    answer = client.post(
        f"/admin/cases/review/{case.id}/decide/", data={"reply": "照片反光"}, headers={"Referer": page}
    )

    assert answer.status_code == 400
    assert "照片反光" in client.page.text
    assert f"/admin/cases/review/{case.id}/?tab=all" in ways_out(client)


def test_what_was_written_comes_back_after_the_session_ended(app: Flask, client: CheckedClient) -> None:
    case = factories.case_at(CaseState.PENDING)
    page = f"http://localhost/admin/cases/review/{case.id}/"
    client.get("/admin/sign-in")

    answer = client.send(
        f"/admin/cases/review/{case.id}/decide/", {"reply": "照片反光", "password": "geheim"}, headers={"Referer": page}
    )

    assert answer.status_code == 401
    assert "照片反光" in client.page.text
    assert "geheim" not in answer.get_data(as_text=True)
    assert f"/admin/sign-in?next=/admin/cases/review/{case.id}/" in ways_out(client)


def test_words_that_another_site_sent_are_not_shown(client: CheckedClient) -> None:
    answer = client.post(
        "/admin/cases/review/1/decide/", data={"reply": "请致电"}, headers={"Referer": "http://x.test/"}
    )

    assert "请致电" not in answer.get_data(as_text=True)


# The database or the disk away in the middle of a decision: a sentence, the words given back, and all well by itself.


def decide(client: CheckedClient, case: VerificationCase) -> Any:
    page = f"/admin/cases/review/{case.id}/"
    client.get(page)
    form = {"version": str(case.version), "decision": "reject", "reply": "批文里没有此人"}
    return client.send(f"{page}decide/", form, headers={"Referer": f"http://localhost{page}"})


@contextmanager
def somebody_else_writing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(extensions, "_BUSY_SECONDS", 0)
    with Path(f"{db.engine.url.database}.turn").open("w") as turns:
        fcntl.flock(turns, fcntl.LOCK_EX)
        yield


@contextmanager
def ended_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the database end the connection just before the decision's event is written."""
    record, pid = events.record, db.text("SELECT pg_backend_pid()")

    def cut_off(*given: Any, **more: Any) -> Any:
        mine = db.session.scalar(pid)
        with db.engine.connect() as another:
            end_backends(another, mine)
        return record(*given, **more)

    monkeypatch.setattr(events, "record", cut_off)
    yield


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def no_room(*_: Any, **__: Any) -> Any:
        raise OperationalError("", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(events, "record", no_room)
    yield


@pytest.mark.parametrize(
    ("app", "trouble"),
    [("sqlite", somebody_else_writing), ("sqlite", full_disk), ("postgresql", ended_in_the_middle)],
    ids=["busy", "full", "restarted"],
    indirect=["app"],
)
def test_a_decision_that_could_not_be_saved_gives_the_reply_back(
    app: Flask, as_staff: Any, monkeypatch: pytest.MonkeyPatch, trouble: Any
) -> None:
    case, client = factories.case_at(CaseState.PENDING), as_staff("ls.staff")
    before = factories.dump("open_session")

    with monkeypatch.context() as while_it_lasts, trouble(while_it_lasts):
        answer = decide(client, case)

    assert answer.status_code == 503
    assert "没有保存，请过一会儿再试一次" in client.page.text
    assert "批文里没有此人" in client.page.text
    assert f"/admin/cases/review/{case.id}/" in ways_out(client)
    assert factories.dump("open_session") == before
    assert decide(client, case).status_code == 303
    assert db.session.get_one(VerificationCase, case.id, populate_existing=True).state is CaseState.REJECTED


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_an_export_that_finds_no_room_says_so_and_leaves_nothing(
    app: Flask, as_staff: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    factories.certificate()
    client, before = as_staff("ls.staff"), events.newest_id()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def no_room(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    client.get("/admin/certificates/")
    with monkeypatch.context() as full:
        full.setattr(sheets, "_write_csv", no_room)
        answer = client.send("/admin/certificates/export/", {"form": "csv"})
    again = as_staff("ls.staff")
    again.get("/admin/certificates/")

    assert (answer.status_code, "磁盘满了" in client.page.text) == (507, True)
    assert (events.newest_id(), list(tmp_path.iterdir())) == (before, [])
    assert again.send("/admin/certificates/export/", {"form": "csv"}).status_code == 200


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_photo_that_finds_no_room_is_told_beside_the_form_and_goes_in_the_next_time(
    app: Flask, as_holder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.draft(photos=False)
    client, page = as_holder(case.holder), f"/portal/verify/{case.id}/photos"

    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def upload() -> Any:
        client.get(page)
        return client.send(page, {"number_page": chosen("number-page.jpg"), "upload": "number_page"})

    with monkeypatch.context() as full:
        full.setattr(storage.os, "replace", no_room)
        upload()
        told = client.page.text

    assert "照片库暂时用不了，请过几分钟再试" in told
    assert db.session.get_one(VerificationCase, case.id, populate_existing=True).photos == []
    upload()
    assert len(db.session.get_one(VerificationCase, case.id, populate_existing=True).photos) == 1
