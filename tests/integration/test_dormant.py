"""Staff accounts that nobody has signed in to for ninety days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.cast import PASSWORD
from domain.access import Role
from domain.dormancy import DORMANT_AFTER
from extensions import writing
from jobs import caretaker
from models import now
from operations import dormant, staff
from tests.conftest import actor_of, staff_user
from tests.integration.admin_views.records import trail

LONG, SHORT = DORMANT_AFTER + timedelta(days=1), DORMANT_AFTER - timedelta(days=1)
EVERYBODY = (
    "gx.admin", "qz.admin", "qz.staff", "ls.admin", "ls.staff", "pb.staff", "gc.staff", "灵山县职改办", "浦北县职改办",
)  # fmt: skip


def away(username, since=LONG, *, ever=True):
    """Let an account not have signed in since then; `ever` tells whether it has at all."""
    with writing():
        user = staff_user(username)
        user.created_at = now() - max(since, timedelta(days=400) if ever else since)
        user.last_signed_in_at = now() - since if ever else None


def make_round():
    with writing():
        return dormant.shut_dormant()


@pytest.mark.parametrize("ever", [True, False], ids=["signed in once", "never"])
@pytest.mark.parametrize(("since", "shut"), [(LONG, True), (SHORT, False)])
def test_ninety_days_count_from_the_last_sign_in_or_from_the_opening(app, since, ever, shut):
    away("ls.staff", since, ever=ever)

    make_round()

    assert (staff_user("ls.staff").disabled_at is not None) is shut
    assert [one.action for one in trail(action="disable_dormant")] == ["disable_dormant"] * shut


def test_shutting_ends_the_sessions_and_the_password_opens_nothing(as_staff, client):
    inside = as_staff("ls.staff")
    away("ls.staff")

    make_round()
    client.get("/admin/sign-in")
    client.send("/admin/sign-in", {"username": "ls.staff", "password": PASSWORD})

    assert inside.get("/admin/").status_code == 302
    assert "账号或密码不对" in client.page.text


def test_the_default_account_and_the_last_administrator_are_told_once_and_not_shut(app):
    for name in ("灵山县职改办", "ls.admin"):
        away(name)

    make_round()
    make_round()

    assert staff_user("灵山县职改办").is_active
    assert staff_user("ls.admin").is_active
    assert len(trail(action="tell_dormant")) == 2


def test_of_two_administrators_the_one_who_was_away_longer_goes(app):
    with writing():
        staff.give_role(actor_of("qz.admin"), staff_user("ls.staff"), Role.ADMIN)
    away("ls.admin", LONG + timedelta(days=5))
    away("ls.staff", LONG)

    make_round()

    assert not staff_user("ls.admin").is_active
    assert staff_user("ls.staff").is_active


def test_who_is_told_reads_it_at_the_next_sign_in(client):
    away("ls.admin")
    make_round()
    client.get("/admin/sign-in")
    client.send("/admin/sign-in", {"username": "ls.admin", "password": PASSWORD})

    client.get("/admin/")

    assert "90 多天没有人登录" in client.page.text


def test_enabling_again_starts_the_ninety_days_anew(app):
    away("ls.staff")
    make_round()
    with writing():
        staff.enable(actor_of("ls.admin"), staff_user("ls.staff"))

    make_round()

    assert staff_user("ls.staff").is_active


def test_the_list_of_accounts_shows_who_is_away(as_staff):
    away("ls.staff")
    away("灵山县职改办")
    client = as_staff("ls.admin")
    client.get("/admin/users/")
    before = client.page.text
    client.get("/admin/users/?disabled=dormant")
    filtered = client.page.text
    make_round()
    client.get("/admin/users/")

    assert before.count("长期未登录") >= 2
    assert "梁敏" in filtered
    assert "ls.admin" not in filtered
    assert "已停用，长期未登录" in client.page.text


def test_the_caretaker_does_it_by_itself(app):
    away("ls.staff")

    caretaker.make_round()

    assert not staff_user("ls.staff").is_active


def test_nobody_is_shut_who_came_in_lately(app):
    for name in EVERYBODY:
        away(name, SHORT)

    assert make_round() == 0
