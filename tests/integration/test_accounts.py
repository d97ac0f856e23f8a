"""Signing in: by whichever number, guarded against guessing, the same for those who exist and those who do not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.cast import PASSWORD
from domain.errors import DomainError, FieldProblem
from extensions import db, writing
from models import Event, FailedAttempt, Holder, StaffUser, now
from operations import accounts, challenges, sessions, throttle
from operations.accounts import Attempt
from operations.passwords import fits, hashed
from tests.engines import PLAIN_SQL
from tests.factories import holder, still_open

ADDRESS = "203.0.113.9"


def fail(login, times=1, *, door="holder", address=ADDRESS):
    for _ in range(times):
        with writing():
            accounts.reserve(Attempt(door, login, address))
    return accounts.refusal(Attempt(door, login, address))


def pose():
    with writing():
        return challenges.pose()


def answered(token, answer):
    with writing():
        return challenges.answered(token, answer)


@pytest.mark.parametrize("login", ["13900000001", "+86 139-0000-0001", "WeiXiaoLan@Example.com", "450721850312002"])
def test_a_holder_signs_in_by_id_number_mobile_or_address(app, login):
    known = holder()

    assert accounts.holder_by_login(login) == known
    assert accounts.recognised(known, PASSWORD) is known
    assert accounts.recognised(known, "wrong") is None


@pytest.mark.parametrize(
    "login", ["", "13900000009", "nobody@example.com", "450721198503120023", "韦小兰", "' OR 1=1 --"]
)
def test_an_unknown_login_is_nobody(app, login):
    holder()

    assert accounts.holder_by_login(login) is None
    assert accounts.staff_by_login(login) is None


def test_a_disabled_account_is_not_recognised(app):
    with writing():
        user = accounts.staff_by_login(" ls.staff ")
        user.disabled_at = now()

    assert accounts.recognised(user, PASSWORD) is None


@pytest.mark.parametrize("login", ["13900000001", "13900000009"], ids=["known", "unknown"])
def test_the_fifth_failure_locks_the_account_and_says_the_same_whether_it_exists(app, login):
    holder()

    told = [fail(login) for _ in range(5)]

    attempt = Attempt("holder", login, "198.51.100.1")
    assert ["再试 4 次" in told[0], "再试 1 次" in told[3], told[4] == accounts.WAIT] == [True, True, True]
    assert accounts.locked(attempt)
    assert not accounts.locked(Attempt("staff", login, "198.51.100.1"))


def test_another_way_to_write_the_number_is_no_other_account(app):
    for login in ("13900000001", "139-0000-0001", "+86 13900000001", "(139)00000001", "１３９００００0001"):
        fail(login, address=f"198.51.100.{len(login)}")

    assert accounts.locked(Attempt("holder", "139 0000 0001", ADDRESS))


def test_an_address_waits_after_twenty_failures_at_whatever_accounts(app):
    for at in range(20):
        fail(f"nobody{at}")

    assert accounts.locked(Attempt("staff", "ls.staff", ADDRESS))
    assert not accounts.locked(Attempt("staff", "ls.staff", "198.51.100.1"))


def test_a_challenge_is_asked_for_after_two_failures_or_always(app):
    attempt = Attempt("holder", "13900000001", ADDRESS)
    before = accounts.asks_challenge(attempt, always=False)

    fail("13900000001", 2)

    assert (before, accounts.asks_challenge(attempt, always=False)) == (False, True)
    assert accounts.asks_challenge(Attempt("holder", "x", "198.51.100.1"), always=True)


def test_signing_in_forgives_the_account_and_time_forgives_all(app, monkeypatch):
    known = holder()
    fail("13900000001", 4)
    with writing():
        accounts.reserve(Attempt("holder", "13900000001", ADDRESS))
        own = db.session.get_one(Holder, known.id)
        accounts.signed_in(own, Attempt("holder", "139 0000 0001", ADDRESS), own.password_hash)
    left = throttle.failures("account", "holder:13900000001"), throttle.failures("address", ADDRESS)

    monkeypatch.setattr(throttle, "now", lambda: now() + timedelta(minutes=15, seconds=1))

    assert left == (0, 4)
    assert throttle.failures("address", ADDRESS) == 0
    assert db.session.query(Event).filter_by(action="sign_in").count() == 1


def test_failures_name_nobody(app):
    fail("13900000001")

    assert not [one for one in db.session.query(FailedAttempt) if b"139" in one.subject or b"203.0" in one.subject]


def test_a_new_password_ends_all_sessions_and_the_first_one_is_done_with(app):
    with writing():
        user = db.session.query(StaffUser).filter_by(username="灵山县职改办").one()
        here, elsewhere = (sessions.open_for(user, "测试") for _ in range(2))
        accounts.change_password(user, hashed("a-better-one-2026"), here)

    assert still_open(user, here)
    assert not still_open(user, elsewhere)
    assert not user.must_change_password
    assert fits(user.password_hash, "a-better-one-2026")


@PLAIN_SQL
@pytest.mark.parametrize(
    "password", ["1234567", "x" * 65, "12345678", "first-password-of-tests", "ls.staff1", "password123"]
)
def test_weak_passwords_are_refused(app, password):
    with pytest.raises(FieldProblem) as refusal:
        accounts.refuse_weak(password, password, names=["ls.staff"], office_default="first-password-of-tests")

    assert refusal.value.field == "password"


def test_passwords_that_differ_or_do_not_fit_are_told_beside_their_field(app):
    with pytest.raises(FieldProblem, match="两次输入的密码不一样"):
        accounts.refuse_weak("a-better-one-2026", "a-better-one-2027", names=[], office_default="")
    with pytest.raises(FieldProblem, match="这就是现在的密码"):
        accounts.refuse_present(holder().password_hash, PASSWORD)
    accounts.refuse_weak("修路架桥二十年 ok", "修路架桥二十年 ok", names=["ls.staff"], office_default="")


def test_the_three_logins_of_a_holder_share_five_tries(app):
    known = holder()

    for login in ("13900000001", known.email, known.id_number, "13900000001", known.email):
        fail(login)

    assert accounts.locked(Attempt("holder", known.id_number, "198.51.100.1"))


def test_a_password_changed_since_it_was_checked_opens_no_door(app):
    known = holder()
    with pytest.raises(DomainError, match="不对"), writing():
        accounts.signed_in(
            db.session.get_one(Holder, known.id), Attempt("holder", known.email, ADDRESS), "an older hash"
        )
