"""The public look-up: what it tells, what it never tells, and what happens to those who guess."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from domain.vocabulary import CertificateStatus
from encryption import fingerprint
from extensions import db, writing
from models import Certificate
from operations import certificates, challenges, lookups
from public_views.lookup import ASK_AFTER, SLOW_AFTER
from tests.factories import at_once
from tests.integration.public_views.people import WEI, answer_captcha, record
from tests.pages import CheckedClient


def public(**values: Any) -> Certificate:
    """Add a certificate that its holder has confirmed."""
    certificate_id = record(**values)
    with writing():
        certificate = db.session.get_one(Certificate, certificate_id)
        certificates.publish(certificate)
    return certificate


def ask(client: CheckedClient, number: str = "1346070", name: str = WEI.name, **more: str) -> Any:
    client.get("/")
    return client.send("/", {"number": number, "name": name, **more})


def test_a_verified_certificate_is_found_without_account(client: CheckedClient) -> None:
    code = public().verify_code

    response = ask(client)

    assert response.status_code == 200
    assert "查到这本证书，状态正常" in client.page.text
    for words in ("韦小兰", "1346070", "助理工程师", "助理级", "2013-12-20", "灵山县职改办", "查验时间"):
        assert words in client.page.text
    assert any(f"/v/{code}" in link["href"] for link in client.page.all("a"))
    assert [drawing["src"] for drawing in client.page.all("img") if drawing["alt"].startswith("查验二维码")] == [
        f"/v/{code}.svg"
    ]


def test_the_picture_that_the_page_names_is_drawn(client: CheckedClient) -> None:
    public()
    ask(client)
    (picture,) = [drawing["src"] for drawing in client.page.all("img") if drawing["alt"].startswith("查验二维码")]

    drawn = client.get(picture)

    assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")


def test_the_picture_of_a_code_says_no_more_than_its_address(client: CheckedClient) -> None:
    code = public().verify_code

    drawn = client.application.test_client().get(f"/v/{code}.svg")
    unknown = client.application.test_client().get(f"/v/{code[::-1]}.svg")

    assert (drawn.status_code, drawn.mimetype, unknown.status_code) == (200, "image/svg+xml", 200)
    assert b"<svg" in drawn.data
    assert client.application.test_client().get("/v/x.svg").status_code == 404


def test_it_never_tells_the_id_number_the_telephone_or_the_approval(client: CheckedClient) -> None:
    public()

    page = ask(client).get_data(as_text=True)

    assert WEI.id_number not in page
    assert WEI.mobile not in page
    assert WEI.id_number[-4:] not in page
    assert "灵职改" not in page


@pytest.mark.parametrize(
    ("number", "name"),
    [("１３４６０７０", "韦小兰"), (" 1346070 ", " 韦 小兰 "), ("1346 070", "韦　小　兰")],
    ids=["full width", "blanks around", "blanks inside"],
)
def test_what_people_copy_is_found_all_the_same(client: CheckedClient, number: str, name: str) -> None:
    public()

    ask(client, number, name)

    assert "查到这本证书，状态正常" in client.page.text


def _without_what_was_asked(client: CheckedClient, number: str, name: str) -> str:
    return client.page.text.replace(number, "N").replace(name, "X")


def test_a_wrong_name_answers_exactly_like_an_unknown_number(client: CheckedClient) -> None:
    public()

    codes, pages = [], []
    for number, name in (("1346070", "韦小青"), ("7777777", "韦小兰"), ("7777777", "韦小青")):
        codes.append(ask(client, number, name).status_code)
        pages.append(_without_what_was_asked(client, number, name))

    assert set(codes) == {200}
    assert len(set(pages)) == 1
    assert "不等于" in client.page.text
    assert "假证" not in client.page.text


def test_a_record_that_was_not_verified_is_not_found(client: CheckedClient) -> None:
    record()

    ask(client)

    assert "没有查到这本证书" in client.page.text


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(CertificateStatus.VOID, "这本证书已作废"), (CertificateStatus.VOID_PENDING, "查到这本证书，状态正常")],
)
def test_void_is_said_only_once_it_is_decided(client: CheckedClient, status: CertificateStatus, verdict: str) -> None:
    public(cert_status=status)

    ask(client)

    assert verdict in client.page.text
    assert "作废待审" not in client.page.text


def test_two_bodies_may_have_given_one_number_to_one_name(client: CheckedClient) -> None:
    public()
    public(office_name="浦北县职改办")

    ask(client)

    assert "查到 2 本证书" in client.page.text
    assert "灵山县职改办" in client.page.text
    assert "浦北县职改办" in client.page.text


def test_each_look_up_counts_and_the_folded_count_goes_on(client: CheckedClient) -> None:
    public()
    ask(client)
    lookups.fold()

    ask(client)

    assert "证书共计被在线查验或浏览 2 次" in client.page.text


def test_what_was_asked_stands_in_no_address(client: CheckedClient) -> None:
    public()

    client.get("/?number=1346070&name=韦小兰")

    assert "查到这本证书" not in client.page.text
    assert client.page.form("number")["number"] == ""


def test_the_scanned_code_opens_the_same_result_and_is_kept_out_of_search_engines(client: CheckedClient) -> None:
    code = public().verify_code

    page = client.get(f"/v/{code}")
    hyphens = client.get(f"/v/{code[:4]}-{code[4:8]}-{code[8:].lower()}")

    assert "查到这本证书，状态正常" in page.get_data(as_text=True)
    assert 'content="noindex"' in page.get_data(as_text=True)
    assert hyphens.status_code == 200
    assert len(code) == 12


def test_an_unknown_code_opens_nothing_and_counts_as_a_guess(client: CheckedClient) -> None:
    code = public().verify_code
    for _ in range(SLOW_AFTER + 1):
        assert client.get("/v/AAAAAAAAAAAA").status_code == 404

    client.get("/")
    assert "填图片里的四个字母或数字" in client.page.text
    assert client.get(f"/v/{code}").status_code == 200, "a code is answered as ever"


def test_withdrawn_from_the_public_its_code_opens_nothing(client: CheckedClient) -> None:
    certificate = public()
    code, certificate_id = certificate.verify_code, certificate.id
    with writing():
        db.session.execute(update(Certificate).filter_by(id=certificate_id).values(verified_at=None, verify_code=None))

    assert client.get(f"/v/{code}").status_code == 404


@pytest.mark.parametrize(
    ("number", "name", "sentence"), [("", "韦小兰", "还没有填证书编号"), ("1", " ", "还没有填持证人姓名")]
)
def test_empty_fields_are_named(client: CheckedClient, number: str, name: str, sentence: str) -> None:
    ask(client, number, name)

    assert sentence in client.page.text
    assert client.page.form("number")["number"] == number


def test_changing_the_question_brings_back_what_was_typed(client: CheckedClient) -> None:
    ask(client, "1346O70", "韦小兰")

    client.post("/", data={**client.page.form("number"), "again": "1"})

    assert client.page.form("number")["number"] == "1346O70"
    assert client.page.form("number")["name"] == "韦小兰"


def miss(times: int) -> None:
    with writing():
        for _ in range(times):
            lookups.count_miss("127.0.0.1")


def read_picture(client: CheckedClient) -> dict[str, str]:
    """Return the signs of the picture: the server's own key opens what travels in the form."""
    token = client.page.form("captcha_token")["captcha_token"]
    with client.session_transaction() as visitor:
        bound_to = fingerprint(visitor["csrf_token"])[:32]
    asked = challenges.opened(token, bound_to)
    assert asked is not None
    return {"captcha_token": token, "captcha": asked.signs.lower()}


