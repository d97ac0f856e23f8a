"""The holder's door: three names for one account, 验证码 after two failures, waiting after five, no word about who exists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from commands.cast import PASSWORD
from extensions import db, writing
from models import FailedAttempt, Holder, now
from operations import accounts
from operations.passwords import hashed
from tests.engines import PLAIN_SQL
from tests.integration.public_views.people import WEI, answer_captcha, register
from tests.pages import CheckedClient

LOCKED = "试错的次数太多了，请 15 分钟后再试"


@pytest.fixture
def wei(app: Flask) -> Holder:
    return register()


def enter(client: CheckedClient, login: str, password: str = PASSWORD, **more: str) -> Any:
    client.get("/portal/sign-in")
    return client.send("/portal/sign-in", {"login": login, "password": password, **more})


def fail(client: CheckedClient, login: str, times: int) -> list[str]:
    """Fail so many times, answering the 验证码 where it is asked; return what the pages said."""
    said = []
    for _ in range(times):
        client.get("/portal/sign-in")
        answer = {}
        client.send("/portal/sign-in", {"login": login, "password": ""})
        if client.page.text.count("验证码"):
            answer = answer_captcha(client)
        client.send("/portal/sign-in", {"login": login, "password": "not-the-password", **answer})
        said.append(client.page.text)
    return said


@pytest.mark.parametrize("login", [WEI.id_number, WEI.mobile, WEI.email, WEI.email.upper(), f" {WEI.mobile} "])
def test_id_number_mobile_and_email_open_the_same_account(client: CheckedClient, wei: Holder, login: str) -> None:
    response = enter(client, login)
    client.get(response.location)

    assert response.location == "/portal/"
    assert "韦小兰，您好" in client.page.text


def test_a_wrong_password_keeps_the_name_and_says_how_many_tries_are_left(client: CheckedClient, wei: Holder) -> None:
    enter(client, WEI.mobile, "not-the-password")

    assert "账号或密码不对。再试 4 次会锁定 15 分钟" in client.page.text
    form = client.page.form("login")
    assert form["login"] == WEI.mobile
    assert not form.get("password")


@PLAIN_SQL
def test_the_words_are_the_same_whether_or_not_the_account_exists(
    client: CheckedClient, wei: Holder, app: Flask
) -> None:
    known = fail(client, WEI.mobile, 5)
    with writing():
        db.session.query(FailedAttempt).delete()
    unknown = fail(app.test_client(), "13900009999", 5)

    without_sums = [
        [_plain(page, login) for page in pages] for pages, login in ((known, WEI.mobile), (unknown, "13900009999"))
    ]
    assert without_sums[0] == without_sums[1]
    assert LOCKED in known[-1]


def _plain(page: str, login: str) -> str:
    question = page.find("这道题的得数：")
    return (page if question < 0 else page[:question] + page[page.index("？", question) :]).replace(login, "L")


def test_after_two_failures_the_right_password_needs_the_captcha_too(client: CheckedClient, wei: Holder) -> None:
    fail(client, WEI.mobile, 2)

    without = enter(client, WEI.mobile)
    asked = client.page.text
    with_it = client.send("/portal/sign-in", {"login": WEI.mobile, "password": PASSWORD, **answer_captcha(client)})

    assert without.status_code == 200
    assert "还没有填验证码" in asked
    assert with_it.status_code == 303


def test_five_failures_lock_whoever_asks_and_however_the_number_is_written(client: CheckedClient, wei: Holder) -> None:
    fail(client, WEI.mobile, 5)

    right = enter(client, f"{WEI.mobile[:3]} {WEI.mobile[3:]}")

    assert right.status_code == 200
    assert LOCKED in client.page.text


def test_after_a_quarter_of_an_hour_the_door_opens_again(client: CheckedClient, wei: Holder) -> None:
    fail(client, WEI.mobile, 5)
    with writing():
        db.session.execute(update(FailedAttempt).values(at=now() - timedelta(minutes=16)))

    assert enter(client, WEI.mobile).status_code == 303


def test_a_disabled_account_stays_outside_with_the_same_words(client: CheckedClient, wei: Holder) -> None:
    with writing():
        db.session.get_one(Holder, wei.id).disabled_at = now()

    enter(client, WEI.mobile)

    assert "账号或密码不对" in client.page.text


def test_who_wanted_a_page_comes_back_to_it_but_to_no_other_site(client: CheckedClient, wei: Holder) -> None:
    turned_away = client.get("/portal/messages/")
    client.get(turned_away.location)

    inside = client.send(
        "/portal/sign-in", {"login": WEI.mobile, "password": PASSWORD, "next": client.page.form("next")["next"]}
    )

    assert inside.location == "/portal/messages/"


@PLAIN_SQL
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_foreign_address_is_no_way_back(client: CheckedClient, wei: Holder, target: str) -> None:
    assert enter(client, WEI.mobile, next=target).location == "/portal/"


def test_signing_out_ends_it_and_is_no_link(client: CheckedClient, wei: Holder) -> None:
    enter(client, WEI.mobile)
    client.get("/portal/")

    by_link = client.get("/portal/sign-out").status_code
    client.get("/portal/")
    client.send("/portal/sign-out")

    assert by_link == 405
    assert client.get("/portal/").location.startswith("/portal/sign-in")


def test_staff_do_not_enter_through_the_holders_door(client: CheckedClient) -> None:
    enter(client, "ls.staff")

    assert "账号或密码不对" in client.page.text


def test_a_password_changed_elsewhere_ends_this_session(client: CheckedClient, wei: Holder) -> None:
    enter(client, WEI.mobile)
    with writing():
        accounts.change_password(db.session.get_one(Holder, wei.id), hashed("another-word-9"))

    assert client.get("/portal/").status_code == 302


def test_an_hour_without_a_click_ends_the_session_with_a_word_about_what_was_saved(
    client: CheckedClient, wei: Holder
) -> None:
    enter(client, WEI.mobile)
    with client.session_transaction() as session:
        session["seen"] -= 60 * 60 + 1

    response = client.get("/portal/messages/")
    client.get(response.location)

    assert "太久没有操作，需要重新登录" in client.page.text


def test_account_notes_explain_without_signing_in(client: CheckedClient) -> None:
    assert client.get("/portal/account-notes").status_code == 200
    assert "账号说明" in client.page.text
