"""The second factor: set up, asked for at the door, recovery codes, and what is closed before it."""

from __future__ import annotations

import re
import threading
import time
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import update

from commands.cast import PASSWORD
from domain.access import GRANTS, Permission, Role
from domain.second_factor import Demand, FactorState
from encryption import fingerprint
from extensions import db, writing
from models import FailedAttempt, OpenSession, RecoveryCode, SecondFactor, StaffUser, now
from operations import account_news, accounts, second_factor, sessions, staff
from operations.passwords import hashed
from tests.conftest import PASSWORD_HASH, actor_of, staff_user
from tests.engines import PLAIN_SQL
from tests.integration.admin_views.records import account_of, trail
from tests.integration.test_sessions import together

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RECOVERY = "3abcd-efghj"


@pytest.fixture
def demand(app):
    """Return a function that sets whom the settings ask for a second factor."""
    before = app.config["STAFF_SECOND_FACTOR"]

    def to(wanted):
        app.config["STAFF_SECOND_FACTOR"] = wanted

    yield to
    app.config["STAFF_SECOND_FACTOR"] = before


@pytest.fixture
def quick_codes(monkeypatch):
    """Ten codes as drawn once: hashing ten of them is slow on purpose."""
    given = second_factor.new_codes()
    monkeypatch.setattr(second_factor, "new_codes", lambda: given)
    return given[0]


def have_factor(username, state=FactorState.SET_UP):
    """Give an account a factor with a known secret and one known recovery code."""
    with writing():
        user = staff_user(username)
        db.session.add(SecondFactor(staff_user_id=user.id, secret=SECRET, last_step=0, set_up_at=now()))
        hashes = [hashed("3abcdefghj") if place == 3 else PASSWORD_HASH for place in range(10)]
        db.session.add_all(
            RecoveryCode(staff_user_id=user.id, place=place, code_hash=one) for place, one in enumerate(hashes)
        )
        user.factor_state = state


def code(steps=0):
    return pyotp.TOTP(SECRET).at(int(time.time()) + 30 * steps)


def give_password(client, username, password=PASSWORD, path="/admin/sign-in"):
    client.get(path)
    return client.send(path, {"username": username, "password": password})


def give_code(client, typed, path="/admin/sign-in/code"):
    client.get(path)
    return client.send(path, {"code": typed})


def test_the_password_alone_opens_no_session(client):
    have_factor("ls.staff")

    answer = give_password(client, "ls.staff")

    assert answer.location == "/admin/sign-in/code"
    assert db.session.query(OpenSession).count() == 0
    assert client.get("/admin/").status_code == 302
    assert not [one for one in trail() if one.action == "sign_in"]


def test_between_the_two_steps_every_page_is_closed(app, client):
    have_factor("gx.admin")
    give_password(client, "gx.admin")
    addresses = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    opened = [
        address
        for address in addresses
        if app.extensions["permissions"][app.url_map.bind("").match(address)[0]]
        not in (Permission.LOOK_UP, Permission.SIGN_IN)
        and client.get(address).status_code not in (302, 303)
    ]

    assert addresses
    assert opened == []


def test_the_code_from_the_telephone_opens_the_session_and_leads_where_one_wanted_to_go(client):
    have_factor("ls.staff")
    step = give_password(client, "ls.staff", path="/admin/sign-in?next=/admin/cases/").location

    answer = give_code(client, code(), step)

    assert (answer.status_code, answer.location) == (303, "/admin/cases/")
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("spoilt", ["{} {}", "{}-{}", " {}{} "])
def test_blanks_and_full_width_digits_are_no_fault(client, spoilt):
    have_factor("ls.staff")
    give_password(client, "ls.staff")
    wide = code().translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})

    answer = give_code(client, spoilt.format(wide[:3], wide[3:]))

    assert answer.status_code == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 200), (-1, 303), (0, 303), (1, 303), (2, 200)])
def test_a_code_one_step_early_or_late_is_taken_and_no_other(client, monkeypatch, steps, status):
    moment = 1_800_000_015
    monkeypatch.setattr(second_factor.time, "time", lambda: moment)
    have_factor("ls.staff")
    give_password(client, "ls.staff")

    answer = give_code(client, pyotp.TOTP(SECRET).at(moment + 30 * steps))

    assert answer.status_code == status


