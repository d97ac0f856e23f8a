"""A megabyte of anything in any field, filter, header or address ends in a sentence, at once, on a page of usual size."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from domain import lengths, normalizing
from domain.access import Role
from domain.verification import CaseState
from tests import factories
from tests.engines import PLAIN_SQL
from tests.integration.test_every_object import HOME, Things, requests
from tests.integration.test_every_route import rules
from tests.pages import CheckedClient
from tests.workbooks import workbook

MUCH = 1_000_000
SECONDS = 5.0
"""Ten times the half second in which a sentence has to stand there, in CPU of this process."""
BIGGEST_PAGE = 400_000
FILLINGS = {
    "dots": ".", "digits": "9", "blanks": " ", "ligatures": "\ufdfa", "brackets": "(（", "commas": ",", "han": "证",
    "signs nobody sees": "\u202e\x00",
}  # fmt: skip
TYPED = ("text", "search", "password", "tel", "email", "number", "textarea", "")
HAN = re.compile("[\u4e00-\u9fff]")


def of_signs(signs: str, much: int = MUCH) -> str:
    """So many bytes of it: forms are bounded as a whole too."""
    return signs * (much // len(signs.encode()))


class Controls(HTMLParser):
    """Every form of a page with all its controls, whether ticked, chosen, filled in or none of it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[dict[str, str], list[tuple[str, str, str]]]] = []
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given, []))
            self._open = True
        elif tag in ("input", "select", "textarea", "button") and given.get("name") and self.forms and self._open:
            kind = given.get("type", "") if tag == "input" else tag
            self.forms[-1][1].append((given["name"], kind, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


@pytest.fixture
def entered(app: Flask, as_staff: Any, as_holder: Any, as_employer: Any) -> Iterator[dict[str, CheckedClient]]:
    """A client of every role, without tokens: each form is sent many times."""
    app.config["WTF_CSRF_ENABLED"] = False
    holder = factories.holder()
    for state in (CaseState.DRAFT, CaseState.NEEDS_CONFIRMATION):
        factories.case_at(state, factories.certificate(holder, HOME, awarding_body=HOME), holder, by="ls.staff")
    yield {
        "anonymous": app.test_client(), "holder": as_holder(holder), "employer": as_employer(factories.employer_user()),
        "employer_staff": as_employer(factories.employer_user(Role.EMPLOYER_STAFF)), "staff": as_staff("ls.staff"),
        "admin": as_staff("qz.admin"), "region_admin": as_staff("gx.admin"),
    }  # type: ignore[dict-item]  # fmt: skip
    app.config["WTF_CSRF_ENABLED"] = True


def sends(client: CheckedClient, address: str, data: Any = None, **more: Any) -> TestResponse:
    """Send it and hold the answer to what every answer keeps to."""
    method = "GET" if data is None else "POST"
    start = time.process_time()
    answer = client.open(address, method=method, data=data, **more)
    took, asked = time.process_time() - start, f"{method} {address[:80]} {list(data or ())}"
    assert answer.status_code < 500, asked
    assert took < SECONDS, f"{asked}: {took:.1f} s"
    assert len(answer.data) < BIGGEST_PAGE, asked
    assert len(answer.headers.get("Location", "")) < 3_900, asked
    return answer


def addresses(app: Flask, things: Things | None) -> Iterator[str]:
    """Every page that can be read: those that name nothing, and those of things there are."""
    yield from dict.fromkeys(address for _, address in rules(app, "GET"))
    if things is not None:
        yield from (address for _, method, address, _ in requests(app, things) if method == "GET")


def forms_of(
    app: Flask, client: CheckedClient, things: Things | None = None
) -> dict[str, tuple[str, list[tuple[str, str, str]]]]:
    """Return every form that this role is shown, one of a kind: its address and its controls."""
    found: dict[str, tuple[str, list[tuple[str, str, str]]]] = {}
    for address in addresses(app, things):
        if "sign-out" in address:
            continue
        page = client.get(address)
        if page.mimetype != "text/html" or page.status_code != 200:
            continue
        for form, controls in Controls(page.get_data(as_text=True)).forms:
            to = form.get("action") or address
            kind = re.sub(r"\d+", "#", urlsplit(to).path) + " " + ",".join(sorted({one[0] for one in controls}))
            if form.get("method", "get").lower() == "post" and "sign-out" not in to and controls:
                found.setdefault(kind, (to, controls))
    return found


ROLES = ("anonymous", "holder", "employer", "employer_staff", "staff", "admin", "region_admin")
OF_OFFICES = ROLES[-3:]


@PLAIN_SQL
def test_a_megabyte_in_every_field_of_every_form_is_answered_in_words(
    app: Flask, entered: dict[str, CheckedClient]
) -> None:
    """A form that several roles are shown is sent by the first of them."""
    sent, things = set[str](), Things(HOME, "ls.staff")
    silent = []
    for name in ROLES:
        forms = forms_of(app, entered[name], things if name in OF_OFFICES else None)
        assert len(forms) > 2
        for kind in sorted(set(forms) - sent):
            signs = list(FILLINGS.values())[len(sent) % len(FILLINGS)]
            silent += fields_in_silence(entered[name], *forms[kind], signs)
            sent.add(kind)

    assert len(sent) > 60
    assert not silent, "\n".join(silent)


def fields_in_silence(
    client: CheckedClient, address: str, controls: list[tuple[str, str, str]], signs: str
) -> Iterator[str]:
    """Send much in all that is typed, then in all there is; yield where nothing was said of it."""
    hidden = {field: value for field, kind, value in controls if kind in ("hidden", "select")}
    typed = [field for field, kind, _ in controls if kind in TYPED]
    if typed:
        answer = sends(client, address, hidden | dict.fromkeys(typed, of_signs(signs, MUCH // len(typed))))
        if signs.strip() and not says_too_long(answer, client):
            yield f"{address}: {typed}"
    others = [field for field, kind, _ in controls if kind not in TYPED and kind != "file"]
    sends(client, address, dict.fromkeys([*typed, *others], of_signs(signs, MUCH // len(controls))))


def says_too_long(answer: TestResponse, client: CheckedClient) -> bool:
    """Also where somebody is led elsewhere and told there: nothing is left out in silence."""
    if answer.status_code in (302, 303):
        answer = client.get(answer.headers["Location"])
    return "太长" in answer.get_data(as_text=True)


@PLAIN_SQL
@pytest.mark.parametrize(("field", "address"), [("email", "/portal/register"), ("login", "/portal/sign-in")])
def test_a_megabyte_in_one_field_of_the_doors_is_refused_in_words(
    client: CheckedClient, field: str, address: str
) -> None:
    for filling, signs in FILLINGS.items():
        client.get(address)
        answer = sends(client, address, {"csrf_token": client.token(), field: f"a@{of_signs(signs)}@"})

        assert "太长了，最多 254 个字" in answer.get_data(as_text=True), filling


@PLAIN_SQL
def test_what_does_not_fit_into_an_address_is_told_beside_the_filters_and_stays_there(
    app: Flask, entered: dict[str, CheckedClient]
) -> None:
    client, lists = entered["region_admin"], 0
    for kind, (address, controls) in forms_of(app, client).items():
        if not kind.split()[0].endswith("/find/"):
            continue
        lists += 1
        boxes = [field for field, kind, _ in controls if kind in ("", "text", "search")]
        for box in boxes:
            answer = sends(client, address, {box: "证书" * 230})
            assert answer.status_code == 200, f"{address} {box}"
            assert "太长了，最多 100 个字" in client.page.text, f"{address} {box}"
            assert "证书证书证书" in answer.get_data(as_text=True), "what was typed is still there"
        together = sends(client, address, dict.fromkeys(boxes, "证" * 90))
        assert len(boxes) < 4 or "加起来太长了" in together.get_data(as_text=True), address
        for box in boxes:
            assert (
                sends(client, f"{urlsplit(address).path.removesuffix('find/')}?{box}={quote('证' * 300)}").status_code
                == 200
            )
            assert "太长了，最多 100 个字" in client.page.text, f"{address} {box}"

    assert lists > 10


@PLAIN_SQL
def test_a_person_pasted_with_others_never_stands_in_an_address(entered: dict[str, CheckedClient]) -> None:
    numbers = " ".join(factories.fresh_person() for _ in range(30))

    answer = sends(entered["admin"], "/admin/certificates/find/", {"cert_no": numbers, "search": numbers})

    assert "Location" not in answer.headers
    assert "太长了，最多 100 个字" in answer.get_data(as_text=True)
    assert not re.search(r'href="[^"]*\d{17}', answer.get_data(as_text=True))


HEADERS = (
    "User-Agent", "Referer", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Range", "If-None-Match",
    "If-Modified-Since", "Accept-Language", "Accept", "Cookie", "Host", "Origin", "X-CSRFToken", "Authorization",
    "Content-Type", "X-Request-Id",
)  # fmt: skip


@PLAIN_SQL
def test_a_header_of_any_length_is_answered_in_words(app: Flask) -> None:
    client: Any = app.test_client(use_cookies=False)
    for header in HEADERS:
        for value in ("," * MUCH, "a=" * 500_000, "1" * MUCH, "bytes=" + "0-," * 300_000):
            answer = sends(client, "/portal/sign-in", headers={header: value})

            assert answer.status_code == 431, header
            assert HAN.search(answer.get_data(as_text=True))


@PLAIN_SQL
def test_an_address_of_any_length_is_answered_in_words(entered: dict[str, CheckedClient]) -> None:
    for address in (
        "/v/" + "9" * MUCH,
        "/portal/confirm/" + "a" * 9_000,
        "/?x=" + "." * MUCH,
        "/admin/certificates/?cert_no=" + "1" * MUCH,
    ):
        assert sends(entered["admin"], address).status_code == 414
    for address in ("/v/" + "9" * 500, "/captcha/" + "a" * 500 + ".png", "/portal/recover/" + "." * 500):
        answer = sends(entered["anonymous"], address)
        assert answer.status_code == 404
        assert "没有这一页" in answer.get_data(as_text=True)


@PLAIN_SQL
def test_the_way_back_after_signing_in_always_fits_into_an_address(entered: dict[str, CheckedClient]) -> None:
    for much in (50, 200, 800):
        answer = sends(entered["anonymous"], f"/admin/certificates/?name={quote('证' * much)}")

        assert sends(entered["anonymous"], answer.headers["Location"]).status_code == 200


@PLAIN_SQL
@pytest.mark.parametrize("data", [b"a=&" * 600_000, b"a=" + b"1" * (7 << 20)], ids=["fields", "bytes"])
def test_a_form_with_too_much_in_it_is_refused_whole(entered: dict[str, CheckedClient], data: bytes) -> None:
    answer = sends(
        entered["anonymous"], "/portal/sign-in", data, content_type="application/x-www-form-urlencoded",
        headers={"Referer": "http://localhost/portal/sign-in"},
    )  # fmt: skip

    assert answer.status_code == 413
    assert "太大了" in answer.get_data(as_text=True)


@PLAIN_SQL
def test_a_form_with_as_many_rows_as_an_action_takes_is_read(entered: dict[str, CheckedClient]) -> None:
    rows = {
        "rowid": [str(at) for at in range(1, 1001)],
        "seen": [f"{at}:1" for at in range(1, 1001)],
        "action": "call_in",
    }

    assert sends(entered["staff"], "/admin/cases/action/", rows).status_code in (200, 302, 303)


@PLAIN_SQL
def test_a_reply_that_is_too_long_comes_back_whole_with_the_limit(entered: dict[str, CheckedClient]) -> None:
    case_id, reply = Things(HOME, "ls.staff").of("cases.review"), "批文里没有这本证书。" * 200

    answer = sends(
        entered["staff"], f"/admin/cases/review/{case_id}/decide/",
        {"decision": "reject", "reply": reply, "version": "2"},
    )  # fmt: skip

    assert answer.status_code == 200
    assert f"审核回复太长了，最多 {lengths.REPLY} 个字" in answer.get_data(as_text=True)
    assert reply in answer.get_data(as_text=True)


@PLAIN_SQL
def test_blanks_around_what_was_typed_do_not_count(entered: dict[str, CheckedClient]) -> None:
    sends(entered["anonymous"], "/portal/recover", {"login": f"{' ' * 900}a@example.com{' ' * 900}"})

    assert "太长" not in entered["anonymous"].page.text


NAMES = (
    "a\x00b.xlsx",
    "a\x0bb.xlsx",
    "a\x1f.xlsx",
    "a\x7f.xlsx",
    "a\u202exslx.xlsx",
    "长" * 900 + ".xlsx",
    "\u2066\x01",
)


@PLAIN_SQL
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_the_name_of_a_file_is_cleaned_at_the_door(app: Flask, name: str) -> None:
    sent = {"file": (BytesIO(b"of any kind"), "x.xlsx")}
    with app.test_request_context("/", method="POST", data=sent, content_type="multipart/form-data"):
        assert request.files["file"].filename == "x.xlsx"
    cleaned = normalizing.file_name(name)

    assert cleaned
    assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", cleaned)
    assert len(cleaned) <= lengths.FILE_NAME
    assert cleaned.endswith(".xlsx") or ".xlsx" not in name


@PLAIN_SQL
def test_what_is_called_after_a_file_of_any_name_can_be_fetched(as_staff: Any, tmp_path: Path) -> None:
    """The name that was sent stands in the header of the download."""
    clerk = as_staff("ls.staff")
    content = workbook().row(cert_no="").save(tmp_path).read_bytes()
    clerk.get("/admin/imports/")
    office = str(factories.office(HOME).id)
    sent = clerk.send(
        "/admin/imports/upload/", {"office": office, "file": (BytesIO(content), "\x01名\x0b单\u202e.xlsx")}
    )
    page = clerk.get(sent.location)

    assert "名单.xlsx" in page.get_data(as_text=True)
    errors = clerk.send(f"{urlsplit(sent.location).path}errors/")
    assert errors.status_code == 200
    assert "attachment" in errors.headers["Content-Disposition"]
