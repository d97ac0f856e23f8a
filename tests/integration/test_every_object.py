"""Every address that names a thing × own and foreign things, by reading and by posting; what names nothing says so here.

The tables are in tests/addresses.py; an address that stands in none of them fails in test_every_route.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from domain.access import Permission, Role
from domain.verification import CaseState
from extensions import db
from models import Holder
from tests import factories, objects
from tests.addresses import BY_ARGUMENT, BY_FORM, IN_PATH, STEPS, names_a_thing, split
from tests.conftest import staff_user
from tests.engines import PLAIN_SQL

HOME, ABROAD = "灵山县职改办", "浦北县职改办"


class Things:
    """What one side of the border holds, made when an address first asks for it."""

    def __init__(self, home: str, username: str) -> None:
        self.home, self.username = home, username
        self._made: dict[str, int] = {}

    def of(self, endpoint: str) -> int:
        part, _ = split(endpoint)
        kind = IN_PATH.get(endpoint, part)
        key = f"{kind} {part}" if kind in objects.OF_GRIDS else kind
        if key not in self._made:
            self._made[key] = self._make(kind, part)
        return self._made[key]

    def _make(self, kind: str, part: str) -> int:
        if kind in objects.OF_GRIDS:
            return objects.OF_GRIDS[kind](self.username, part)
        if kind == "job":
            return objects.of_a_job(self.username)
        more = {
            "case": lambda home: objects.case(home).id, "photo": objects.photo, "batch": objects.batch,
            "release": objects.release, "correction": objects.correction, "clerk": objects.employers_clerk,
        }  # fmt: skip
        return {**objects.OF_OFFICES, **objects.OF_ALL, **more}[kind](self.home)


def requests(app: Flask, things: Things, *, parts: Any = None) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield endpoint, method, address and form of every request that names one of the things."""
    for rule in app.url_map.iter_rules():
        if not names_a_thing(rule.endpoint) or IN_PATH.get(rule.endpoint) in ("own", "record", "told"):
            continue
        if parts is not None and split(rule.endpoint)[0] not in parts:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            address, form = placed(app, rule, things.of(rule.endpoint))
            yield rule.endpoint, method, address, form


def placed(app: Flask, rule: Rule, thing: int) -> tuple[str, dict[str, Any]]:
    part, view = split(rule.endpoint)
    values: dict[str, Any] = {name: thing for name in rule.arguments if name.endswith("_id")}
    values |= {
        name: {"page": "front", "position": 1, "name": STEPS.get(part, "reset")}[name]
        for name in rule.arguments - set(values)
    }
    if view in BY_ARGUMENT:
        values["id"] = thing
    with app.test_request_context():
        address = rule.build(values)[1]  # type: ignore[index]
    if view not in BY_FORM or rule.endpoint in IN_PATH:
        return address, {}
    named = {BY_FORM[view]: thing, "action": STEPS.get(part, "lift")}
    return address, {**named, "confirmed": "1", "reason": "x", "version": "1"}