def test_a_code_is_taken_once_and_none_of_an_earlier_step_after_it(app, client, monkeypatch):
    moment = 1_800_000_015
    monkeypatch.setattr(second_factor.time, "time", lambda: moment)
    have_factor("ls.staff")
    used, earlier = pyotp.TOTP(SECRET).at(moment), pyotp.TOTP(SECRET).at(moment - 30)
    give_password(client, "ls.staff")
    give_code(client, used)
    other = app.test_client()
    give_password(other, "ls.staff")

    statuses = [give_code(other, typed).status_code for typed in (used, earlier)]

    assert statuses == [200, 200]
    assert "已经用过了" in other.page.text


def test_a_recovery_code_opens_once_and_says_so_in_the_trail(app, client):
    have_factor("ls.staff")
    give_password(client, "ls.staff")
    first = give_code(client, RECOVERY.upper())
    other = app.test_client()
    give_password(other, "ls.staff")

    again = give_code(other, RECOVERY)

    assert (first.status_code, again.status_code) == (303, 200)
    assert [one.summary for one in trail() if one.action == "use_recovery_code"] == ["用恢复码登录，还剩 9 个"]


def test_wrong_codes_lock_like_wrong_passwords_and_a_right_password_forgives_none(client):
    have_factor("ls.staff")
    for _ in range(5):
        give_password(client, "ls.staff")
        give_code(client, "000000")
    locked = client.page.text

    at_the_code = give_code(client, code())

    assert "试错的次数太多了" in locked
    assert at_the_code.status_code == 200
    assert give_password(client, "ls.staff").status_code == 200
    told = [one.summary for one in trail() if one.action == "fail_second_factor"]
    assert len(told) == 2
    assert "锁定 15 分钟" in told[0]


def test_a_days_wrong_codes_are_used_up_until_there_is_another_password(client, monkeypatch):
    monkeypatch.setattr(second_factor, "MOST_A_DAY", 3)
    have_factor("ls.staff")
    give_password(client, "ls.staff")
    for _ in range(3):
        give_code(client, "000000")

    used_up = give_code(client, code())
    said = client.page.text
    with writing():
        db.session.execute(db.delete(FailedAttempt).where(FailedAttempt.kind != second_factor.CODES))
        accounts.change_password(account_of("ls.staff"), hashed("another-password-1"))
    give_password(client, "ls.staff", "another-password-1")

    assert used_up.status_code == 200
    assert "一天里试错的次数太多了" in said
    assert give_code(client, code()).status_code == 303


def test_who_comes_in_uses_up_none_of_the_day(app, client, monkeypatch):
    monkeypatch.setattr(second_factor, "MOST_A_DAY", 1)
    have_factor("ls.staff")
    statuses = []
    for steps in (-1, 0, 1):
        visitor = app.test_client()
        give_password(visitor, "ls.staff")
        statuses.append(give_code(visitor, code(steps)).status_code)

    assert statuses == [303, 303, 303]


def test_the_owner_learns_that_somebody_else_knew_the_password(app, client):
    have_factor("ls.staff")
    give_password(client, "ls.staff")
    give_code(client, "000000")
    owner = app.test_client()
    give_password(owner, "ls.staff")
    give_code(owner, code())

    owner.get("/admin/")

    assert "有人用对了您的密码，但没有通过二次验证" in owner.page.text


def test_who_mistypes_and_then_comes_in_is_told_nothing(client):
    have_factor("ls.staff")
    give_password(client, "ls.staff")
    give_code(client, "000000")
    give_code(client, code())

    client.get("/admin/")

    assert "没有通过二次验证" not in client.page.text


