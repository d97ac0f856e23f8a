"""隐私说明: everybody may read it, whoever registers consents to it, and a new version is asked of everybody once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from domain import privacy
from domain.privacy import Version
from domain.retention import RETENTION
from extensions import db, writing
from models import Event, Holder
from tests.engines import PLAIN_SQL
from tests.factories import draft, holder
from tests.integration.public_views.people import register
from tests.integration.public_views.test_registration import create, holders
from tests.pages import CheckedClient

NEWER = Version(date(2027, 3, 1), "增加用手机扫码登录。")
BOXES = {"consent": "y", "consent_sensitive": "y"}


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the notice have a version that nobody has consented to yet."""
    monkeypatch.setattr(privacy, "VERSIONS", (*privacy.VERSIONS, NEWER))


def stored(own: Holder) -> Holder:
    db.session.rollback()
    return db.session.get_one(Holder, own.id)


def trail(own: Holder) -> list[str]:
    db.session.rollback()
    return [event.summary for event in Event.about("holder", own.id) if event.action == "consent"]


@PLAIN_SQL
def test_the_notice_says_who_answers_and_the_whole_table_of_retention(client: CheckedClient, app: Flask) -> None:
    client.get("/privacy")

    text = client.page.text
    assert app.config["ORGANISER_NAME"] in text
    assert app.config["ORGANISER_PHONE"] in text
    assert not [row.slug for row in RETENTION if row.what not in text or row.told not in text or row.why not in text]
    assert not [one.data for one in privacy.PURPOSES if one.purpose not in text]


@PLAIN_SQL
def test_every_face_leads_to_the_notice(client: CheckedClient, as_holder: Any, as_employer: Any) -> None:
    from tests.factories import employer_user

    for one, address in (
        (client, "/"), (client, "/portal/sign-in"), (client, "/portal/register"), (as_holder(holder()), "/portal/"),
        (as_employer(employer_user()), "/employer/"),
    ):  # fmt: skip
        one.get(address)
        assert "/privacy" in [link["href"] for link in one.page.all("a")], address


@pytest.mark.parametrize(
    ("left", "sentence"),
    [("consent", privacy.NOT_CONSENTED), ("consent_sensitive", privacy.NOT_CONSENTED_SENSITIVE)],
)
def test_nobody_registers_without_consenting_and_the_boxes_are_not_ticked_before(
    client: CheckedClient, left: str, sentence: str
) -> None:
    client.get("/portal/register")
    before = [box for box in client.page.all("input") if box.get("type") == "checkbox" and "checked" in box]
    other = next(name for name in BOXES if name != left)

    create(client, **{left: ""})

    assert before == []
    assert sentence in client.page.text
    assert not holders()
    ticked = {box["name"] for box in client.page.all("input") if box.get("type") == "checkbox" and "checked" in box}
    assert ticked == {other}, "what was ticked survives the error"


def test_consent_is_kept_with_version_and_time_and_in_the_trail(client: CheckedClient) -> None:
    create(client)

    (own,) = holders()
    assert own.consent_version == privacy.current().name
    assert own.consented_at is not None
    assert trail(own) == [f"同意隐私说明（{privacy.current().name} 版）"]


def test_a_new_version_is_asked_once_and_then_never_again(app: Flask, as_holder: Any, newer: None) -> None:
    own = holder()
    with writing():
        db.session.get_one(Holder, own.id).consent_version = privacy.VERSIONS[0].name
    me = as_holder(own)

    turned = me.get("/portal/messages/").location
    me.get(turned)
    told = me.page.text
    answer = me.send("/portal/consent", {**me.page.form("shown"), **BOXES})

    assert turned == "/portal/consent?next=/portal/messages/"
    assert NEWER.changed in told
    assert privacy.VERSIONS[0].changed not in told
    assert answer.location == "/portal/messages/"
    assert me.get("/portal/messages/").status_code == 200
    assert me.get("/portal/consent").location == "/portal/"
    assert stored(own).consent_version == NEWER.name


def test_whoever_registered_before_there_was_a_notice_is_asked_too(app: Flask, as_holder: Any) -> None:
    own = holder()
    with writing():
        db.session.get_one(Holder, own.id).consent_version = None
    me = as_holder(own)
    me.get("/portal/consent")

    me.send("/portal/consent", me.page.form("shown"))
    refused = me.page.text
    me.send("/portal/consent", {**me.page.form("shown"), **BOXES})

    assert privacy.NOT_CONSENTED in refused
    assert privacy.NOT_CONSENTED_SENSITIVE in refused
    assert stored(own).consent_version == privacy.current().name


def test_until_then_nothing_is_open_but_reading_downloading_closing_and_leaving(
    app: Flask, as_holder: Any, newer: None
) -> None:
    own = register()
    with writing():
        db.session.get_one(Holder, own.id).consent_version = privacy.VERSIONS[0].name
    case_id, me = draft(owner=own).id, as_holder(own)

    closed = ["/portal/", "/portal/profile", f"/portal/verify/{case_id}/", "/portal/downloads/", "/portal/messages/"]
    answers = [me.get(address).location for address in closed]
    me.get("/portal/consent")
    downloaded = me.send("/portal/downloads/everything.zip")
    acted = me.send(f"/portal/cases/{case_id}/discard", {"version": "1"})

    assert [answer.partition("?")[0] for answer in answers] == ["/portal/consent"] * len(closed)
    assert (downloaded.status_code, downloaded.mimetype) == (200, "application/zip")
    assert acted.location.startswith("/portal/consent")
    assert me.get("/privacy").status_code == 200
    me.get("/portal/consent")
    assert me.send("/portal/sign-out").status_code == 303


def test_a_page_that_shows_an_older_version_does_not_count_for_the_newer(
    app: Flask, as_holder: Any, newer: None
) -> None:
    own = holder()
    with writing():
        db.session.get_one(Holder, own.id).consent_version = None
    me = as_holder(own)
    me.get("/portal/consent")

    me.send("/portal/consent", {**BOXES, "shown": privacy.VERSIONS[0].name})

    assert "刚刚有了新版本" in me.page.text
    assert stored(own).consent_version is None


def test_words_sent_meanwhile_come_back_to_be_copied(app: Flask, as_holder: Any, newer: None) -> None:
    own = register()
    me = as_holder(own)
    with writing():
        db.session.get_one(Holder, own.id).consent_version = privacy.VERSIONS[0].name
    me.get("/portal/consent")

    answer = me.send(
        "/portal/feedback/", {"text": "请问何时审完"}, headers={"Referer": "http://localhost/portal/feedback/"}
    )

    assert answer.status_code == 403
    assert "请问何时审完" in answer.get_data(as_text=True)
    assert "隐私说明有了新版本" in me.page.text
