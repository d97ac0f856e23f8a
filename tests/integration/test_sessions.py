"""Sessions and tries under abuse: copied cookies, others' keys, posts that come together."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from commands.cast import PASSWORD
from extensions import db, writing
from models import FailedAttempt, Holder, OpenSession, now
from operations import accounts, sessions, throttle
from operations.accounts import PER_ACCOUNT, Attempt
from operations.throttle import Limit
from tests.engines import PLAIN_SQL
from tests.factories import holder, open_session, still_open
from tests.integration.public_views.people import WEI
from web import access

ADDRESS = "203.0.113.9"


def together(work, times):
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def enter(client):
    client.get("/portal/sign-in")
    client.send("/portal/sign-in", {"login": WEI.mobile, "password": PASSWORD})
    return client.get_cookie("session").value


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, client):
    holder()
    cookie = enter(client)
    thief = app.test_client()
    thief.set_cookie("session", cookie)
    before = thief.get("/portal/").status_code
    thief.set_cookie("session", cookie)

    client.get("/portal/")
    client.send("/portal/sign-out")

    assert (before, thief.get("/portal/").status_code) == (200, 302)
    assert db.session.query(OpenSession).count() == 0


def test_signing_out_here_leaves_the_other_device_signed_in(app, client):
    holder()
    enter(client)
    other = app.test_client()
    enter(other)

    client.get("/portal/")
    client.send("/portal/sign-out")

    assert other.get("/portal/").status_code == 200


def test_a_key_opens_no_other_account(app):
    one, other = holder(0), holder(1)
    key = open_session(one)

    assert still_open(one, key)
    assert not still_open(other, key)
    assert not still_open(one, "made-up")
    assert not still_open(one, "")


def test_after_twelve_hours_a_session_is_over_however_busy_it_was(client):
    holder()
    enter(client)
    with writing():
        db.session.execute(update(OpenSession).values(opened_at=now() - sessions.LONGEST - timedelta(seconds=1)))

    assert client.get("/portal/").status_code == 302


def test_a_cookie_of_an_older_kind_is_nobodys(app, client):
    known = holder()
    with client.session_transaction() as session:
        session["_user_id"] = f"holder:{known.id}:1"

    assert client.get("/portal/").status_code == 302


def test_the_key_itself_is_not_in_the_database(app):
    key = open_session(holder())

    assert key not in {row.fingerprint for row in db.session.query(OpenSession)}


def test_of_many_tries_at_once_five_are_taken(app):
    taken, start = [], threading.Barrier(12)

    def one():
        start.wait(10)
        with app.app_context(), writing():
            taken.append(accounts.reserve(Attempt("holder", "13900000009", ADDRESS)))

    together(one, 12)

    db.session.rollback()
    assert sorted(number for number in taken if number) == [1, 2, 3, 4, 5]
    assert db.session.query(FailedAttempt).filter_by(kind="account").count() == PER_ACCOUNT


def test_passwords_that_are_posted_together_are_not_tried_more_often_than_five_times(app, monkeypatch):
    holder()
    tried, start = [], threading.Barrier(10)
    fits = accounts.fits
    monkeypatch.setattr(accounts, "fits", lambda *given: tried.append(1) or fits(*given))
    monkeypatch.setattr(accounts, "asks_challenge", lambda *_: False)
    app.config["WTF_CSRF_ENABLED"] = False

    def one():
        client = app.test_client()
        start.wait(10)
        with app.app_context():
            client.post("/portal/sign-in", data={"login": WEI.mobile, "password": "not-the-password"})

    together(one, 10)
    app.config["WTF_CSRF_ENABLED"] = True

    assert len(tried) == PER_ACCOUNT


def test_who_comes_in_leaves_no_try_behind_and_gives_none_of_others_back(app):
    known = holder()
    with writing():
        throttle.take(Limit("address", ADDRESS, 20))
        attempt = Attempt("holder", WEI.mobile, ADDRESS)
        accounts.reserve(attempt)
        own = db.session.get_one(Holder, known.id)
        accounts.signed_in(own, attempt, own.password_hash)

    assert throttle.failures("account", accounts.subject_of(attempt)) == 0
    assert throttle.failures("address", ADDRESS) == 1


def test_where_one_limit_is_used_up_nothing_is_counted_against_the_other(app):
    with writing():
        throttle.take(Limit("account", "a", 1))
        taken = throttle.take(Limit("account", "a", 1), Limit("address", ADDRESS, 20))

    assert not taken
    assert throttle.failures("address", ADDRESS) == 0


@PLAIN_SQL
@pytest.mark.parametrize("login", [WEI.mobile, "13900009999", "nobody@example.com"], ids=["known", "mobile", "mail"])
def test_a_wrong_password_costs_one_hash_whether_or_not_the_account_exists(app, client, monkeypatch, login):
    holder()
    hashed = []
    fits = accounts.fits
    monkeypatch.setattr(accounts, "fits", lambda *given: hashed.append(given) or fits(*given))
    client.get("/portal/sign-in")

    client.send("/portal/sign-in", {"login": login, "password": "not-the-password"})

    assert len(hashed) == 1


@pytest.mark.parametrize(
    ("agent", "word"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.50", "iPhone，微信"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36", "Windows 电脑，Chrome 浏览器"),
        ("", "其他设备，浏览器"),
    ],
)
def test_a_device_is_called_as_its_owner_calls_it(app, agent, word):
    with app.test_request_context(headers={"User-Agent": agent}):
        assert access.device() == word
