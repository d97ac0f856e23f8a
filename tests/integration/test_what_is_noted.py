"""What must stand in the trail does: signing in, failing to, deciding, changing, importing, exporting, roles, numbers seen."""

from __future__ import annotations

import pytest

from commands import cast
from domain.verification import CaseState
from extensions import db, writing
from operations import accounts, events
from operations.accounts import Attempt
from tests.factories import case_at, certificate, holder
from tests.integration.admin_views.records import account_of, office, trail
from tests.integration.admin_views.uploads import press, send_rows
from tests.workbooks import good_row

ONLY_SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
WRONG = "a-wrong-password"


def at_door(client, address, **fields):
    client.get(address)
    client.send(address, fields)


def staff_in(client, **_):
    at_door(client, "/admin/sign-in", username="ls.staff", password=cast.PASSWORD)


def holder_in(client, **_):
    at_door(client, "/portal/sign-in", login=holder().mobile, password=cast.PASSWORD)


def staff_failing(client, **_):
    at_door(client, "/admin/sign-in", username="ls.staff", password=WRONG)


def holder_failing(client, **_):
    at_door(client, "/portal/sign-in", login=holder().mobile, password=WRONG)


def decision(clerk, **_):
    case = case_at(CaseState.PENDING)
    clerk.get(f"/admin/cases/review/{case.id}/")
    clerk.send(f"/admin/cases/review/{case.id}/decide/", {"version": str(case.version), "decision": "approve"})


def change_of_an_account(admin, **_):
    at_door(admin, f"/admin/users/edit/?id={account_of('pb.staff').id}", display_name="梁小敏")


def change_of_an_office(admin, **_):
    at_door(admin, f"/admin/offices/edit/?id={office('灵山县职改办').id}", name="灵山县职改办", phone="0777-2")


def role(admin, **_):
    at_door(admin, f"/admin/users/step/give/?id={account_of('ls.staff').id}")


def import_of_a_workbook(clerk, folder, **_):
    send_rows(clerk, folder, good_row())
    press(clerk, "commit")


def export(clerk, **_):
    certificate()
    clerk.get("/admin/certificates/")
    clerk.send("/admin/certificates/export/", {"form": "csv"})


def number_in_the_register(clerk, **_):
    row = certificate().id
    clerk.get("/admin/certificates/")
    clerk.send("/admin/certificates/reveal/", {"id": row})


def number_on_a_case(clerk, **_):
    case = case_at(CaseState.PENDING)
    clerk.get("/admin/cases/")
    clerk.send(f"/admin/cases/review/{case.id}/id-number/")


NOTED = (
    (staff_in, "sign_in", "梁敏"),
    (holder_in, "sign_in", "韦小兰"),
    (staff_failing, "fail_sign_in", "未登录"),
    (holder_failing, "fail_sign_in", "未登录"),
    (decision, "approve", "梁敏"),
    (change_of_an_account, "rename_account", "黄国栋"),
    (change_of_an_office, "change_office", "黄国栋"),
    (role, "give_role", "黄国栋"),
    (import_of_a_workbook, "import_certificates", "梁敏"),
    (export, "export", "梁敏"),
    (number_in_the_register, "view_id_number", "梁敏"),
    (number_on_a_case, "view_id_number", "梁敏"),
)


@ONLY_SQLITE
def test_each_of_these_leaves_its_event(app, as_staff, tmp_path):
    for act, action, who in NOTED:
        clients = {"client": app.test_client(), "clerk": as_staff("ls.staff"), "admin": as_staff("qz.admin")}
        before = events.newest_id()

        act(**clients, folder=tmp_path)

        new = [(event.action, event.actor_name) for event in trail() if event.id > before]
        assert (action, who) in new, (act.__name__, new)
    assert list(events.faults()) == []


# Failures at the doors: seen by whom they concern, bounded, and without what was typed.


def failures():
    return [event.summary for event in reversed(trail(action="fail_sign_in"))]


def fail(client, login, times=1):
    for _ in range(times):
        client.get("/admin/sign-in")
        client.send("/admin/sign-in", {"username": login, "password": WRONG})


@pytest.fixture
def no_captcha(monkeypatch):
    monkeypatch.setattr(accounts, "asks_challenge", lambda *_: False)


@ONLY_SQLITE
def test_of_many_failures_the_first_and_the_one_that_locks_are_noted(client, no_captcha):
    fail(client, "ls.staff", times=8)

    assert failures() == [
        "账户“梁敏”登录失败，来自 127.0.0.1", "账户“梁敏”连续 5 次登录失败，锁定 15 分钟，来自 127.0.0.1",
    ]  # fmt: skip


@ONLY_SQLITE
def test_an_address_that_is_shut_out_is_told_once_at_the_top(client, as_staff, no_captcha):
    for number in range(accounts.PER_ADDRESS + 3):
        fail(client, f"nobody.{number}")

    shut = [told for told in failures() if "这个网络地址 15 分钟内不能登录" in told]
    assert shut == ["来自 127.0.0.1 的登录 15 分钟内失败了 20 次，这个网络地址 15 分钟内不能登录"]
    assert shut[0] in as_staff("gx.admin").get("/admin/audit/?action=fail_sign_in").text


@ONLY_SQLITE
def test_who_comes_in_after_failures_has_their_number_noted(client, no_captcha):
    fail(client, "ls.staff", times=3)
    staff_in(client)

    assert trail(action="sign_in")[0].summary == "登录，之前 15 分钟内有 3 次失败"


@ONLY_SQLITE
def test_the_office_reads_of_its_account_and_the_top_of_accounts_that_do_not_exist(client, as_staff):
    fail(client, "ls.staff")
    fail(client, "nobody.here")
    page = "/admin/audit/?action=fail_sign_in"

    office, city, top = (as_staff(name).get(page).text for name in ("ls.admin", "qz.admin", "gx.admin"))

    assert all("账户“梁敏”登录失败" in text for text in (office, city, top))
    assert ["不存在的账户" in text for text in (office, city, top)] == [False, False, True]


@ONLY_SQLITE
def test_what_was_typed_is_kept_nowhere_in_the_trail(app, client, no_captcha):
    typed = holder().id_number
    for door in ("staff", "holder", "employer"):
        attempt = Attempt(door, typed if door == "holder" else WRONG, "203.0.113.9")
        with writing():
            for _ in range(5):
                accounts.note_failure(attempt, accounts.reserve(attempt))

    assert len(failures()) == 6
    rows = db.session.execute(db.text("SELECT * FROM event")).all()
    assert not [row for row in rows if typed in repr(row) or WRONG in repr(row) or typed.encode().hex() in repr(row)]
