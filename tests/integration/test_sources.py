"""From where: every event names an address and a device, whichever way it came to be."""

from __future__ import annotations

import getpass
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
from werkzeug.exceptions import HTTPException

import jobs
from commands.operator import operator
from domain.background import EXPORT
from domain.verification import CaseState
from extensions import db, writing
from jobs import running
from models import Event
from operations import background, events, sources
from operations.sources import Source, coming_from
from tests.conftest import actor_of
from tests.engines import PLAIN_SQL
from tests.factories import case_at, holder
from tests.integration.test_every_route import rules

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605.1 Version/19.0 Mobile/15E Safari/604.1"
SOMEWHERE = Source("203.0.113.7", "iPhone，Safari 浏览器")


def note(who: str = "ls.staff") -> None:
    with writing():
        events.record(actor_of(who), "export", ("certificates", None), "导出")


def lines(caplog):
    return [one.getMessage() for one in caplog.records if one.name == "access"]


def newest() -> tuple[str, str]:
    event = db.session.query(Event).order_by(Event.id.desc()).first()
    return event.address, event.device


@PLAIN_SQL
def test_whatever_a_route_writes_comes_from_the_address_and_device_of_its_request(app):
    app.config["WTF_CSRF_ENABLED"] = False
    asked = [(method, rule, address) for method in ("GET", "POST") for rule, address in rules(app, method)]
    missing = []
    for method, rule, address in asked:
        browser = {"environ_base": {"REMOTE_ADDR": SOMEWHERE.address}, "headers": {"User-Agent": IPHONE}}
        with app.test_request_context(address, method=method, **browser):
            with suppress(HTTPException):
                app.preprocess_request()
            if sources.current() != SOMEWHERE:
                missing.append(f"{method} {rule.rule}")
    app.config["WTF_CSRF_ENABLED"] = True

    assert len(asked) > 200
    assert not missing


@PLAIN_SQL
def test_what_comes_after_a_request_does_not_come_from_it(client):
    client.get("/", headers={"User-Agent": IPHONE}, environ_base={"REMOTE_ADDR": SOMEWHERE.address})

    assert sources.current() != SOMEWHERE


@PLAIN_SQL
def test_a_command_names_the_command_line_and_its_operator(app):
    with writing():
        event = events.record(operator(), "export", ("certificates", None), "导出")
    sources.forget()

    assert (event.device, event.actor_name) == ("命令行", f"命令行（{getpass.getuser()}）")


@PLAIN_SQL
def test_a_job_names_the_address_and_device_of_whoever_asked_for_it(app, monkeypatch):
    monkeypatch.setitem(running.WORKS, EXPORT.slug, lambda run: note())
    with coming_from(SOMEWHERE.address, SOMEWHERE.device), writing():
        asked = background.ask_for(actor_of("ls.staff"), EXPORT).id

    jobs.wake(asked)

    assert newest() == ("203.0.113.7", "后台任务")


@PLAIN_SQL
def test_the_trail_shows_and_exports_address_and_device(app, as_staff):
    with coming_from(SOMEWHERE.address, SOMEWHERE.device):
        note()
    clerk = as_staff("qz.admin")
    clerk.get("/admin/audit/")

    sheet = clerk.send("/admin/audit/export/", {"form": "csv"}).get_data(as_text=True)

    assert {SOMEWHERE.address, SOMEWHERE.device} <= set(clerk.page.words)
    assert f"{SOMEWHERE.address},{SOMEWHERE.device}" in sheet


# The log: every request, with its address and without personal data.


@PLAIN_SQL
def test_each_request_leaves_a_line_with_address_person_path_and_answer(as_staff, caplog):
    clerk = as_staff("ls.staff")
    clerk.get("/admin/certificates/?search=韦小兰", environ_base={"REMOTE_ADDR": SOMEWHERE.address})
    clerk.get("/static/css/base.css")

    (line,) = lines(caplog)
    assert line.startswith(f"{SOMEWHERE.address} staff:{clerk_id()} GET /admin/certificates/ 200 ")
    assert "search" not in line


def clerk_id() -> int:
    return actor_of("ls.staff").id


@PLAIN_SQL
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/portal/recover/kT-8_secret", "/portal/recover/*"),
        ("/v/ABCD2345EFGH", "/v/*"),
        ("/v/ABCD2345EFGH.svg", "/v/*.svg"),
        ("/450121199001011234", "/*"),
        ("/x%0d%0ay", "/x%0D%0Ay"),
        ("/wp-login.php?a=b", "/wp-login.php"),
    ],
)
def test_secrets_and_numbers_in_an_address_stay_out_of_the_log(client, caplog, address, told):
    client.get(address)

    assert [line.split()[3] for line in lines(caplog)] == [told]


@PLAIN_SQL
def test_whoever_is_turned_away_is_logged_with_the_address(client, as_staff, caplog):
    from_there = {"environ_base": {"REMOTE_ADDR": SOMEWHERE.address}}
    client.get("/admin/users/", **from_there)
    as_staff("ls.staff").get("/admin/cases/review/999999/", **from_there)

    told = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert [line.partition(":")[0] for line in told] == ["denied", "not found or out of reach"]
    assert all(line.endswith(f"from {SOMEWHERE.address}") for line in told)


@PLAIN_SQL
def test_holders_never_read_from_where_staff_work(app, as_staff, as_holder):
    case, there = case_at(CaseState.PENDING), {"environ_base": {"REMOTE_ADDR": SOMEWHERE.address}}
    clerk = as_staff("ls.staff")
    clerk.get(f"/admin/cases/review/{case.id}/")
    decision = {"version": str(case.version), "decision": "reject", "reply": "缺少签字"}
    clerk.send(f"/admin/cases/review/{case.id}/decide/", decision, **there)

    pages = own_pages(as_holder(holder()), case.id)

    assert any("缺少签字" in page for page in pages)
    assert not [page for page in pages if SOMEWHERE.address in page]
    assert SOMEWHERE.address in [event.address for event in Event.about("case", case.id)]


def own_pages(client, case_id: int) -> list[str]:
    pages = [client.get(path).text for path in ("/portal/", f"/portal/cases/{case_id}/", "/portal/messages/")]
    client.get("/portal/downloads/")
    with zipfile.ZipFile(BytesIO(client.send("/portal/downloads/everything.zip").data)) as told:
        return [*pages, *(told.read(name).decode("utf-8", "replace") for name in told.namelist())]
