"""用户管理: who opens, disables and promotes whose accounts, and that secrets are shown once."""

from __future__ import annotations

import re

import pytest

from domain.access import Role
from extensions import writing
from operations.passwords import fits
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import account_of, office, trail


def create(client, **fields):
    client.get("/admin/users/new/")
    given = {"username": "ls.new", "display_name": "黄新", "office": office("灵山县职改办").id, **fields}
    return client.send("/admin/users/new/", given)


def take(client, step, username):
    """Go through the confirm page of a step; returns the answer to its button."""
    address = f"/admin/users/step/{step}/?id={account_of(username).id}"
    asked = client.get(address)
    return client.send(address) if asked.status_code == 200 else asked


def shown_password(client):
    return re.search(r"[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}", client.page.text).group()


@pytest.fixture
def as_default(as_staff):
    """A default account that has changed its first password."""
    with writing():
        account_of("灵山县职改办").must_change_password = False
    return as_staff("灵山县职改办")


@pytest.mark.parametrize(("username", "seen"), [("gx.admin", 14), ("qz.admin", 12), ("ls.admin", 3)])
def test_an_administrator_sees_the_accounts_of_the_subtree(as_staff, username, seen):
    client = as_staff(username)
    client.get("/admin/users/")

    assert f"共 {seen} 条" in client.page.text


def test_a_default_account_sees_its_own_office_and_creates_there_only(as_default):
    as_default.get("/admin/users/")
    seen = as_default.page.text
    create(as_default, office=office("浦北县职改办").id)
    refused = as_default.page.text
    create(as_default, is_admin="y")

    assert "共 3 条" in seen
    assert "浦北" not in seen
    assert "请选机构" in refused
    assert account_of("ls.new").role is Role.ADMIN


@pytest.mark.parametrize("page", ["/admin/certificates/", "/admin/cases/", "/admin/offices/", "/admin/audit/"])
def test_a_default_account_does_nothing_else(as_default, page):
    assert as_default.get(page).status_code == 403


def test_a_new_account_gets_a_password_that_is_shown_once_and_must_be_changed(as_staff):
    client = as_staff("ls.admin")

    answer = create(client)

    password, account = shown_password(client), account_of("ls.new")
    assert fits(account.password_hash, password)
    assert (account.role, account.must_change_password) == (Role.STAFF, True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert password not in str([(event.summary, event.changed) for event in trail()])


@PLAIN_SQL
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"username": "ls.staff"}, "登录名“ls.staff”已经有人用了"), ({"username": "x"}, "登录名要 2 到 50 个字"),
        ({"display_name": " "}, "还没有填姓名"), ({"office": "2"}, "请选机构"), ({"office": ""}, "请选机构"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_said_beside_the_field(as_staff, fields, sentence):
    client = as_staff("ls.admin")
    before = len(trail())

    create(client, **fields)

    assert sentence in client.page.text
    assert len(trail()) == before


@PLAIN_SQL
@pytest.mark.parametrize("page", ["details", "edit", "step/disable", "step/reset", "step/give"])
def test_accounts_beside_and_above_are_not_found(as_staff, page):
    client = as_staff("ls.admin")

    for foreign in ("pb.staff", "qz.staff", "gx.admin"):
        assert client.get(f"/admin/users/{page}/?id={account_of(foreign).id}").status_code == 404


@pytest.mark.parametrize("page", ["new", "edit", "step/disable"])
def test_a_clerk_administers_nobody(as_staff, page):
    assert as_staff("ls.staff").get(f"/admin/users/{page}/?id=1").status_code == 403


def test_giving_and_taking_the_role_says_what_it_means_and_ends_the_session(as_staff):
    clerk, client = as_staff("ls.staff"), as_staff("qz.admin")
    client.get(f"/admin/users/step/give/?id={account_of('ls.staff').id}")
    meaning = client.page.text

    take(client, "give", "ls.staff")
    promoted = account_of("ls.staff").role
    take(client, "take", "ls.admin")

    assert "管理员还能" in meaning
    assert (promoted, account_of("ls.admin").role) == (Role.ADMIN, Role.STAFF)
    assert clerk.get("/admin/").status_code == 302


def test_the_last_administrator_stays(as_staff):
    client = as_staff("qz.admin")

    for step in ("take", "disable"):
        take(client, step, "ls.admin")
        assert "这是最后一位管理员，请先指定另一位" in client.page.text

    assert (account_of("ls.admin").role, account_of("ls.admin").is_active) == (Role.ADMIN, True)


@pytest.mark.parametrize("step", ["take", "disable", "reset"])
def test_nobody_does_anything_to_the_own_account(as_staff, step):
    assert take(as_staff("qz.admin"), step, "qz.admin").status_code == 404


@pytest.mark.parametrize("step", ["give", "take"])
def test_a_default_account_never_becomes_an_administrator(as_staff, step):
    assert take(as_staff("qz.admin"), step, "灵山县职改办").status_code == 404
    assert account_of("灵山县职改办").role is Role.DEFAULT_ACCOUNT


def test_a_default_account_leaves_itself_to_its_parent(as_default):
    for step in ("disable", "reset"):
        assert take(as_default, step, "灵山县职改办").status_code == 404


def test_disabling_shuts_out_at_once_and_enabling_lets_in_again(as_staff):
    clerk, client = as_staff("ls.staff"), as_staff("ls.admin")

    take(client, "disable", "ls.staff")
    shut_out = clerk.get("/admin/").status_code
    take(client, "enable", "ls.staff")

    assert shut_out == 302
    assert account_of("ls.staff").is_active


def test_resetting_gives_a_password_of_one_use_and_a_get_changes_nothing(as_staff):
    client, before = as_staff("ls.admin"), account_of("ls.staff").password_hash
    client.get(f"/admin/users/step/reset/?id={account_of('ls.staff').id}")
    assert account_of("ls.staff").password_hash == before

    take(client, "reset", "ls.staff")

    account = account_of("ls.staff")
    assert fits(account.password_hash, shown_password(client))
    assert account.must_change_password


def test_a_step_that_does_not_fit_is_not_found(as_staff):
    client = as_staff("ls.admin")

    for step in ("enable", "take", "erase"):
        assert take(client, step, "ls.staff").status_code == 404


def test_only_the_name_is_edited(as_staff):
    client, number = as_staff("ls.admin"), account_of("ls.staff").id
    client.get(f"/admin/users/edit/?id={number}")

    client.send(
        f"/admin/users/edit/?id={number}", {"display_name": "梁敏敏", "role": "admin", "office": "1", "username": "x"}
    )

    account = account_of("ls.staff")
    assert (account.display_name, account.role, account.office.name) == ("梁敏敏", Role.STAFF, "灵山县职改办")
