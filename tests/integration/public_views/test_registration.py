"""创建用户: each of ID number, mobile and e-mail once; the address is confirmed by a link that works once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

import mailing
from commands.cast import id_number
from extensions import db, writing
from models import Holder, MailedLink, now
from operations.holders import new_confirming_link
from public_views import registration
from public_views.registration import MOST_MAILS, MOST_TRIES, QUESTIONS
from tests.conftest import PASSWORD_HASH
from tests.engines import PLAIN_SQL
from tests.factories import draft, holder
from tests.integration.public_views.people import LU, WEI, answer_captcha, register
from tests.pages import CheckedClient

GIVEN = {
    "name": "韦 小兰", "id_number": WEI.id_number.lower(), "mobile": "139 0000 0001", "email": "Wei@Example.com", "region": "450721",
    "password": "lingshan-85", "repeated": "lingshan-85", "question": QUESTIONS[0], "answer": "梁玉珍",
    "consent": "y", "consent_sensitive": "y",
}  # fmt: skip


@pytest.fixture(autouse=True)
def empty_outbox(app: Flask) -> None:
    for mail in mailing.outbox(app.config).glob("*.eml"):
        mail.unlink()


def create(client: CheckedClient, **changed: str) -> Any:
    client.get("/portal/register")
    return client.send("/portal/register", GIVEN | answer_captcha(client) | changed)


def holders() -> list[Holder]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Holder)))


def mailed_link(client: CheckedClient) -> str:
    """Return the way in the newest mail, as the outbox page of a development server shows it."""
    client.get("/portal/outbox/")
    links = [link["href"] for link in client.page.all("a") if "/portal/confirm/" in link["href"]]
    return re.sub(r"^https?://[^/]+", "", links[0])


def test_a_new_holder_is_signed_in_at_once_and_gets_a_mail(client: CheckedClient) -> None:
    response = create(client)
    client.get(response.location)

    (holder,) = holders()
    assert (holder.name, holder.id_number, holder.mobile, holder.email) == (
        "韦小兰",
        WEI.id_number,
        WEI.mobile,
        "wei@example.com",
    )
    assert "韦小兰，您好" in client.page.text
    assert "邮箱还没有确认" in client.page.text
    assert mailed_link(client)


def test_the_link_confirms_only_by_its_button_and_only_once(client: CheckedClient) -> None:
    create(client)
    link = mailed_link(client)

    client.get(link)
    looked = holders()[0].email_confirmed_at
    client.send(link)
    confirmed = holders()[0].email_confirmed_at
    again = client.get(link)

    assert looked is None
    assert confirmed is not None
    assert again.status_code == 400
    assert "这个网址已经用过、过期" in client.page.text


def test_a_newer_link_ends_the_older_and_a_week_ends_both(client: CheckedClient) -> None:
    create(client)
    older = mailed_link(client)
    client.get("/portal/profile")
    client.send("/portal/confirm/send")
    newer = mailed_link(client)

    first = client.get(older).status_code
    with writing():
        db.session.execute(update(MailedLink).values(expires_at=now() - timedelta(seconds=1)))
    second = client.get(newer).status_code

    assert older != newer
    assert (first, second) == (400, 400)
    assert holders()[0].email_confirmed_at is None


def test_whoever_waited_only_for_the_link_is_led_back_to_the_button(app: Flask, as_holder: Any) -> None:
    owner = holder(confirmed=False)
    with writing():
        token = new_confirming_link(db.session.get_one(Holder, owner.id))
    unsent, client = draft(owner=owner), as_holder(owner)
    client.get("/portal/certificates/")
    assert "去提交" in client.page.text

    client.get(f"/portal/confirm/{token}")
    answer = client.send(f"/portal/confirm/{token}")

    assert answer.location == f"/portal/verify/{unsent.id}/photos"


def test_who_asks_for_the_link_again_stays_where_it_was_asked_for(app: Flask, as_holder: Any) -> None:
    owner = holder(confirmed=False)
    case_id, client = draft(owner=owner).id, as_holder(owner)
    client.get(f"/portal/verify/{case_id}/photos")

    answer = client.send("/portal/confirm/send", {"next": client.page.form("next")["next"]})

    assert answer.location == f"/portal/verify/{case_id}/photos"


def test_a_made_up_link_confirms_nothing(client: CheckedClient) -> None:
    looked = client.get("/portal/confirm/made-up").status_code
    client.get("/portal/sign-in")

    assert (looked, client.send("/portal/confirm/made-up").status_code) == (400, 400)


def test_the_mail_is_not_sent_again_and_again(client: CheckedClient) -> None:
    create(client)

    codes = []
    for _ in range(MOST_MAILS + 1):
        client.get("/portal/profile")
        codes.append(client.send("/portal/confirm/send").status_code)

    assert codes == [303] * MOST_MAILS + [429]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"mobile": "13900000088", "email": "a@example.com"}, "这个身份证号已经注册过"),
        ({"id_number": LU.id_number, "email": "a@example.com"}, "这个手机号已经注册过"),
        ({"id_number": LU.id_number, "mobile": "13900000088", "email": WEI.email.upper()}, "这个邮箱已经注册过"),
    ],
    ids=["ID number", "mobile", "e-mail"],
)
def test_each_of_three_registers_once(client: CheckedClient, changed: dict[str, str], sentence: str) -> None:
    register()

    create(client, **changed)

    assert sentence in client.page.text
    assert len(holders()) == 1
    assert client.page.form("name")["name"] == "韦 小兰"


def test_without_the_captcha_nobody_learns_whether_a_number_is_registered(client: CheckedClient) -> None:
    register()

    create(client, captcha="x")

    assert "验证码不对或放得太久了" in client.page.text
    assert "已经注册过" not in client.page.text


def test_a_wrong_captcha_costs_nothing_that_was_typed(client: CheckedClient) -> None:
    create(client, captcha="x")

    form = client.page.form("name")
    assert {name: form[name] for name in ("name", "email", "answer", "password", "repeated")} == {
        name: GIVEN[name] for name in ("name", "email", "answer", "password", "repeated")
    }


def test_the_picture_on_the_page_is_drawn_for_whoever_was_asked_and_for_nobody_else(
    client: CheckedClient, app: Flask
) -> None:
    client.get("/portal/register")
    (address,) = {one["src"] for one in client.page.all("img") if "/captcha/" in one["src"]}

    drawn, elsewhere = client.get(address), app.test_client().get(address)

    assert (drawn.status_code, drawn.mimetype, drawn.data[:4]) == (200, "image/png", b"\x89PNG")
    assert elsewhere.status_code == 404


def test_an_answered_captcha_stays_answered_for_that_form_and_for_no_other(client: CheckedClient, app: Flask) -> None:
    create(client, email="weixiaolan")
    told, passed = client.page.text, {"captcha_token": client.page.form("name")["captcha_token"], "captcha": ""}
    stranger = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/portal/register").text)
    assert token is not None
    elsewhere = stranger.post("/portal/register", data=GIVEN | passed | {"csrf_token": token[1]}).text

    mended = client.send("/portal/register", GIVEN | passed)

    assert "验证码已填对，不用再填" in told
    assert "还没有填验证码" in elsewhere
    assert mended.status_code == 303


def test_all_that_is_taken_is_told_at_once_and_the_captcha_stays_answered(client: CheckedClient) -> None:
    """What each try tells is bounded by the count of tries, not by another 验证码; a pass is good for one try."""
    register()
    create(client, email=WEI.email)
    told, passed = client.page.text, {"captcha_token": client.page.form("name")["captcha_token"], "captcha": ""}
    another = GIVEN | {"id_number": LU.id_number, "email": LU.email, "mobile": LU.mobile, "name": LU.name}

    taken = client.send("/portal/register", another | passed)
    client.send("/portal/sign-out")
    client.get("/portal/register")
    client.send("/portal/register", another | passed)

    assert all(words in told for words in ("这个身份证号已经注册过", "这个手机号已经注册过", "这个邮箱已经注册过"))
    assert "验证码已填对，不用再填" in told
    assert taken.status_code == 303
    assert "已填对" not in client.page.text


def test_registration_is_counted_by_address_whatever_comes_of_it(client: CheckedClient) -> None:
    register()
    for _ in range(MOST_TRIES):
        create(client)
        assert "这个身份证号已经注册过" in client.page.text

    create(client, id_number=LU.id_number)

    assert "从这里注册得太勤了，请 15 分钟后再试" in client.page.text
    assert "这个身份证号已经注册过" not in client.page.text
    assert client.page.form("name")["email"] == GIVEN["email"]


def test_no_password_is_hashed_for_somebody_who_is_registered_already(client: CheckedClient, monkeypatch: Any) -> None:
    register()
    hashed: list[str] = []
    monkeypatch.setattr(registration, "hashed", lambda word: hashed.append(word) or PASSWORD_HASH)

    create(client)
    assert not hashed

    create(client, id_number=LU.id_number, email=LU.email, mobile=LU.mobile)
    assert len(hashed) == 2


def test_all_that_is_wrong_is_told_at_once(client: CheckedClient) -> None:
    create(client, email="weixiaolan", password="password", repeated="other", answer="", captcha="x")

    for sentence in ("邮箱里要有 @", "两次", "还没有填密保答案", "验证码不对"):
        assert sentence in client.page.text


@PLAIN_SQL
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "韦"}, "姓名要 2 到 50 个字"),
        ({"id_number": WEI.id_number[:17]}, "身份证号要 18 位，现在是 17 位"),
        ({"id_number": WEI.id_number[:17] + ("1" if WEI.id_number[17] != "1" else "2")}, "身份证号最后一位对不上"),
        ({"mobile": "1390000"}, "手机号"),
        ({"email": "weixiaolan"}, "邮箱里要有 @"),
        ({"region": "110101"}, "还没有选所在市、县"),
        ({"question": "别的问题"}, "还没有选密保问题"),
        ({"answer": " "}, "还没有填密保答案"),
        ({"password": "short", "repeated": "short"}, "密码"),
        ({"repeated": "lingshan-86"}, "两次"),
        ({"password": "password", "repeated": "password"}, "密码"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_stays(
    client: CheckedClient, changed: dict[str, str], sentence: str
) -> None:
    create(client, **changed)

    assert "处要改" in client.page.text
    assert sentence in client.page.text
    assert not holders()
    form = client.page.form("name")
    assert form["mobile"] == changed.get("mobile", GIVEN["mobile"])
    assert form["password"] == changed.get("password", GIVEN["password"])


def test_what_is_wrong_is_listed_in_the_order_of_the_page(client: CheckedClient) -> None:
    client.get("/portal/register")

    client.send("/portal/register")

    errors = [link["href"] for link in client.page.all("a") if link.get("href", "").startswith("#")]
    asked = ("#name", "#email", "#answer", "#captcha")
    assert [anchor for anchor in errors if anchor in asked] == list(asked)


def test_the_county_is_taken_from_the_id_number_where_none_was_chosen(client: CheckedClient) -> None:
    create(client, region="")

    assert holders()[0].region_code == "450721"


def test_an_abolished_county_in_the_number_is_asked_for(client: CheckedClient) -> None:
    create(client, region="", id_number=id_number("452801", "19700615", "004"))

    assert "还没有选所在市、县" in client.page.text
    assert not holders()


def test_neither_id_number_nor_mobile_can_be_read_in_the_database(client: CheckedClient) -> None:
    create(client)

    stored = db.session.connection().exec_driver_sql("SELECT id_number, mobile, security_answer_hash FROM holder").one()

    assert WEI.id_number.encode() not in bytes(stored[0])
    assert WEI.mobile.encode() not in bytes(stored[1])
    assert "梁玉珍" not in stored[2]


def test_the_outbox_exists_only_on_a_development_server(client: CheckedClient, app: Flask) -> None:
    here = client.get("/portal/outbox/").status_code
    app.config["DEVELOPMENT"] = False
    try:
        elsewhere = client.get("/portal/outbox/").status_code
    finally:
        app.config["DEVELOPMENT"] = True

    assert (here, elsewhere) == (200, 404)
