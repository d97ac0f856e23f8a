"""单位账户登录, 单位工作人员登录, and the accounts an employer opens for its staff."""

from __future__ import annotations

import re

import pytest

from commands.cast import PASSWORD
from domain.access import Role
from extensions import db, writing
from models import EmployerUser, Event
from operations import accounts, employers
from operations.passwords import fits
from tests.engines import PLAIN_SQL
from tests.factories import employer_user, staff

NEW = "shui-li-ju-2026"


def enter(client, tab, login, password=PASSWORD):
    client.get(f"/portal/sign-in?as={tab}")
    return client.send(f"/portal/sign-in?as={tab}", {"login": login, "password": password})


def stored(user):
    db.session.rollback()
    return db.session.get(EmployerUser, user.id)


def one_time_password(client):
    return re.search(r"[2-9a-z]{4}(-[2-9a-z]{4}){2}", client.page.text).group()


@pytest.mark.parametrize(
    ("tab", "role"), [("employer", Role.EMPLOYER), ("employer_staff", Role.EMPLOYER_STAFF)], ids=["employer", "staff"]
)
def test_each_comes_in_at_its_own_tab_and_lands_on_a_page_that_says_what_is_there(client, tab, role):
    user = employer_user(role)

    answer = enter(client, tab, user.username)
    client.get(answer.location)

    assert (answer.status_code, answer.location) == (303, "/employer/")
    assert "人员名册和批量查验还没有开放" in client.page.text
    assert {"/", "/employer/password"} <= {link["href"] for link in client.page.all("a")}
    assert Event.about("employer_user", user.id)[-1].action == "sign_in"


@PLAIN_SQL
@pytest.mark.parametrize("tab", ["holder", "employer_staff", "no-such-tab"])
def test_at_another_tab_the_account_does_not_exist(client, tab):
    user = employer_user()

    enter(client, tab, user.username)

    assert "账号或密码不对。再试 4 次会锁定 15 分钟" in client.page.text


def test_the_tabs_are_named_as_the_guide_names_them(client):
    client.get("/portal/sign-in?as=employer")

    for word in ("个人账户登录", "单位账户登录", "单位工作人员登录"):
        assert word in client.page.text
    (here,) = [link for link in client.page.all("a") if link.get("aria-current") == "page"]
    assert here["href"].endswith("as=employer")


def test_the_first_password_is_changed_before_anything_else(client, as_employer):
    user = employer_user()
    with writing():
        stored(user).must_change_password = True
    client = as_employer(user)

    turned_away = client.get("/employer/")
    client.get("/employer/password")
    answer = client.send("/employer/password", {"current": PASSWORD, "password": NEW, "repeated": NEW})

    assert turned_away.location == "/employer/password"
    assert answer.location == "/employer/"
    assert client.get("/employer/").status_code == 200
    assert fits(stored(user).password_hash, NEW)


def test_an_employer_opens_an_account_for_its_staff_who_then_comes_in(app, as_employer):
    client = as_employer(employer_user())
    client.get("/employer/accounts/")

    client.send("/employer/accounts/", {"display_name": "苏云", "username": "sly.suyun"})
    password = one_time_password(client)
    newcomer = app.test_client()
    answer = enter(newcomer, "employer_staff", "sly.suyun", password)

    assert "只在这里显示这一次" in client.page.text
    assert answer.status_code == 303
    assert newcomer.get("/employer/").location == "/employer/password"


def test_a_taken_name_is_told_beside_its_field_and_nothing_typed_is_lost(as_employer):
    client, taken = as_employer(employer_user()), employer_user(Role.EMPLOYER_STAFF).username
    client.get("/employer/accounts/")

    client.send("/employer/accounts/", {"display_name": "苏云", "username": taken})

    assert f"登录名“{taken}”已经有人用了" in client.page.text
    assert client.page.form("username")["display_name"] == "苏云"


def test_an_account_is_disabled_and_enabled_after_being_asked_once(as_employer):
    client, clerk = as_employer(employer_user()), employer_user(Role.EMPLOYER_STAFF)
    step = f"/employer/accounts/{clerk.id}/disable"

    client.get(step)
    asked = stored(clerk).is_active
    client.send(step)
    shut_out = not stored(clerk).is_active
    client.get(f"/employer/accounts/{clerk.id}/enable")
    client.send(f"/employer/accounts/{clerk.id}/enable")

    assert asked
    assert shut_out
    assert stored(clerk).is_active
    assert [event.action for event in Event.about("employer_user", clerk.id)][-2:] == [
        "disable_account",
        "enable_account",
    ]


def test_a_disabled_account_is_outside_at_once(as_employer):
    client, clerk = as_employer(employer_user()), employer_user(Role.EMPLOYER_STAFF)
    inside = as_employer(clerk)

    client.get(f"/employer/accounts/{clerk.id}/disable")
    client.send(f"/employer/accounts/{clerk.id}/disable")

    assert inside.get("/employer/").status_code == 302


def test_a_new_one_time_password_ends_the_old_one(app, as_employer):
    client, clerk = as_employer(employer_user()), employer_user(Role.EMPLOYER_STAFF)
    client.get(f"/employer/accounts/{clerk.id}/reset")

    client.send(f"/employer/accounts/{clerk.id}/reset")
    password = one_time_password(client)

    assert fits(stored(clerk).password_hash, password)
    assert stored(clerk).must_change_password


@PLAIN_SQL
@pytest.mark.parametrize("step", ["disable", "reset", "enable", "no-such-step"])
def test_another_employers_staff_and_ones_own_account_are_out_of_reach(as_employer, step):
    own = employer_user()
    foreign = employer_user(Role.EMPLOYER_STAFF, name="浦北县教育局", office_name="浦北县职改办")
    client = as_employer(own)
    client.get("/employer/accounts/")

    for user in (foreign, own):
        assert client.get(f"/employer/accounts/{user.id}/{step}").status_code == 404
        client.get("/employer/accounts/")
        assert client.send(f"/employer/accounts/{user.id}/{step}").status_code == 404
    assert stored(foreign).is_active


def test_closing_an_employer_shuts_out_its_staff_too(as_employer):
    clerk = employer_user(Role.EMPLOYER_STAFF)
    inside = as_employer(clerk)
    before = inside.get("/employer/").status_code

    with writing():
        employers.close(staff("ls.admin"), employers.reached(staff("ls.admin"), clerk.employer_id))

    assert (before, inside.get("/employer/").status_code) == (200, 302)
    assert accounts.recognised(stored(clerk), PASSWORD) is None
