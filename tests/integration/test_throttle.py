"""What is counted against whom: each limit before the work, and one sender as one, however many addresses they have."""

from __future__ import annotations

import pytest

from domain.access import ANYBODY
from extensions import db, writing
from models import FailedAttempt
from operations import throttle
from operations.throttle import Limit
from tests.factories import at_once
from tests.integration.public_views.people import answer_captcha
from tests.integration.public_views.test_registration import GIVEN


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
    ],
)
def test_a_network_of_ipv6_is_one_sender(address, one):
    assert throttle.unit_of(address) == one


@pytest.mark.parametrize(
    "kind", ["address", "lookup", "answer_address", "recovery_address", "release_address", "registration"]
)
def test_every_limit_counts_a_network_of_ipv6_as_one(app, kind):
    for number in range(4):
        with writing():
            throttle.fail(kind, f"2001:db8:1:1::{number:x}")

    assert throttle.failures(kind, "2001:DB8:1:1:ffff::1") == 4
    assert throttle.failures(kind, "2001:db8:1:2::1") == 0


def test_of_many_at_once_only_so_many_are_let_on(app):
    def take():
        with writing():
            return throttle.take(Limit("anything", "203.0.113.9", 5))

    taken = at_once(app, *[take] * 16)

    assert sorted(taken) == [False] * 11 + [True] * 5
    assert db.session.query(FailedAttempt).count() == 5


COUNTED = {
    "lookup.result": "lookup, slow_lookup",
    "auth.enter": "account, address",
    "staff_auth.sign_in": "account, address",
    "staff_auth.second_step_page": "account, address",
    "registration.register": "registration",
    "recovery.ask": "recovery_account, recovery_address",
    "security_answers.answer": "answer, answer_address",
    "releases.ask": "release_address",
    "own_email.stop": "a token that nobody guesses",
    "registration.confirm": "a token that nobody guesses",
    "recovery.reset": "a token that nobody guesses",
    "security_answers.decided": "a token that nobody guesses",
}
"""Every form that anybody can send, and what counts it."""


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_form_that_anybody_can_send_is_counted(app):
    permissions = app.extensions["permissions"]
    open_to_all = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and rule.endpoint in permissions and ANYBODY.may(permissions[rule.endpoint])
    }

    assert open_to_all == set(COUNTED)


SENT = {
    "lookup.result": ("/", {"number": "1", "name": "甲乙"}),
    "auth.enter": ("/portal/sign-in", {"login": "13900009999", "password": "wrong-85"}),
    "staff_auth.sign_in": ("/admin/sign-in", {"username": "nobody", "password": "wrong-85"}),
    "registration.register": ("/portal/register", GIVEN),
    "recovery.ask": ("/portal/recover", {"login": "13900009999"}),
    "security_answers.answer": (
        "/portal/recover/question",
        {name: GIVEN[name] for name in ("id_number", "mobile", "answer", "password", "repeated")},
    ),
    "releases.ask": ("/portal/release", {name: GIVEN[name] for name in ("name", "id_number", "mobile", "email")}),
}
"""What each of them is sent, well filled in; what a visitor who waits for the second step types is tried in its own test."""


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("endpoint", SENT)
def test_each_of_them_leaves_the_counts_that_the_table_names(app, client, endpoint):
    address, given = SENT[endpoint]
    client.get(address)
    asks = "填图片里的四个字母或数字" in client.page.text

    client.send(address, given | (answer_captcha(client) if asks else {}))

    kinds = {one.kind for one in db.session.query(FailedAttempt)}
    assert kinds == set(COUNTED[endpoint].split(", ")) - {"slow_lookup"}


def test_no_counted_form_is_left_out():
    counted = {endpoint for endpoint, kinds in COUNTED.items() if not kinds.startswith("a token")}

    assert set(SENT) | {"staff_auth.second_step_page"} == counted
