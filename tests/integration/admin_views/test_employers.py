"""单位账户: an administrator lets employers of the own subtree in, resets and closes them."""

from __future__ import annotations

import re

import pytest

from extensions import db
from models import Employer, Event
from operations.passwords import fits
from tests.factories import employer_user, office

GIVEN = {"name": "灵山县第一中学", "username": "lsyz", "display_name": "滕丽"}


@pytest.fixture
def admin(as_staff):
    return as_staff("ls.admin")


def create(client, **changed):
    client.get("/admin/employers/new/")
    home = str(office("灵山县职改办").id)
    return client.send("/admin/employers/new/", {**GIVEN, "office": home, **changed})


def one_time_password(client):
    return re.search(r"[2-9a-z]{4}(-[2-9a-z]{4}){2}", client.page.text).group()


def stored(name=GIVEN["name"]):
    db.session.rollback()
    return db.session.scalar(db.select(Employer).filter_by(name=name))


def test_an_employer_gets_an_account_and_a_password_that_is_shown_once(admin):
    create(admin)

    password = one_time_password(admin)
    account = stored().main_account
    assert account.must_change_password
    assert fits(account.password_hash, password)
    assert password not in admin.get("/admin/employers/").get_data(as_text=True)
    assert [event.actor_name for event in Event.about("employer", stored().id)] == ["劳志坚"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "灵山县水利局"}, "“灵山县水利局”已经开通过单位账户"),
        ({"username": "x"}, "登录名要 2 到 50 个字"),
        ({"display_name": ""}, "还没有填经办人姓名"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_kept_half(admin, changed, sentence):
    employer_user()

    create(admin, **changed)

    assert sentence in admin.page.text
    assert stored(changed.get("name", GIVEN["name"])) is None or changed.get("name")
    assert db.session.query(Employer).count() == 1


def test_an_office_outside_the_subtree_cannot_be_given(admin):
    answer = create(admin, office=str(office("浦北县职改办").id))

    assert answer.status_code == 200
    assert stored() is None


def test_the_own_subtree_is_seen_and_nothing_beside_it(as_staff):
    there = employer_user().employer
    for username, codes in (("ls.admin", 200), ("qz.admin", 200), ("gx.admin", 200)):
        assert as_staff(username).get(f"/admin/employers/details/?id={there.id}").status_code == codes
    foreign = employer_user(name="浦北县教育局", office_name="浦北县职改办").employer
    client = as_staff("ls.admin")

    assert client.get(f"/admin/employers/details/?id={foreign.id}").status_code == 404
    assert client.get(f"/admin/employers/step/close/?id={foreign.id}").status_code == 404
    assert as_staff("ls.staff").get("/admin/employers/").status_code == 403


def test_closing_asks_once_and_can_be_taken_back(admin):
    employer = employer_user().employer
    close, reopen = (f"/admin/employers/step/{step}/?id={employer.id}" for step in ("close", "reopen"))

    admin.get(close)
    asked = stored(employer.name).closed_at
    admin.send(close)
    closed = stored(employer.name).closed_at
    admin.get(reopen)
    admin.send(reopen)

    assert (asked is None, closed is None, stored(employer.name).closed_at) == (True, False, None)


def test_a_forgotten_password_is_reset_to_a_new_one_time_password(admin):
    employer = employer_user().employer
    reset = f"/admin/employers/step/reset/?id={employer.id}"
    admin.get(reset)

    admin.send(reset)

    assert fits(stored(employer.name).main_account.password_hash, one_time_password(admin))
