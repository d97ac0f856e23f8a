"""Taking over an account: each change of a way in against each thing that can be pending, and the story of one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import update

import mailing
from commands.cast import PASSWORD
from domain.ways_in import CHANGES, CONFIRM_EMAIL, NEW_PASSWORD, RESET_PASSWORD, STOP_EMAIL, Pending
from extensions import db, writing
from models import AccountNews, BackgroundJob, Event, Holder, MailedLink, Message, SecondFactor, StaffUser, now
from operations import (
    accounts,
    holders,
    mailed_links,
    recovery,
    second_factor,
    security_answers,
    sessions,
    throttle,
    ways_in,
)
from operations.accounts import Attempt
from operations.passwords import fits, hashed
from tests.engines import PLAIN_SQL
from tests.factories import holder, still_open

OLD, THIEF, NEW = "weixiaolan@example.com", "thief@example.com", "a-better-one-2026"

SURVIVES = """
                    password  recovery  at_once  due  email  mobile  question
first_confirmation  -         -         -        -    -      -       -
waiting_email       -         -         -        -    -      -       -
stop_email          -         -         -        -    -      -       -
reset_password      -         -         -        -    -      -       -
waiting_password    -         -         -        -    -      -       -
other_sessions      -         -         -        -    -      -       -
"""
"""Written by hand: what is still good for anything after each change. Nothing is."""


def stored(owner: Holder) -> Holder:
    return db.session.get_one(Holder, owner.id)


def first_confirmation(owner: Holder) -> Callable[[], bool]:
    token = mailed_links.new(owner, CONFIRM_EMAIL)
    return lambda: works(token, CONFIRM_EMAIL)


def waiting_email(owner: Holder) -> Callable[[], bool]:
    token = mailed_links.new(owner, CONFIRM_EMAIL, THIEF)
    return lambda: works(token, CONFIRM_EMAIL)


def stop_email(owner: Holder) -> Callable[[], bool]:
    token = mailed_links.new(owner, STOP_EMAIL, THIEF)
    return lambda: works(token, STOP_EMAIL)


def reset_password(owner: Holder) -> Callable[[], bool]:
    token = mailed_links.new(owner, RESET_PASSWORD)
    return lambda: works(token, RESET_PASSWORD)


def waiting_password(owner: Holder) -> Callable[[], bool]:
    token = mailed_links.new(owner, NEW_PASSWORD)
    owner.next_password_hash, owner.next_password_from = hashed("the thief's own"), now()
    return lambda: works(token, NEW_PASSWORD) or stored(owner).next_password_hash is not None


def other_sessions(owner: Holder) -> Callable[[], bool]:
    key = sessions.open_for(owner, "测试")
    return lambda: still_open(owner, key)


def works(token: str, purpose: Any) -> bool:
    try:
        mailed_links.opened(token, purpose)
    except mailed_links.DeadLink:
        return False
    return True


SET_UP = {
    one.__name__: one
    for one in (first_confirmation, waiting_email, stop_email, reset_password, waiting_password, other_sessions)
}


def by_recovery(owner: Holder) -> None:
    recovery.reset(mailed_links.new(owner, RESET_PASSWORD), hashed(NEW))


def at_once(owner: Holder) -> None:
    token = mailed_links.new(owner, NEW_PASSWORD)
    owner.next_password_hash, owner.next_password_from = hashed(NEW), now()
    security_answers.use_now(token)


def when_due(owner: Holder) -> None:
    owner.next_password_hash, owner.next_password_from = hashed(NEW), now()
    db.session.flush()
    accounts.reserve(Attempt("holder", owner.mobile, "192.0.2.7"))


def of_email(owner: Holder) -> None:
    holders.confirm_email(mailed_links.new(owner, CONFIRM_EMAIL, "wei.new@example.com"))


def of_mobile(owner: Holder) -> None:
    holders.change_details(owner, holders.Details("13911112222", owner.region_code, ""))


TAKE = {
    "password": lambda owner: accounts.change_password(owner, hashed(NEW)),
    "recovery": by_recovery, "at_once": at_once, "due": when_due, "email": of_email, "mobile": of_mobile,
    "question": lambda owner: holders.change_question(owner, "您读的小学叫什么", hashed("又一个")),
}  # fmt: skip


def pairs() -> list[tuple[str, str, bool]]:
    head, *lines = [line.split() for line in SURVIVES.strip().splitlines()]
    return [(change, line[0], word == "yes") for line in lines for change, word in zip(head, line[1:], strict=True)]


@pytest.mark.parametrize(("change", "pending", "survives"), pairs())
def test_nothing_that_was_pending_outlives_a_change_of_a_way_in(
    app: Flask, change: str, pending: str, survives: bool
) -> None:
    owner = holder()
    with writing():
        still_good = SET_UP[pending](stored(owner))
    with writing():
        before = still_good()
        TAKE[change](stored(owner))
    db.session.rollback()

    assert (before, still_good()) == (True, survives)
    assert db.session.query(Message).filter_by(holder_id=owner.id).count() == 1
    mailed = [job.payload["to"] for job in db.session.query(BackgroundJob).filter_by(kind_slug="mail")]
    assert set(mailed) == ({OLD, "wei.new@example.com"} if change == "email" else {OLD})


def test_the_tables_say_of_everything_how_it_ends_and_what_is_told() -> None:
    assert set(ways_in.ENDS) == set(Pending)
    assert set(SET_UP) == {one.value for one in Pending} - {Pending.WAITING_FACTOR.value}
    assert all(change.title and change.body and change.action for change in CHANGES)


@PLAIN_SQL
def test_a_first_confirmation_that_a_change_ended_is_sent_again(app: Flask) -> None:
    owner = holder(confirmed=False)
    with writing():
        holders.new_confirming_link(stored(owner))
    with writing():
        accounts.change_password(stored(owner), hashed(NEW))
    jobs = [job.payload for job in db.session.query(BackgroundJob).filter_by(kind_slug="mail")]
    token = next(given["page"][1]["token"] for given in jobs if given["page"][0] == "registration.confirm_page")

    with writing():
        confirmed = holders.confirm_email(token)

    assert confirmed.email == OLD
    assert confirmed.email_confirmed_at is not None


def test_a_change_of_staffs_password_ends_the_factor_that_waits_and_tells_the_account(app: Flask) -> None:
    with writing():
        user = db.session.query(StaffUser).filter_by(username="ls.staff").one()
        second_factor.draw(user)
        accounts.change_password(user, hashed(NEW), "this session")

    assert second_factor.waiting(user) is None
    assert db.session.query(SecondFactor).count() == 1
    assert "您账户的密码改了" in db.session.query(AccountNews).filter_by(account_id=user.id).one().words


def test_a_new_password_unlocks_the_account(app: Flask) -> None:
    attempt = Attempt("staff", "ls.staff", "192.0.2.7")
    with writing():
        for _ in range(accounts.PER_ACCOUNT):
            accounts.reserve(attempt)
    locked = accounts.locked(attempt)
    with writing():
        user, admin = accounts.staff_by_login("ls.staff"), accounts.staff_by_login("ls.admin")
        accounts.give_one_time_password(admin.actor, user, hashed("one-time-word"))

    assert (locked, accounts.locked(attempt)) == (True, False)


# Through the pages, as the thief and the owner see them.


def link_to(address: str, page: str) -> str:
    """Return the link in the newest mail to an address."""
    db.session.rollback()
    files = sorted(mailing.outbox(current_app.config).glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    text = next(mail.get_content() for mail in reversed(found) if mail["To"] == address and page in mail.get_content())
    return re.search(rf"http://localhost({page}\S+)", text).group(1)


@pytest.fixture
def thief_asked(app: Flask, as_holder: Any) -> tuple[Any, Any, Holder]:
    """Return the owner's and the thief's browser, after the thief asked for another address with the known password."""
    for mail in mailing.outbox(app.config).glob("*.eml"):
        mail.unlink()
    owner = holder()
    own, thief = as_holder(owner), as_holder(owner)
    thief.get("/portal/profile/email")
    assert thief.send("/portal/profile/email", {"email": THIEF, "current": PASSWORD}).status_code == 303
    return own, thief, owner


@PLAIN_SQL
def test_the_thiefs_link_ends_in_a_sentence_once_the_owner_changed_the_password(thief_asked: Any) -> None:
    own, thief, owner = thief_asked
    own.get("/portal/password")
    changed = own.send("/portal/password", {"current": PASSWORD, "password": NEW, "repeated": NEW})
    out = thief.get("/portal/profile").status_code
    opened = thief.get(link_to(THIEF, "/portal/confirm/"))

    db.session.rollback()
    assert (changed.status_code, out, opened.status_code) == (303, 302, 400)
    assert "这个网址已经用过、过期" in thief.page.text
    assert stored(owner).email == OLD


@PLAIN_SQL
@pytest.mark.parametrize("way", ["link", "button"])
def test_the_owner_stops_the_change_by_the_mail_or_in_the_portal(thief_asked: Any, way: str) -> None:
    own, thief, _ = thief_asked
    if way == "link":
        stop = link_to(OLD, "/portal/keep-email/")
        own.get(stop)
        own.send(stop)
    else:
        own.get("/portal/profile")
        assert "不换了" in own.page.text
        own.send("/portal/profile/email/drop")

    assert thief.get(link_to(THIEF, "/portal/confirm/")).status_code == 400
    own.get("/portal/profile")
    assert "要换成" not in own.page.text


@PLAIN_SQL
def test_the_link_of_a_new_address_asks_for_the_password_and_counts_it(thief_asked: Any, client: Any) -> None:
    _, _, owner = thief_asked
    link = link_to(THIEF, "/portal/confirm/")
    client.get(link)
    for _ in range(accounts.PER_ACCOUNT):
        client.send(link, {"current": "a guess of mine"})
    locked = client.page.text
    client.send(link, {"current": PASSWORD})

    db.session.rollback()
    assert "试错的次数太多了" in locked
    assert stored(owner).email == OLD
    assert db.session.query(MailedLink).filter_by(purpose="confirm_email", used_at=None).count() == 1


INSIDE = {
    "/portal/password": {"password": NEW, "repeated": NEW},
    "/portal/profile/email": {"email": "wei.new@example.com"},
    "/portal/profile/details": {"mobile": "13911112222", "region": "450721", "employer": ""},
    "/portal/profile/question": {"question": "您读的小学叫什么", "answer": "灵山一小"},
    "/portal/profile/close/": {},
}


@PLAIN_SQL
@pytest.mark.parametrize("page", INSIDE)
def test_the_present_password_is_counted_like_a_sign_in(app: Flask, as_holder: Any, page: str) -> None:
    owner = holder()
    client = as_holder(owner)
    client.get(page)
    told = []
    for _ in range(accounts.PER_ACCOUNT + 1):
        client.send(page, {**INSIDE[page], "current": "a guess of mine"})
        told.append(client.page.text)
    client.send(page, {**INSIDE[page], "current": PASSWORD})

    db.session.rollback()
    assert "现在的密码不对。再试 4 次会锁定 15 分钟" in told[0]
    assert "试错的次数太多了" in told[4]
    assert "试错的次数太多了" in client.page.text
    assert accounts.locked(Attempt("holder", owner.mobile, "198.51.100.1"))
    assert db.session.query(Event).filter_by(action="fail_password").count() == 2


@PLAIN_SQL
def test_staff_are_counted_too_and_the_right_one_forgives(app: Flask, as_staff: Any) -> None:
    client = as_staff("ls.staff")
    client.get("/admin/password")
    for _ in range(3):
        client.send("/admin/password", {"current": "wrong", "password": NEW, "repeated": NEW})
    counted = throttle.failures("account", "staff:ls.staff")

    answer = client.send("/admin/password", {"current": PASSWORD, "password": NEW, "repeated": NEW})

    assert (counted, answer.status_code, throttle.failures("account", "staff:ls.staff")) == (3, 303, 0)


@PLAIN_SQL
def test_a_one_time_password_cannot_be_kept(app: Flask, as_staff: Any) -> None:
    with writing():
        user, admin = accounts.staff_by_login("ls.staff"), accounts.staff_by_login("ls.admin")
        accounts.give_one_time_password(admin.actor, user, hashed("one-time-word"))
    client = as_staff("ls.staff")
    client.get("/admin/password")

    kept = {"current": "one-time-word", "password": "one-time-word", "repeated": "one-time-word"}
    answer = client.send("/admin/password", kept)

    db.session.rollback()
    assert answer.status_code == 200
    assert "这就是现在的密码" in client.page.text
    assert accounts.staff_by_login("ls.staff").must_change_password


@PLAIN_SQL
def test_a_password_that_was_handed_out_lapses_after_fourteen_days(app: Flask, client: Any) -> None:
    with writing():
        user, admin = accounts.staff_by_login("ls.staff"), accounts.staff_by_login("ls.admin")
        accounts.give_one_time_password(admin.actor, user, hashed("one-time-word"))
        lasts = user.password_expires_at - now()
        db.session.execute(
            update(StaffUser).where(StaffUser.id == user.id).values(password_expires_at=now() - timedelta(seconds=10))
        )
    client.get("/admin/sign-in")
    answer = client.send("/admin/sign-in", {"username": "ls.staff", "password": "one-time-word"})
    told = client.page.text
    with writing():
        user = accounts.staff_by_login("ls.staff")
        accounts.give_one_time_password(admin.actor, user, hashed("another-word"))
    client.get("/admin/sign-in")
    again = client.send("/admin/sign-in", {"username": "ls.staff", "password": "another-word"})

    assert lasts.days in (13, 14)
    assert answer.status_code == 200
    assert "这个初始密码 14 天没有用，已经失效。请找本单位管理员重置" in told
    assert again.location == "/admin/password"


@PLAIN_SQL
def test_each_office_gets_a_first_password_of_its_own_where_none_is_set(app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "OFFICE_DEFAULT_PASSWORD", "")
    said = []
    for name in ("钦州港区职改办", "三娘湾职改办"):
        db.session.rollback()
        words = ["create-office", name, "--kind", "county", "--parent", "钦州市职改办"]
        said.append(app.test_cli_runner().invoke(args=words).output)
    first, second = (words.split("初始密码：")[1].split("（")[0] for words in said)
    db.session.rollback()

    assert first != second
    assert fits(accounts.staff_by_login("钦州港区职改办").password_hash, first)
    assert accounts.staff_by_login("三娘湾职改办").password_expires_at is not None