@pytest.fixture
def without_tokens(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def reach(app: Flask, username: str) -> dict[str, bool]:
    actor = staff_user(username).actor
    return {endpoint: actor.may(permission) for endpoint, permission in app.extensions["permissions"].items()}


def test_own_things_are_found(app: Flask, as_staff: Any, as_employer: Any) -> None:
    wrong, things = [], Things(HOME, "ls.admin")
    objects.another_city()
    mine = {"employers_own": as_employer(factories.employer_user(name=f"{HOME}下属单位"))}
    for endpoint, method, address, _ in requests(app, things):
        part, _ = split(endpoint)
        by = "gx.admin" if part in (*objects.OF_ALL, "offices") else "ls.admin"
        client = mine.get(part) or as_staff(by)
        if method == "GET" and (status := client.get(address).status_code) not in (200, 302, 303):
            wrong.append(f"{address}: {status}")

    missing_files = ("/admin/tasks/", "/admin/cases/photo/", "/picture/", "/rows/", "/approval/")
    assert [one for one in wrong if not any(part in one for part in missing_files)] == []


@PLAIN_SQL
@pytest.mark.parametrize("username", ["ls.staff", "ls.admin"])
def test_foreign_things_are_not_found_and_not_touched(
    app: Flask, as_staff: Any, without_tokens: None, username: str
) -> None:
    things, may, client = Things(ABROAD, "pb.staff"), reach(app, username), as_staff(username)
    asked = [one for one in requests(app, things) if split(one[0])[0] not in (*objects.OF_ALL, "employers_own")]
    before, wrong = factories.dump(), []

    for endpoint, method, address, form in asked:
        status = client.open(address, method=method, data=form).status_code
        expected = 404 if may[endpoint] else 403
        if split(endpoint)[1] == "action_view" and may[endpoint]:
            expected = 303 if method == "POST" else 302
        if status != expected:
            wrong.append(f"{method} {address}: {status}")

    assert wrong == []
    assert len(asked) > 60
    assert factories.dump() == before


@PLAIN_SQL
def test_of_foreign_rows_that_are_ticked_not_even_the_name_is_shown(
    app: Flask, as_staff: Any, without_tokens: None
) -> None:
    name = objects.case(ABROAD).holder.name
    things, client = Things(ABROAD, "pb.staff"), as_staff("ls.admin")

    for endpoint, _, address, form in requests(app, things):
        if split(endpoint)[1] == "action_view":
            answer = client.post(address, data={**form, "confirmed": ""})
            assert name not in answer.text


def of_holders(app: Flask, case_id: int, record_id: int) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        kind = IN_PATH.get(rule.endpoint)
        if kind not in ("own", "record"):
            continue
        values: dict[str, Any] = {"case_id": case_id} if kind == "own" else {"certificate_id": record_id}
        values |= {"kind": "number_page"} if "kind" in rule.arguments else {}
        with app.test_request_context():
            address = rule.build(values)[1]  # type: ignore[index]
        yield from ((method, address) for method in sorted((rule.methods or set()) & {"GET", "POST"}))


@PLAIN_SQL
@pytest.mark.parametrize("state", [CaseState.DRAFT, CaseState.NEEDS_CHANGES, CaseState.NEEDS_CONFIRMATION])
def test_a_holders_case_is_nobody_elses(app: Flask, as_holder: Any, without_tokens: None, state: CaseState) -> None:
    owner = factories.holder(None, name="陆某人")
    case = factories.case_at(state, factories.certificate(owner), owner)
    record_id = factories.certificate(owner).id
    case_id, other = case.id, as_holder(factories.holder())
    before, asked = factories.dump(), list(of_holders(app, case_id, record_id))

    statuses = {f"{method} {address}": other.open(address, method=method).status_code for method, address in asked}

    assert {key: status for key, status in statuses.items() if status != 404} == {}
    assert len(asked) > 12
    assert factories.dump() == before


@PLAIN_SQL
def test_an_employers_clerk_is_no_other_employers(app: Flask, as_employer: Any, without_tokens: None) -> None:
    foreign = Things(ABROAD, "pb.staff")
    client = as_employer(factories.employer_user(Role.EMPLOYER))
    asked = list(requests(app, foreign, parts={"employers_own"}))
    before = factories.dump()

    assert [client.open(address, method=method).status_code for _, method, address, _ in asked] == [404] * len(asked)
    assert asked
    assert factories.dump() == before


READ_BY = {Permission.TITLES: "gx.admin", Permission.CALENDAR: "gx.admin"}


@PLAIN_SQL
def test_reading_one_thing_changes_nothing(app: Flask, as_staff: Any, as_holder: Any) -> None:
    things = Things(HOME, "ls.admin")
    asked = [one for one in requests(app, things) if one[1] == "GET" and split(one[0])[0] != "employers_own"]
    clients = {name: as_staff(name) for name in ("ls.admin", "qz.admin", "gx.admin")}
    case = factories.case_at(CaseState.NEEDS_CHANGES)
    own = as_holder(db.session.get_one(Holder, case.holder_id))
    before, guilty = factories.dump(), []

    for endpoint, _, address, _ in asked:
        permission = app.extensions["permissions"][endpoint]
        clients[READ_BY.get(permission, "ls.admin")].get(address)
        guilty += [address] if factories.dump() != before else []
    for method, address in of_holders(app, case.id, 0):
        if method == "GET":
            own.get(address)
            guilty += [address] if factories.dump() != before else []

    assert guilty == []


@PLAIN_SQL
def test_nothing_is_posted_to_an_own_thing_without_its_token(app: Flask, as_staff: Any, as_holder: Any) -> None:
    things, clients = Things(HOME, "ls.admin"), {name: as_staff(name) for name in ("ls.admin", "gx.admin")}
    asked = [one for one in requests(app, things) if one[1] == "POST" and split(one[0])[0] != "employers_own"]
    case = factories.case_at(CaseState.DRAFT)
    own = as_holder(db.session.get_one(Holder, case.holder_id))
    before, wrong = factories.dump(), []

    for endpoint, _, address, form in asked:
        by = "gx.admin" if split(endpoint)[0] in objects.OF_ALL else "ls.admin"
        answer = clients[by].post(address, data=form)
        wrong += [address] if answer.status_code not in (200, 400) else []
    for method, address in of_holders(app, case.id, 0):
        if method == "POST" and own.post(address).status_code not in (200, 400):
            wrong.append(address)

    assert wrong == []
    assert factories.dump() == before
