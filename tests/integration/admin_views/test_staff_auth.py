"""The door of the back office."""

from __future__ import annotations

import pytest

from commands import cast
from extensions import writing
from operations import accounts
from operations.passwords import hashed
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import account_of, trail

OWN = "sui-bian-2026-liangmin"


def sign_in(client, username, password, **more):
    client.get("/admin/sign-in")
    return client.send("/admin/sign-in", {"username": username, "password": password, **more})


def test_a_clerk_signs_in_and_the_trail_says_so(client):
    answer = sign_in(client, "ls.staff", cast.PASSWORD)

    assert (answer.status_code, answer.location) == (303, "/admin/")
    assert client.get("/admin/").status_code == 200
    assert trail()[0].action == "sign_in"


def test_signing_in_leads_back_to_the_page_that_was_wanted(client):
    wanted = client.get("/admin/certificates/?status=normal").location
    client.get(wanted)

    answer = client.send(wanted, {"username": "ls.staff", "password": cast.PASSWORD})

    assert answer.location == "/admin/certificates/?status=normal"


@PLAIN_SQL
@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(client, elsewhere):
    client.get("/admin/sign-in")

    answer = client.send("/admin/sign-in?next=" + elsewhere, {"username": "ls.staff", "password": cast.PASSWORD})

    assert answer.location == "/admin/"


@pytest.mark.parametrize("username", ["ls.staff", "nobody.here"])
def test_a_wrong_password_and_an_unknown_account_answer_alike(client, username):
    sign_in(client, username, "wrong-password")

    assert "账号或密码不对。再试 4 次会锁定 15 分钟" in client.page.text


def test_after_two_failures_the_captcha_is_asked_for(client):
    for _ in range(2):
        sign_in(client, "ls.staff", "wrong-password")

    answer = sign_in(client, "ls.staff", cast.PASSWORD)

    assert answer.status_code == 200
    assert "还没有填验证码" in client.page.text


def test_after_five_failures_even_the_right_password_waits(client):
    attempt = accounts.Attempt("staff", "ls.staff", "192.0.2.7")
    with writing():
        for _ in range(5):
            accounts.reserve(attempt)

    answer = sign_in(client, "ls.staff", cast.PASSWORD)

    assert answer.status_code == 200
    assert "试错的次数太多了" in client.page.text


def test_a_disabled_account_stays_out(client):
    with writing():
        account_of("ls.staff").disabled_at = account_of("ls.staff").created_at

    answer = sign_in(client, "ls.staff", cast.PASSWORD)

    assert answer.status_code == 200


def test_a_default_account_must_change_its_first_password_before_anything(app, client):
    first = app.config["OFFICE_DEFAULT_PASSWORD"]
    with writing():
        account_of("灵山县职改办").password_hash = hashed(first)

    answer = sign_in(client, "灵山县职改办", first)
    turned_away = client.get("/admin/users/")
    client.get("/admin/password")

    assert answer.location == turned_away.location == "/admin/password"
    assert "请先改掉初始密码" in client.page.text


@PLAIN_SQL
@pytest.mark.parametrize(
    ("new", "repeated", "sentence"),
    [
        ("first-password-of-tests", "first-password-of-tests", "这是单位的初始密码"),
        ("12345678", "12345678", "这个密码很多人在用"),
        ("short", "short", "密码要 8—64 位"),
        (OWN, OWN + "x", "两次输入的密码不一样"),
    ],
)
def test_a_weak_password_is_refused_beside_its_field(as_staff, new, repeated, sentence):
    client = as_staff("ls.staff")
    client.get("/admin/password")

    answer = client.send("/admin/password", {"current": cast.PASSWORD, "password": new, "repeated": repeated})

    assert answer.status_code == 200
    assert sentence in client.page.text


def test_ones_own_password_asks_for_the_present_one(as_staff):
    client = as_staff("ls.staff")
    client.get("/admin/password")

    client.send("/admin/password", {"current": "wrong-password", "password": OWN, "repeated": OWN})

    assert "现在的密码不对" in client.page.text


def test_a_new_password_ends_all_other_sessions_and_keeps_this_one(as_staff):
    here, elsewhere = as_staff("ls.staff"), as_staff("ls.staff")
    here.get("/admin/password")

    here.send("/admin/password", {"current": cast.PASSWORD, "password": OWN, "repeated": OWN})

    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302


def test_signing_out_is_a_post_and_ends_the_session(as_staff):
    client = as_staff("ls.staff")
    by_link = client.get("/admin/sign-out")
    client.get("/admin/")

    by_button = client.send("/admin/sign-out")

    assert (by_link.status_code, by_button.status_code) == (405, 303)
    assert client.get("/admin/").status_code == 302