@pytest.mark.parametrize("changed", ["password", "factor", "disabled", "late"])
def test_what_waits_for_a_code_ends_with_every_change(client, monkeypatch, changed):
    have_factor("ls.staff")
    give_password(client, "ls.staff")
    client.get("/admin/sign-in/code")
    with writing():
        user = account_of("ls.staff")
        match changed:
            case "password":
                accounts.change_password(user, hashed("another-password-1"))
            case "factor":
                db.session.execute(update(SecondFactor).values(secret=SECRET[::-1]))
            case "disabled":
                user.disabled_at = now()
    if changed == "late":
        later = time.time() + 601
        monkeypatch.setattr("web.second_step.time.time", lambda: later)

    answer = client.send("/admin/sign-in/code", {"code": code()})

    assert (answer.status_code, answer.location) == (303, "/admin/sign-in")
    assert db.session.query(OpenSession).count() == 0


# Who has to have one: written out by hand.

OWED = """
            default_account  staff  admin
off         -                -      -
admins      yes              -      yes
all         yes              yes    yes
"""
ACCOUNTS = {"default_account": "灵山县职改办", "staff": "ls.staff", "admin": "ls.admin"}


def owed():
    head, *lines = [line.split() for line in OWED.strip().splitlines()]
    return [(line[0], role, word == "yes") for line in lines for role, word in zip(head, line[1:], strict=True)]


@pytest.mark.parametrize("state", FactorState)
@pytest.mark.parametrize(("setting", "role", "demanded"), owed())
def test_setting_role_and_state_decide_what_a_sign_in_leads_to(client, demand, setting, role, demanded, state):
    demand(Demand(setting))
    name = ACCOUNTS[role]
    with writing():
        accounts.take_password(account_of(name), PASSWORD_HASH)
    if state is not FactorState.NONE:
        have_factor(name, state)

    answer = give_password(client, name)
    asked = answer.location == "/admin/sign-in/code"
    if asked:
        answer = give_code(client, code())
    held = {FactorState.NONE: demanded, FactorState.UNNOTED: True, FactorState.SET_UP: False}[state]

    assert asked is (state is not FactorState.NONE)
    assert answer.location == ("/admin/second-factor/" if held else "/admin/")
    assert client.get("/admin/users/" if role == "default_account" else "/admin/").status_code == (302 if held else 200)


