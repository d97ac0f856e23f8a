"""Every address × every role: who gets in, who is turned away and how, and that reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from domain.access import GRANTS, Permission, Role
from extensions import db, writing
from models import StaffUser
from tests import factories
from tests.addresses import IN_PATH, PLAIN, is_plain, names_a_thing
from tests.conftest import staff_user
from tests.engines import PLAIN_SQL
from web import headers

VALUES = {
    "code": "NOSUCHCODE22",
    "token": "nosuchtoken",
    "name": "take_back",
    "filename": "css/base.css",
    "page": "front",
}
ROLES = ("anonymous", "holder", "employer", "employer_staff", "default_account", "staff", "admin", "region_admin")
CHANGED_BY_READING = {"failed_attempt"}
"""A miss of the public look-up is counted."""


@pytest.fixture
def entered(app: Flask, as_staff: Any, as_holder: Any, as_employer: Any) -> dict[str, Any]:
    """Return a client for each role, the accounts with their first password changed."""
    with writing():
        default = db.session.query(StaffUser).filter_by(username="灵山县职改办").one()
        default.must_change_password = False
    return {
        "anonymous": app.test_client(),
        "holder": as_holder(factories.holder()),
        "employer": as_employer(factories.employer_user()),
        "employer_staff": as_employer(factories.employer_user(Role.EMPLOYER_STAFF)),
        "default_account": as_staff("灵山县职改办"),
        "staff": as_staff("ls.staff"),
        "admin": as_staff("qz.admin"),
        "region_admin": as_staff("gx.admin"),
    }


def rules(app: Flask, method: str) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or set()) and rule.endpoint != "static":
            values = {name: VALUES.get(name, 999_999) for name in rule.arguments}
            with app.test_request_context():
                yield rule, rule.build(values, append_unknown=False)[1]  # type: ignore[index]


def role_of(name: str) -> Role:
    return {"anonymous": Role.PUBLIC, "region_admin": Role.ADMIN}.get(name) or Role(name)


def allowed(permission: Permission, name: str, address: str) -> bool:
    if permission in (Permission.TITLES, Permission.CALENDAR):
        return name == "region_admin"
    if permission is Permission.OWN_ACCOUNT and address.startswith("/admin/"):
        return role_of(name).is_office
    if permission is Permission.OWN_ACCOUNT and address.startswith("/employer/"):
        return role_of(name).is_employer
    return role_of(name) in GRANTS[permission]


@PLAIN_SQL
def test_every_endpoint_names_its_permission(app: Flask) -> None:
    named = app.extensions["permissions"]

    assert {rule.endpoint for rule in app.url_map.iter_rules()} <= set(named)


@PLAIN_SQL
def test_every_address_says_whether_it_names_a_thing(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    unknown = [one for one in endpoints if is_plain(one) is names_a_thing(one)]

    assert not unknown, f"put these into one of the tables of tests/addresses.py: {sorted(unknown)}"
    assert not (set(IN_PATH) | PLAIN) - endpoints
    with_ids = {rule.endpoint for rule in app.url_map.iter_rules() if "<int:" in rule.rule}
    assert not with_ids - set(IN_PATH)


@PLAIN_SQL
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_role_gets_in_where_the_table_says_and_nowhere_else(
    app: Flask, entered: dict[str, Any], method: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    wrong = []
    for rule, address in rules(app, method):
        permission = app.extensions["permissions"][rule.endpoint]
        if rule.endpoint in ("auth.sign_out", "staff_auth.sign_out"):
            continue
        for name in ROLES:
            status = entered[name].open(address, method=method).status_code
            if not fits(status, name, allowed(permission, name, address)):
                wrong.append(f"{method} {address} as {name}: {status}")
    app.config["WTF_CSRF_ENABLED"] = True

    assert not wrong, "\n".join(wrong)


def fits(status: int, name: str, allowed: bool) -> bool:
    if allowed:
        return status in (200, 302, 303, 404, 400, 409)
    return status == (302 if name == "anonymous" else 403)


@PLAIN_SQL
def test_nothing_is_posted_without_its_token(app: Flask, entered: dict[str, Any]) -> None:
    open_doors = []
    for rule, address in rules(app, "POST"):
        if entered["admin"].post(address).status_code not in (400, 403):
            open_doors.append(rule.endpoint)

    assert not open_doors


def test_reading_changes_no_data(app: Flask, entered: dict[str, Any]) -> None:
    before = factories.dump(*CHANGED_BY_READING)

    for name in ("anonymous", "holder", "region_admin"):
        for _, address in rules(app, "GET"):
            entered[name].get(address)

    assert factories.dump(*CHANGED_BY_READING) == before


def test_an_account_with_its_first_password_gets_to_the_password_page_only(app: Flask, as_staff: Any) -> None:
    assert staff_user("灵山县职改办").must_change_password
    client = as_staff("灵山县职改办")

    assert client.get("/admin/users/").location.endswith("/admin/password")
    assert client.get("/admin/password").status_code == 200


@PLAIN_SQL
@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
def test_every_answer_carries_each_header_once(
    app: Flask, entered: dict[str, Any], monkeypatch: pytest.MonkeyPatch, https: bool
) -> None:
    monkeypatch.setitem(app.config, "HTTPS", https)
    wanted = headers.always(app)

    for name in ("anonymous", "holder", "employer", "region_admin") if not https else ("anonymous",):
        others = ["/no-such-page", "/static/css/base.css", "/static/no-such-file"]
        for address in [*(address for _, address in rules(app, "GET")), *others]:
            for method in ("GET", "DELETE"):
                answer = entered[name].open(address, method=method)
                carried = {header: answer.headers.get_all(header) for header in wanted}
                assert carried == {header: [value] for header, value in wanted.items()}, (name, method, address)
                answer.close()


@PLAIN_SQL
def test_personal_pages_are_not_kept_by_browsers(entered: dict[str, Any]) -> None:
    for name, address in (("holder", "/portal/"), ("staff", "/admin/"), ("staff", "/admin/cases/")):
        assert entered[name].get(address).headers["Cache-Control"] == "no-store", address


@PLAIN_SQL
def test_the_policy_lets_nothing_in_from_outside(app: Flask) -> None:
    policy = app.test_client().get("/").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert not [word for word in ("unsafe", "http", "data:") if word in policy]
