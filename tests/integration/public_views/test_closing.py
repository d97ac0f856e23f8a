"""注销账号 as its holder does it: what stays is said, the password is asked, the last page asks once more."""

from __future__ import annotations

import time
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask

import mailing
from commands.cast import PASSWORD
from domain import privacy
from domain.verification import CaseState
from extensions import db, writing
from models import Holder, VerificationCase
from public_views import closing
from storage import new_key
from tests.factories import case_at, certificate, draft
from tests.integration.public_views.people import WEI, register
from tests.integration.public_views.test_registration import create
from tests.pages import CheckedClient

CLOSE, CONFIRM = "/portal/profile/close/", "/portal/profile/close/confirm"


@pytest.fixture
def wei(app: Flask) -> Holder:
    for mail in mailing.outbox(app.config).glob("*.eml"):
        mail.unlink()
    return register()


@pytest.fixture
def client(as_holder: Any, wei: Holder) -> CheckedClient:
    return as_holder(wei)


def stored(holder: Holder) -> Holder:
    db.session.rollback()
    return db.session.get_one(Holder, holder.id)


def prove(client: CheckedClient, password: str = PASSWORD) -> Any:
    client.get(CLOSE)
    return client.send(CLOSE, {"current": password})


def close(client: CheckedClient) -> Any:
    prove(client)
    client.get(CONFIRM)
    return client.send(CONFIRM)


def test_the_page_says_what_goes_and_what_stays(client: CheckedClient, wei: Holder) -> None:
    case_at(CaseState.APPROVED, certificate(wei), wei)
    draft(None, wei)

    client.get("/portal/profile")
    assert CLOSE in [link["href"] for link in client.page.all("a")]
    client.get(CLOSE)

    for told in (
        "1 份",
        "先替您撤回",
        "现在有 1 本",
        "现在有 1 份，连同姓名、身份证号和照片",
        "操作记录",
        "重新注册",
    ):
        assert told in client.page.text


def test_whoever_closes_is_out_everywhere_and_told_by_mail(
    app: Flask, client: CheckedClient, wei: Holder, as_holder: Any
) -> None:
    elsewhere = as_holder(wei)

    answer = close(client)
    client.get(answer.location)

    assert "账号已注销" in client.page.text
    assert stored(wei).closed_at is not None
    assert [one.get("/portal/").status_code for one in (client, elsewhere)] == [302, 302]
    (mail,) = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in mailing.outbox(app.config).glob("*.eml")
    ]
    assert (mail["To"], mail["Subject"]) == (WEI.email, closing.SUBJECT)
    assert WEI.id_number not in mail.get_content()


def test_without_the_password_nothing_is_closed(client: CheckedClient, wei: Holder) -> None:
    wrong = prove(client, "not-the-password")
    unproved = client.get(CONFIRM).location
    client.get(CLOSE)
    posted = client.send(CONFIRM).location

    assert (wrong.status_code, unproved, posted) == (200, CLOSE, CLOSE)
    assert "密码不对" in wrong.get_data(as_text=True)
    assert stored(wei).closed_at is None


def test_the_password_counts_for_ten_minutes_only(client: CheckedClient, wei: Holder, monkeypatch: Any) -> None:
    prove(client)
    client.get(CONFIRM)
    later = time.time() + closing.PROVED_SECONDS + 1
    monkeypatch.setattr(closing.time, "time", lambda: later)

    answer = client.send(CONFIRM)

    assert answer.location == CLOSE
    assert stored(wei).closed_at is None


def test_files_go_with_the_account(app: Flask, client: CheckedClient, wei: Holder) -> None:
    store, avatar, photo = app.extensions["photos"], new_key(), new_key()
    case_id = draft(None, wei).id
    for key in (avatar, photo):
        store.put(key, b"picture")
    with writing():
        own = db.session.get_one(Holder, wei.id)
        own.avatar = avatar
        db.session.get_one(VerificationCase, case_id).photos[0].key = photo

    close(client)

    assert not {avatar, photo} & set(store.all_keys())


def test_who_does_not_consent_can_close(client: CheckedClient, wei: Holder) -> None:
    with writing():
        db.session.get_one(Holder, wei.id).consent_version = None
    client.get("/portal/consent")
    assert CLOSE in [link["href"] for link in client.page.all("a")]

    close(client)

    assert stored(wei).closed_at is not None
    assert stored(wei).consent_version is None


def test_the_same_person_registers_anew(client: CheckedClient, wei: Holder, app: Flask) -> None:
    close(client)

    create(anew := app.test_client())  # type: ignore[arg-type]

    anew.get("/portal/")
    assert "韦小兰，您好" in anew.page.text
    again = Holder.with_id_number(WEI.id_number)
    assert again is not None
    assert again.id != wei.id
    assert again.consent_version == privacy.current().name