@PLAIN_SQL
def test_who_owes_one_can_do_nothing_else_till_the_codes_are_noted(app, client, demand, quick_codes):
    demand(Demand.ADMINS)
    give_password(client, "ls.admin")
    closed = [client.get(address).location for address in ("/admin/", "/admin/users/", "/admin/cases/")]
    client.get(client.get("/admin/second-factor/").location)
    typed = re.search(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", client.page.text).group()

    client.send("/admin/second-factor/set-up", {"code": pyotp.TOTP(typed.replace(" ", "")).now()})
    shown = client.page.text
    between = client.get("/admin/").location
    client.get("/admin/second-factor/codes")
    client.send("/admin/second-factor/noted")

    assert set(closed) == {"/admin/second-factor/"}
    assert all(one in shown for one in quick_codes)
    assert between == "/admin/second-factor/"
    assert client.get("/admin/").status_code == 200
    assert [one.action for one in trail()][:1] == ["set_up_second_factor"]


def test_setting_up_asks_for_the_password_and_ends_the_other_sessions(as_staff, quick_codes):
    here, elsewhere = as_staff("ls.staff"), as_staff("ls.staff")
    here.get("/admin/second-factor/begin")
    here.send("/admin/second-factor/begin", {"current": "wrong-password"})
    refused = here.page.text
    here.send("/admin/second-factor/begin", {"current": PASSWORD})
    here.get("/admin/second-factor/set-up")
    secret = db.session.get(SecondFactor, staff_user("ls.staff").id).next_secret
    here.send("/admin/second-factor/set-up", {"code": "000000"})
    wrong = here.page.text

    here.send("/admin/second-factor/set-up", {"code": pyotp.TOTP(secret).now()})

    assert "现在的密码不对" in refused
    assert "这 6 位数字不对" in wrong
    assert here.get("/admin/settings").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302


def test_the_code_that_proved_the_telephone_does_not_open_the_door_again(app, client, as_staff, quick_codes):
    here = as_staff("ls.staff")
    with writing():
        second_factor.draw(account_of("ls.staff"))
    secret = db.session.get(SecondFactor, staff_user("ls.staff").id).next_secret
    proof = pyotp.TOTP(secret).now()
    here.get("/admin/second-factor/set-up")
    here.send("/admin/second-factor/set-up", {"code": proof})

    give_password(client, "ls.staff")

    assert give_code(client, proof).status_code == 200


def test_another_telephone_leaves_the_old_one_in_use_until_it_is_proved(app, client, as_staff, quick_codes):
    have_factor("ls.staff")
    here = as_staff("ls.staff")
    here.get("/admin/second-factor/begin")
    here.send("/admin/second-factor/begin", {"current": PASSWORD})
    give_password(client, "ls.staff")

    before = give_code(client, code())
    new = db.session.get(SecondFactor, staff_user("ls.staff").id).next_secret
    here.get("/admin/second-factor/set-up")
    here.send("/admin/second-factor/set-up", {"code": pyotp.TOTP(new).now()})
    other = app.test_client()
    give_password(other, "ls.staff")

    assert before.status_code == 303
    assert give_code(other, code(1)).status_code == 200


def test_of_many_who_give_the_same_code_at_once_one_is_taken(app):
    have_factor("ls.staff")
    taken, start, typed = [], threading.Barrier(6), code()

    def one():
        start.wait(10)
        with app.app_context(), writing():
            taken.append(second_factor.takes(staff_user("ls.staff"), typed, None))

    together(one, 6)

    assert sorted(taken) == [False] * 5 + [True]


def test_of_many_who_give_the_same_recovery_code_at_once_one_is_taken(app):
    have_factor("ls.staff")
    taken, start = [], threading.Barrier(6)
    recovery = second_factor.recovery_code_of(staff_user("ls.staff"), RECOVERY)

    def one():
        start.wait(10)
        with app.app_context(), writing():
            taken.append(second_factor.takes(staff_user("ls.staff"), RECOVERY, recovery))

    together(one, 6)

    assert sorted(taken) == [False] * 5 + [True]


def test_a_double_click_on_the_proof_leads_to_codes_anew(as_staff, quick_codes):
    client = as_staff("ls.staff")
    with writing():
        second_factor.draw(account_of("ls.staff"))
    secret = db.session.get(SecondFactor, staff_user("ls.staff").id).next_secret
    client.get("/admin/second-factor/set-up")
    proof = {"code": pyotp.TOTP(secret).now()}

    first = client.send("/admin/second-factor/set-up", proof)
    second = client.send("/admin/second-factor/set-up", proof)

    assert first.status_code == 200
    assert second.location == "/admin/second-factor/codes"


def test_a_secret_nobody_proved_lapses(as_staff):
    client = as_staff("ls.staff")
    with writing():
        second_factor.draw(account_of("ls.staff"))
        db.session.execute(update(SecondFactor).values(next_drawn_at=now() - timedelta(minutes=31)))

    assert client.get("/admin/second-factor/set-up").location == "/admin/second-factor/begin"


def test_codes_made_anew_replace_the_old_ones(client, as_staff, quick_codes):
    have_factor("ls.staff")
    here = as_staff("ls.staff")
    here.get("/admin/second-factor/codes")
    here.send("/admin/second-factor/codes", {"current": PASSWORD})
    shown = here.page.text
    give_password(client, "ls.staff")

    old = give_code(client, RECOVERY)

    assert all(one in shown for one in quick_codes)
    assert old.status_code == 200


def test_ones_own_is_given_up_with_the_password_and_only_where_none_is_demanded(as_staff, demand):
    have_factor("ls.staff")
    client = as_staff("ls.staff")
    demand(Demand.ALL)
    client.get("/admin/second-factor/off")
    said = client.page.text
    client.get("/admin/second-factor/codes")
    client.send("/admin/second-factor/off", {"current": PASSWORD})
    kept = account_of("ls.staff").factor_state
    demand(Demand.OFF)
    client.get("/admin/second-factor/off")

    answer = client.send("/admin/second-factor/off", {"current": PASSWORD})

    assert "不能关闭" in said
    assert kept is FactorState.SET_UP
    assert answer.status_code == 303
    assert account_of("ls.staff").factor_state is FactorState.NONE
    assert db.session.query(SecondFactor).count() == db.session.query(RecoveryCode).count() == 0


CHANGED = {
    "set up": lambda user, key: second_factor.set_up(user, proof_of(user), [PASSWORD_HASH] * 10, key),
    "codes anew": lambda user, key: second_factor.renew_codes(user, [hashed("0abcdefghj")] * 10, key),
    "given up": second_factor.take_off_own,
    "taken off": lambda user, _: second_factor.take_off(actor_of("ls.admin"), user),
}


def proof_of(user):
    return pyotp.TOTP(db.session.get(SecondFactor, user.id).next_secret).now()


@pytest.mark.parametrize("change", CHANGED)
def test_each_change_of_the_factor_ends_what_is_pending_and_is_told_elsewhere(app, client, change):
    have_factor("ls.staff")
    give_password(client, "ls.staff")
    with writing():
        second_factor.draw(account_of("ls.staff"))
        here, elsewhere = (sessions.open_for(account_of("ls.staff"), "测试") for _ in range(2))
    with writing():
        CHANGED[change](account_of("ls.staff"), here)

    user = account_of("ls.staff")
    left = [row.fingerprint for row in db.session.query(OpenSession)]
    assert second_factor.waiting(user) is None
    assert fingerprint(elsewhere) not in left
    assert (fingerprint(here) in left) is (change != "taken off")
    assert [one.caused_by for one in account_news.for_session(user, "another")]
    assert client.get("/admin/sign-in/code").location == "/admin/sign-in"


# Taken off by somebody else.


@pytest.mark.parametrize(
    ("by", "whose", "status"),
    [
        ("ls.admin", "ls.staff", 303),
        ("qz.admin", "ls.admin", 303),
        ("gx.admin", "ls.staff", 303),
        ("pb.staff", "ls.staff", 403),
        ("灵山县职改办", "ls.staff", 404),
        ("ls.admin", "pb.staff", 404),
        ("ls.admin", "ls.admin", 404),
    ],
)
def test_an_administrator_of_the_office_or_above_takes_it_off_and_nobody_else(as_staff, by, whose, status):
    have_factor(whose)
    with writing():
        account_of("灵山县职改办").must_change_password = False
    victim, client = as_staff(whose), as_staff(by)
    address = f"/admin/users/step/take_off_factor/?id={account_of(whose).id}"
    asked = client.get(address).status_code
    client.get("/admin/settings" if asked != 200 else address)

    answer = client.send(address)

    assert answer.status_code == status
    taken = status == 303
    assert (account_of(whose).factor_state is FactorState.NONE) is taken
    if taken:
        assert victim.get("/admin/").status_code == 302
        assert trail()[0].action == "take_off_second_factor"


def test_the_permission_is_the_administrators_alone():
    assert set(GRANTS[Permission.SECOND_FACTORS]) == {Role.ADMIN}


def test_the_command_takes_off_the_last_one(app):
    have_factor("gx.admin")

    done = app.test_cli_runner().invoke(args=["take-off-second-factor", "gx.admin"])
    again = app.test_cli_runner().invoke(args=["take-off-second-factor", "gx.admin"])

    assert (done.exit_code, again.exit_code) == (0, 1)
    assert account_of("gx.admin").factor_state is FactorState.NONE
    assert trail()[0].actor_name.startswith("命令行")


def test_the_secret_is_not_readable_in_the_database(app):
    have_factor("ls.staff")

    stored = db.session.connection().exec_driver_sql("SELECT secret FROM second_factor").scalar_one()
    hashes = db.session.scalars(db.select(RecoveryCode.code_hash)).all()

    assert SECRET.encode() not in bytes(stored)
    assert all(one.startswith("$argon2id$") for one in hashes)


def test_users_are_listed_with_their_factor(as_staff):
    have_factor("ls.staff")
    client = as_staff("ls.admin")

    client.get(f"/admin/users/details/?id={account_of('ls.staff').id}")

    assert "二次验证" in client.page.text
    assert staff.reached(account_of("ls.admin").actor, account_of("ls.staff").id).asks_code
    assert db.session.query(StaffUser).filter_by(factor_state=FactorState.SET_UP).count() == 1
