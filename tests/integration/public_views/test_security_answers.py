"""忘记密码 by the security question: three things together, five tries, a day to stop it, nobody learns who exists."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

import mailing
from commands.cast import PASSWORD
from extensions import db, writing
from models import Event, FailedAttempt, Holder, Message, now
from operations import accounts, security_answers
from operations.mailed_links import DeadLink
from operations.security_answers import TRIES
from tests.engines import PLAIN_SQL
from tests.integration.public_views.people import LU, WEI, answer_captcha, register
from tests.pages import CheckedClient

NEW = "fresh-word-85"
GIVEN = {"id_number": WEI.id_number, "mobile": WEI.mobile, "answer": PASSWORD, "password": NEW, "repeated": NEW}
WRONG = "身份证号、手机号、密保答案三项对不上。还可以试 {} 次"


@pytest.fixture
def wei(app: Flask) -> Holder:
    return register()


@pytest.fixture
def link(app: Flask, client: CheckedClient, wei: Holder) -> str:
    ask(client)
    return way_in(app)


def ask(client: CheckedClient, **changed: str) -> Any:
    client.get("/portal/recover/question")
    return client.send("/portal/recover/question", GIVEN | answer_captcha(client) | changed)


def way_in(app: Flask) -> str:
    newest = max(mailing.outbox(app.config).glob("*.eml"))
    mail = message_from_bytes(newest.read_bytes(), policy=policy.default)
    assert mail["To"] == WEI.email
    return re.search(r"http://localhost(/portal/recover/new-password/\S+)", mail.get_content()).group(1)


def enter(client: CheckedClient, password: str) -> int:
    client.get("/portal/sign-in")
    return client.send("/portal/sign-in", {"login": WEI.mobile, "password": password}).status_code


def stored() -> Holder:
    db.session.rollback()
    return db.session.scalars(db.select(Holder)).one()


def a_day_later() -> None:
    with writing():
        db.session.execute(update(Holder).values(next_password_from=now()))


def press(client: CheckedClient, link: str, choice: str) -> Any:
    client.get(link)
    return client.send(link, {"choice": choice})


def test_the_page_of_the_mail_leads_to_it(client: CheckedClient) -> None:
    client.get("/portal/recover")

    assert "/portal/recover/question" in {link["href"] for link in client.page.all("a")}


def test_for_a_day_the_new_password_waits_then_the_old_one_is_over(
    app: Flask, client: CheckedClient, wei: Holder
) -> None:
    response = ask(client)
    client.get(response.location)
    said = client.page.text
    at_once = enter(client, NEW)
    a_day_later()

    assert "新密码 24 小时后生效" in said
    assert (at_once, stored().next_password_hash is None) == (200, False)
    assert (enter(client, NEW), enter(app.test_client(), PASSWORD)) == (303, 200)
    assert stored().next_password_hash is None


def test_meanwhile_the_old_password_still_opens(client: CheckedClient, wei: Holder) -> None:
    ask(client)

    assert enter(client, PASSWORD) == 303


def test_the_mailed_page_uses_it_at_once(client: CheckedClient, link: str) -> None:
    press(client, link, "use")

    assert (enter(client, PASSWORD), enter(client, NEW)) == (200, 303)


def test_the_mailed_page_stops_it(client: CheckedClient, link: str) -> None:
    press(client, link, "stop")
    a_day_later()

    assert (enter(client, NEW), enter(client, PASSWORD)) == (200, 303)
    assert "stop_new_password" in {event.action for event in Event.about("holder", stored().id)}


def test_looking_uses_nothing_up_and_pressing_once_does(client: CheckedClient, link: str) -> None:
    client.get(link)
    token = client.token()
    client.post(link, data={"csrf_token": token, "choice": "stop"})

    again = client.post(link, data={"csrf_token": token, "choice": "use"})

    assert again.status_code == 400
    assert "网址已经用过、过期" in client.page.text
    assert enter(client, NEW) == 200


def test_a_link_of_another_kind_and_a_made_up_one_are_dead(client: CheckedClient, link: str) -> None:
    token = link.rsplit("/", 1)[1]

    assert client.get(f"/portal/recover/{token}").status_code == 400
    assert client.get("/portal/recover/new-password/made-up").status_code == 400


def test_changing_the_password_stops_the_waiting_one_and_its_link(client: CheckedClient, link: str) -> None:
    with writing():
        accounts.change_password(stored(), "not used here")

    assert stored().next_password_hash is None
    with pytest.raises(DeadLink), writing():
        security_answers.use_now(link.rsplit("/", 1)[1])


def test_the_holder_is_told_in_the_inbox_too(client: CheckedClient, wei: Holder) -> None:
    ask(client)

    (message,) = db.session.scalars(db.select(Message))
    assert "不是您本人，请马上修改密码" in message.body


@PLAIN_SQL
@pytest.mark.parametrize(
    "changed",
    [{"id_number": LU.id_number}, {"mobile": LU.mobile}, {"answer": "梁玉珍"}],
    ids=["ID", "mobile", "answer"],
)
def test_two_of_three_are_not_enough_and_it_is_not_said_which(
    client: CheckedClient, wei: Holder, changed: dict[str, str]
) -> None:
    ask(client, **changed)

    assert WRONG.format(4) in client.page.text
    assert client.page.form("answer")["mobile"] == changed.get("mobile", WEI.mobile)
    assert not client.page.form("answer").get("password")
    assert stored().next_password_hash is None


def test_five_tries_then_a_day_of_waiting_whether_the_account_exists_or_not(app: Flask, wei: Holder) -> None:
    said = []
    for number in (WEI.id_number, LU.id_number):
        with writing():
            db.session.query(FailedAttempt).delete()
        visitor = app.test_client()
        said.append([_told(visitor, number) for _ in range(TRIES + 1)])

    assert said[0] == said[1]
    assert WRONG.format(4) in said[0][0]
    assert "请 24 小时后再试" in said[0][-1]
    visitor = app.test_client()
    with writing():
        db.session.query(FailedAttempt).delete()
    assert ask(visitor).status_code == 303


def _told(client: CheckedClient, number: str) -> str:
    ask(client, id_number=number, answer="不对")
    return re.search(r"有 \d 处要改 (.+?) 用邮箱找回", client.page.text).group(1)


def test_the_right_answer_after_five_wrong_ones_comes_too_late(client: CheckedClient, wei: Holder) -> None:
    for _ in range(TRIES):
        ask(client, answer="不对")

    assert ask(client).status_code == 200
    assert stored().next_password_hash is None


@PLAIN_SQL
def test_an_unknown_number_costs_one_hash_like_a_known_one(
    app: Flask, client: CheckedClient, wei: Holder, monkeypatch: Any
) -> None:
    hashes = []
    fits = security_answers.fits
    monkeypatch.setattr(security_answers, "fits", lambda *given: hashes.append(1) or fits(*given))

    for number in (WEI.id_number, LU.id_number):
        ask(client, id_number=number, answer="不对")

    assert len(hashes) == 2


def test_without_the_captcha_nothing_is_tried(client: CheckedClient, wei: Holder) -> None:
    ask(client, captcha="x")

    assert "验证码不对" in client.page.text
    assert db.session.query(FailedAttempt).filter_by(kind="answer").count() == 0


def test_a_weak_new_password_is_refused_before_it_waits(client: CheckedClient, wei: Holder) -> None:
    ask(client, password="12345678", repeated="12345678")

    assert "这个密码很多人在用" in client.page.text
    assert stored().next_password_hash is None


def test_a_disabled_account_recovers_nothing(client: CheckedClient, wei: Holder) -> None:
    with writing():
        db.session.get_one(Holder, wei.id).disabled_at = now() - timedelta(days=1)

    ask(client)

    assert WRONG.format(4) in client.page.text
