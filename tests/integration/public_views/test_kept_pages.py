"""The page that is drawn once for all who look a certificate up: it belongs to nobody, and its blanks are filled anew."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from domain.vocabulary import CertificateStatus
from extensions import db, moment, writing
from models import Certificate
from operations import certificates
from tests.integration.public_views.people import LU, WEI, record, register
from tests.pages import CheckedClient

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def code(**values: Any) -> str:
    """Return the code of a certificate that its holder has confirmed."""
    certificate_id = record(**values)
    with writing():
        certificates.publish(db.session.get_one(Certificate, certificate_id))
    return db.session.get_one(Certificate, certificate_id).verify_code or ""


def around(client: CheckedClient, path: str) -> str:
    """Return a page without what is between its way back and its end."""
    html = client.get(path).get_data(as_text=True)
    return html.partition("再查一本")[0] + html.partition("</main>")[2]


def result(client: CheckedClient, path: str) -> str:
    """Return what a page says was found, without the moment and the number of look-ups."""
    html = client.get(path).get_data(as_text=True)
    found = html.partition("再查一本")[2].partition("</main>")[0]
    return re.sub(r"浏览 \d+ 次|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", "", found)


def test_who_is_signed_in_reads_their_name_and_nobody_else_does(app: Flask, as_holder: Any) -> None:
    path = f"/v/{code()}"
    stranger, wei, lu = app.test_client(), as_holder(register(LU)), as_holder(register(WEI))

    pages = [around(one, path) for one in (wei, stranger, lu, app.test_client(), wei)]

    assert [(LU.name in page, WEI.name in page) for page in pages] == [
        (True, False), (False, False), (False, True), (False, False), (True, False),
    ]  # fmt: skip
    assert pages[1] == pages[3]
    assert "登录或注册" in pages[1]


def test_what_was_found_reads_the_same_to_all(app: Flask, as_holder: Any) -> None:
    wei, paths = as_holder(register()), [f"/v/{code()}", f"/v/{code(cert_no=None, specialty='', issued_on=None)}"]

    for path in paths + paths:
        assert result(wei, path) == result(app.test_client(), path)


def test_a_message_that_waits_is_shown_once_and_to_nobody_else(app: Flask) -> None:
    path, told = f"/v/{code()}", app.test_client()
    before = around(app.test_client(), path)
    with told.session_transaction() as session:
        session["_flashes"] = [("warn", "太久没有操作")]

    pages = [around(one, path) for one in (told, app.test_client(), told)]

    assert ["太久没有操作" in page for page in pages] == [True, False, False]
    assert pages[1:] == [before, before]


def test_nothing_of_a_session_goes_into_what_others_see(app: Flask) -> None:
    path, typing = f"/v/{code()}", app.test_client()
    typing.get("/")
    token = typing.token()

    page = around(typing, path)
    moment.forget()

    assert token not in page
    assert "csrf" not in page
    assert around(app.test_client(), path) == page


def test_each_verdict_has_its_own_title(app: Flask, client: CheckedClient) -> None:
    pages = {
        code(): "查验结果：状态正常",
        code(cert_no="1346071", cert_status=CertificateStatus.VOID): "查验结果：已作废",
    }

    for _ in "ab":
        for verify_code, title in pages.items():
            assert f"<title>{title} — " in client.get(f"/v/{verify_code}").get_data(as_text=True)


def test_two_found_at_once_are_not_called_by_the_verdict_of_one(app: Flask, client: CheckedClient) -> None:
    code()
    code(office_name="浦北县职改办")
    client.get("/")

    page = client.send("/", {"number": "1346070", "name": WEI.name}).get_data(as_text=True)

    assert "<title>查验结果 — " in page


def test_another_telephone_is_shown_as_soon_as_a_moment_has_passed(
    app: Flask, client: CheckedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v/{code()}"
    client.get(path)
    monkeypatch.setitem(app.config, "ORGANISER_PHONE", "0777-7654321")
    monkeypatch.setattr("extensions.time.monotonic", lambda: 1e9)

    client.get(path)

    assert "0777-7654321" in client.page.text


def test_what_was_found_is_never_kept(app: Flask, client: CheckedClient) -> None:
    path = f"/v/{code()}"
    client.get(path)
    changed = {"name": "韦<小>兰", "title": "\0name\0", "specialty": "", "cert_status": CertificateStatus.VOID}
    with db.engine.begin() as another:
        another.execute(db.update(Certificate).values(changed))

    page = client.get(path).get_data(as_text=True)

    assert page.count("韦&lt;小&gt;兰") == 1
    assert "<dt>资格名称</dt><dd>\0name\0</dd>" in page
    assert '<dt>专业</dt><dd><span class="zs-hint">没有填</span></dd>' in page
    assert "这本证书已作废" in client.page.text
    assert "浏览 2 次" in client.page.text


def test_each_lack_shows_on_its_own_page_only(app: Flask, client: CheckedClient) -> None:
    lacking = [{}, {"specialty": ""}, {"issued_on": None}, {"specialty": None, "issued_on": None}]
    paths = [f"/v/{code(cert_no=f'134607{number}', **lack)}" for number, lack in enumerate(lacking)]

    shown = [client.get(path).get_data(as_text=True).count("没有填") for path in paths + paths]

    assert shown == [0, 1, 1, 2] * 2


def test_a_site_below_a_path_leads_nobody_above_it(app: Flask, client: CheckedClient) -> None:
    path = f"/v/{code()}"

    for root in ("", "/sub", ""):
        client.get(path, base_url=f"http://localhost{root}")
        ways = [link["href"] for link in client.page.all("a") if not link["href"].startswith("#")]
        assert ways
        assert all(way.startswith(f"{root}/") for way in ways), ways
        assert root or not any(way.startswith("/sub/") for way in ways)