def test_who_misses_often_is_asked_a_captcha(client: CheckedClient) -> None:
    public()
    for number in range(ASK_AFTER):
        ask(client, f"99{number}")

    client.get("/")
    asked = client.page.text
    without = client.send("/", {"number": "1346070", "name": WEI.name})
    client.get("/")
    client.send("/", {"number": "1346070", "name": WEI.name, **answer_captcha(client)})

    assert "验证码" in asked
    assert "看不清图片，就改填这道题的得数" in asked
    assert without.status_code == 200
    assert "还没有填验证码" not in client.page.text
    assert "查到这本证书" in client.page.text


def test_who_misses_on_and_on_reads_a_picture_and_waits_longer_each_time(client: CheckedClient) -> None:
    """Twenty seconds, then forty, then a minute, hit or miss; what was typed stays."""
    public()
    miss(SLOW_AFTER)
    asked = {"number": "1346070", "name": WEI.name}
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        waited = []
        for _ in range(5):
            client.get("/")
            client.send("/", asked | read_picture(client))
            assert "查到这本证书" in client.page.text
            client.get("/")
            client.send("/", asked | read_picture(client))
            told = re.search(r"请 (\d+) 秒后再查", client.page.text)
            assert told is not None
            assert client.page.form("number")["number"] == "1346070"
            waited.append(int(told[1]))
            clock.shift(waited[-1])

    assert waited == [20, 40, 60, 60, 60]


