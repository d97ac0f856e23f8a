"""A sign-in from a browser that an account has not used is told; one's own sessions are seen and ended one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from commands.cast import PASSWORD
from domain.retention import ACCOUNT_NEWS, DEVICES
from extensions import db, writing
from models import AccountNews, Event, KnownDevice, Message, OpenSession, now
from operations import account_news, accounts, devices, sessions
from tests import factories
from tests.conftest import staff_user
from tests.integration.public_views.people import WEI

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.50"}


def by_staff(client, username="ls.staff", **more):
    client.get("/admin/sign-in")
    return client.send("/admin/sign-in", {"username": username, "password": PASSWORD}, **more)


def by_holder(client, **more):
    client.get("/portal/sign-in")
    return client.send("/portal/sign-in", {"login": WEI.mobile, "password": PASSWORD}, **more)


def by_employer(client, username):
    client.get("/portal/sign-in?as=employer")
    return client.send("/portal/sign-in?as=employer", {"login": username, "password": PASSWORD})


def new_devices():
    db.session.rollback()
    return db.session.query(Event).filter_by(action="new_device").count()


def test_the_first_device_of_all_is_not_told_and_known_ever_after(client):
    for _ in range(2):
        by_staff(client)
        client.get("/admin/")
        client.send("/admin/sign-out")

    assert new_devices() == 0
    assert db.session.query(AccountNews).count() == 0


def test_a_new_device_is_told_to_the_sessions_elsewhere_and_not_to_itself(app, client):
    by_staff(client)
    other = app.test_client()

    by_staff(other, headers=PHONE)
    client.get("/admin/")
    other.get("/admin/")

    assert new_devices() == 1
    assert "从一台没用过的设备登录过（iPhone，微信）" in client.page.text
    assert "没用过的设备" not in other.page.text


def test_it_stands_there_until_it_is_read_and_what_came_later_stays(app, client):
    by_staff(client)
    by_staff(app.test_client())
    client.get("/admin/")
    read = db.session.query(AccountNews.id).scalar()
    by_staff(app.test_client(), headers=PHONE)

    client.send("/admin/news/read", {"up_to": read})
    client.get("/admin/")

    assert "从一台没用过的设备登录过（iPhone，微信）" in client.page.text
    assert "其他设备" not in client.page.text


def test_nobody_reads_the_news_of_somebody_else_away(app, client):
    by_staff(client)
    by_staff(app.test_client())
    stranger = app.test_client()
    by_staff(stranger, "ls.admin")
    stranger.get("/admin/")

    stranger.send("/admin/news/read", {"up_to": 999})

    assert db.session.query(AccountNews).count() == 1


def test_a_holder_gets_a_message_and_a_mail(app, client):
    factories.holder()
    by_holder(client)
    by_holder(app.test_client(), headers=PHONE)

    db.session.rollback()
    told = db.session.query(Message).filter_by(title=devices.TITLE).all()

    assert len(told) == 1
    assert "iPhone，微信" in told[0].body


def test_who_registers_knows_the_browser_already(app, client):
    user = factories.employer_user()
    name = user.username
    by_employer(client, name)
    again = app.test_client()
    by_employer(again, name)
    client.get("/employer/")

    assert "没用过的设备" in client.page.text


@pytest.mark.parametrize("forged", ["made-up", ""])
def test_a_cookie_of_ones_own_making_is_no_known_device(app, client, forged):
    by_staff(client)
    other = app.test_client()
    other.set_cookie("device", forged)

    by_staff(other)

    assert new_devices() == 1


def test_the_same_browser_is_known_to_each_account_for_itself(client):
    by_staff(client)
    client.get("/admin/")
    client.send("/admin/sign-out")
    by_staff(client, "ls.admin")

    assert new_devices() == 0
    assert db.session.query(KnownDevice).count() == 2
    assert len({row.fingerprint for row in db.session.query(KnownDevice)}) == 1


@pytest.mark.parametrize(("https", "name"), [(False, "device"), (True, "__Host-device")])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app, client, https, name):
    app.config["HTTPS"] = https
    client.get("/admin/sign-in")
    answer = client.send("/admin/sign-in", {"username": "ls.staff", "password": PASSWORD})
    app.config["HTTPS"] = False

    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{name}=")]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is https
    assert f"Max-Age={400 * 24 * 3600}" in cookie


def test_a_device_that_signs_nobody_in_gets_no_cookie(client):
    client.get("/admin/sign-in")
    answer = client.send("/admin/sign-in", {"username": "ls.staff", "password": "wrong-password"})

    assert not [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("device=")]


# Whoever keeps an account locked from elsewhere does not shut its owner out of the browser they use.


def lock(app, monkeypatch, times=accounts.PER_ACCOUNT):
    monkeypatch.setattr(accounts, "asks_challenge", lambda *_: False)
    stranger = app.test_client()
    for _ in range(times):
        stranger.get("/admin/sign-in")
        stranger.send("/admin/sign-in", {"username": "ls.staff", "password": "guessed"})
    return stranger


def test_a_lock_by_strangers_does_not_hold_in_a_browser_the_account_knows(app, client, monkeypatch):
    by_staff(client)
    client.get("/admin/")
    client.send("/admin/sign-out")
    stranger = lock(app, monkeypatch)
    by_staff(stranger)
    told = stranger.page.text

    assert "试错的次数太多了" in told
    assert by_staff(client).status_code == 303


def test_a_known_browser_has_five_tries_of_its_own_and_no_more(app, client, monkeypatch):
    by_staff(client)
    client.get("/admin/")
    client.send("/admin/sign-out")
    lock(app, monkeypatch)
    for _ in range(accounts.PER_ACCOUNT):
        client.get("/admin/sign-in")
        client.send("/admin/sign-in", {"username": "ls.staff", "password": "guessed"})
    by_staff(client)

    assert "试错的次数太多了" in client.page.text


def test_the_browser_of_one_account_opens_no_lock_of_another(app, client, monkeypatch):
    by_staff(client, "ls.admin")
    client.get("/admin/")
    client.send("/admin/sign-out")
    lock(app, monkeypatch)
    by_staff(client)

    assert "试错的次数太多了" in client.page.text


def test_a_new_password_unlocks_the_known_browsers_too(app, client, as_staff, monkeypatch):
    by_staff(client)
    client.get("/admin/")
    client.send("/admin/sign-out")
    monkeypatch.setattr(accounts, "asks_challenge", lambda *_: False)
    for _ in range(accounts.PER_ACCOUNT):
        client.get("/admin/sign-in")
        client.send("/admin/sign-in", {"username": "ls.staff", "password": "guessed"})
    with writing():
        user = staff_user("ls.staff")
        accounts.unlock(db.session.get_one(type(user), user.id))

    assert by_staff(client).status_code == 303


def test_devices_and_news_go_after_their_time(client):
    by_staff(client)
    with writing():
        account_news.leave(staff_user("ls.staff"), "new_device", "登录过")
        db.session.execute(update(KnownDevice).values(last_at=now() - DEVICES.limit - timedelta(days=1)))
        db.session.execute(update(AccountNews).values(created_at=now() - ACCOUNT_NEWS.limit - timedelta(days=1)))
    with writing():
        devices.forget_old()
        account_news.forget_old()

    assert db.session.query(KnownDevice).count() == db.session.query(AccountNews).count() == 0


# One's own sessions.

PAGES = {"staff": "/admin/sessions", "holder": "/portal/profile/sessions", "employer": "/employer/sessions"}


@pytest.fixture(params=PAGES)
def owner(request, as_staff, as_holder, as_employer):
    """An account of each kind: how to sign it in, and where its sessions stand."""
    match request.param:
        case "staff":
            return lambda: as_staff("ls.staff"), PAGES["staff"]
        case "holder":
            own = factories.holder()
            return lambda: as_holder(own), PAGES["holder"]
    user = factories.employer_user()
    return lambda: as_employer(user), PAGES["employer"]


def test_one_session_is_ended_and_the_others_go_on(owner):
    enter, page = owner
    here, lost, other = enter(), enter(), enter()
    session_id = sorted(row.id for row in db.session.query(OpenSession))[1]
    here.get(page)

    here.send(page, {"session": session_id})

    assert [one.get(page).status_code for one in (here, lost, other)] == [200, 302, 200]


def test_all_others_are_ended_at_once(owner):
    enter, page = owner
    here, elsewhere = enter(), enter()
    here.get(page)

    here.send(page)

    assert [one.get(page).status_code for one in (here, elsewhere)] == [200, 302]


@pytest.mark.parametrize("named", ["foreign", "word", "999999"])
def test_nobody_ends_a_session_of_somebody_else(as_staff, owner, named):
    enter, page = owner
    here, foreign = enter(), as_staff("pb.staff")
    session_id = max(row.id for row in db.session.query(OpenSession))
    here.get(page)

    answer = here.send(page, {"session": session_id if named == "foreign" else named})

    assert answer.status_code == 404
    assert foreign.get("/admin/").status_code == 200


def test_a_session_says_from_where_and_when_it_was_last_used(client):
    by_staff(client)
    db.session.rollback()
    row = db.session.query(OpenSession).one()
    assert row.address == "127.0.0.1"
    with client.session_transaction() as session:
        session["seen"] -= 60

    client.get("/admin/")
    waiting = db.session.query(OpenSession).one().used_at
    sessions.write_uses()
    client.get("/admin/sessions")

    assert waiting is None
    assert db.session.query(OpenSession).one().used_at is not None
    assert "用过，来自 127.0.0.1" in client.page.text
