"""Office accounts: who may do what to whom, and that every change of power ends the sessions of before."""

from __future__ import annotations

import pytest

from domain.access import Permission, Role
from domain.errors import DomainError, FieldProblem, NotAllowed, NotFound
from extensions import db, writing
from models import Event, StaffUser
from operations import staff as accounts_of_offices
from tests.factories import COUNTY, dump, office, open_session, staff, still_open


def account(username):
    return db.session.query(StaffUser).filter_by(username=username).one()


def do(who, what, username, *given):
    """Let an account do something to another, within its reach."""
    with writing():
        actor = staff(who)
        getattr(accounts_of_offices, what)(actor, accounts_of_offices.reached(actor, account(username).id), *given)


@pytest.fixture
def default_account(app):
    """A default account after its first password was changed."""
    with writing():
        account(COUNTY).must_change_password = False
    return COUNTY


@pytest.mark.parametrize(
    ("what", "given"),
    [("give_role", (Role.ADMIN,)), ("disable", ()), ("reset_password", ("-",))],
    ids=lambda what: str(what),
)
def test_every_change_of_power_ends_the_sessions(app, what, given):
    key = open_session(account("ls.staff"))

    do("ls.admin", what, "ls.staff", *given)

    assert not still_open(account("ls.staff"), key)
    assert Event.about("staff_user", account("ls.staff").id)[-1].actor_name == "劳志坚"


def test_nobody_changes_an_own_role_or_account(app):
    for what, given in (("give_role", (Role.STAFF,)), ("disable", ()), ("reset_password", ("-",))):
        with pytest.raises(NotAllowed):
            do("qz.admin", what, "qz.admin", *given)


def test_the_last_administrator_stays_one(app):
    for what, given in (("give_role", (Role.STAFF,)), ("disable", ())):
        with pytest.raises(DomainError, match="最后一位管理员"):
            do("qz.admin", what, "ls.admin", *given)

    do("qz.admin", "give_role", "ls.staff", Role.ADMIN)
    do("qz.admin", "disable", "ls.admin")

    with pytest.raises(DomainError, match="最后一位管理员"):
        do("qz.admin", "give_role", "ls.staff", Role.STAFF)


def test_a_default_account_is_never_promoted(app, default_account):
    before = dump()

    for role in (Role.ADMIN, Role.STAFF):
        with pytest.raises(NotAllowed, match="机构默认账户"):
            do("ls.admin", "give_role", COUNTY, role)

    assert dump() == before
    with pytest.raises(FieldProblem, match="角色"), writing():
        accounts_of_offices.open_account(
            staff("qz.admin"), office(COUNTY), "ls.second", "二号", Role.DEFAULT_ACCOUNT, "-"
        )


def test_a_default_account_manages_the_users_of_its_office_and_nothing_else(app, default_account):
    actor = staff(COUNTY)

    do(COUNTY, "give_role", "ls.staff", Role.ADMIN)

    assert account("ls.staff").role is Role.ADMIN
    assert [one for one in Permission if actor.may(one) and not one.value.startswith(("look", "sign"))] == [
        Permission.OWN_ACCOUNT, Permission.BACK_OFFICE, Permission.USERS,
    ]  # fmt: skip
    with pytest.raises(NotFound):
        do(COUNTY, "disable", "pb.staff")
    with pytest.raises(NotAllowed):
        do(COUNTY, "reset_password", COUNTY, "-")


def test_before_its_first_password_is_changed_a_default_account_reaches_nobody(app):
    with pytest.raises(NotFound):
        do(COUNTY, "disable", "ls.staff")


@pytest.mark.parametrize(
    ("who", "username"), [("ls.admin", "pb.staff"), ("ls.admin", "qz.staff"), ("qz.staff", "ls.staff")]
)
def test_accounts_out_of_reach_are_not_found(app, who, username):
    with pytest.raises(NotFound):
        do(who, "disable", username)


def test_a_disabled_account_comes_back_unless_its_office_is_closed(app):
    do("ls.admin", "disable", "ls.staff")
    shut = account("ls.staff").is_active
    do("ls.admin", "enable", "ls.staff")
    back = account("ls.staff").is_active
    with writing():
        account("ls.staff").office.closed_at = account("ls.staff").created_at

    assert (shut, back) == (False, True)
    with pytest.raises(DomainError, match="已经停用"):
        do("qz.admin", "enable", "ls.staff")


def test_a_reset_password_must_be_changed_at_the_next_sign_in(app):
    with writing():
        account("ls.staff").must_change_password = False

    do("ls.admin", "reset_password", "ls.staff", "hash")

    assert account("ls.staff").must_change_password
    assert not staff("ls.staff").may(Permission.REVIEW)