def test_who_misses_on_and_on_is_not_asked_the_question_any_more(client: CheckedClient) -> None:
    public()
    miss(SLOW_AFTER)
    client.get("/")
    page, token = client.page.text, client.page.form("captcha_token")["captcha_token"]
    with client.session_transaction() as visitor:
        asked = challenges.opened(token, fingerprint(visitor["csrf_token"])[:32])
    assert asked is not None

    client.send("/", {"number": "1346070", "name": WEI.name, "captcha_token": token, "captcha": asked.answer})

    assert asked.question not in page
    assert "验证码不对" in client.page.text


def test_of_many_that_ask_at_once_only_five_misses_are_told(app: Flask) -> None:
    def ask_once() -> str:
        client = app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
        assert token is not None
        return client.post("/", data={"csrf_token": token[1], "number": "1", "name": "甲乙"}).text

    pages = at_once(app, *[ask_once] * 16)

    assert sum("没有查到这本证书" in page for page in pages) == ASK_AFTER
    assert sum("填图片里的四个字母或数字" in page for page in pages) == 16 - ASK_AFTER


def test_the_captcha_picture_and_the_question_are_each_good_for_one_try(client: CheckedClient) -> None:
    for number in range(ASK_AFTER):
        ask(client, f"99{number}")
    client.get("/")
    answer = answer_captcha(client)
    client.send("/", {"number": "1", "name": "甲乙", **answer})
    client.get("/")

    client.send("/", {"number": "1", "name": "甲乙", **answer})

    assert "验证码不对或放得太久了" in client.page.text


def test_the_health_check_answers_without_account(client: CheckedClient) -> None:
    assert client.get("/healthz").get_data(as_text=True) == "ok\n"


def test_an_answer_that_was_kept_for_one_form_opens_no_other(client: CheckedClient) -> None:
    public()
    miss(ASK_AFTER)
    client.get("/portal/recover")
    client.send("/portal/recover", {"login": "", **answer_captcha(client)})
    kept, token = client.page.text, client.page.form("captcha_token")["captcha_token"]
    client.get("/")

    client.send("/", {"number": "1346070", "name": WEI.name, "captcha_token": token, "captcha": ""})

    assert "验证码已填对，不用再填" in kept
    assert "还没有填验证码" in client.page.text


def test_the_question_that_was_answered_before_buys_no_look_up_that_wants_the_picture(client: CheckedClient) -> None:
    public()
    miss(ASK_AFTER)
    client.get("/")
    client.send("/", {"number": "", "name": WEI.name, **answer_captcha(client)})
    kept, token = client.page.text, client.page.form("captcha_token")["captcha_token"]
    miss(SLOW_AFTER)
    client.get("/")

    client.send("/", {"number": "1346070", "name": WEI.name, "captcha_token": token, "captcha": ""})

    assert "验证码已填对，不用再填" in kept
    assert "还没有填验证码" in client.page.text
    assert "查到这本证书" not in client.page.text
