"""忘记密码: one link by mail, one use, half an hour; nobody learns from it which accounts exist."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

import mailing
from commands.cast import PASSWORD
from domain.ways_in import RESET_PASSWORD
from extensions import db, queue, writing
from jobs import caretaker
from models import Event, FailedAttempt, Holder, MailedLink, now
from operations import accounts, holders, recovery
from operations.mailed_links import DeadLink
from operations.recovery import PER_ACCOUNT, PER_ADDRESS
from tests.engines import PLAIN_SQL
from tests.integration.public_views.people import LU, WEI, answer_captcha, register
from tests.pages import CheckedClient

NEW = "fresh-word-85"
NOBODY = "13900009999"
DEAD = "这个网址已经用过、过期，或者后来又发过新的邮件"


@pytest.fixture(autouse=True)
def empty_outbox(app: Flask) -> None:
    for mail in mailing.outbox(app.config).glob("*.eml"):
        mail.unlink()


@pytest.fixture
def wei(app: Flask) -> Holder:
    return register()


@pytest.fixture
def mails(app: Flask) -> Callable[[], list[EmailMessage]]:
    """Return a function: the mails sent so far, oldest first."""

    def sent() -> list[EmailMessage]:
        files = sorted(mailing.outbox(app.config).glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    return sent


@pytest.fixture
def link(client: CheckedClient, wei: Holder, mails: Callable[[], list[EmailMessage]]) -> str:
    ask(client)
    return way_in(mails()[-1])


def ask(client: CheckedClient, login: str = WEI.mobile, **changed: Any) -> Any:
    client.get("/portal/recover")
    return client.send("/portal/recover", {"login": login, **answer_captcha(client)}, **changed)


def way_in(mail: EmailMessage) -> str:
    return re.search(r"http://localhost(/portal/recover/\S+)", mail.get_content()).group(1)


def choose(client: CheckedClient, link: str, password: str = NEW, repeated: str | None = None) -> Any:
    client.get(link)
    return client.send(link, {"password": password, "repeated": password if repeated is None else repeated})


def enter(client: CheckedClient, password: str) -> int:
    client.get("/portal/sign-in")
    return client.send("/portal/sign-in", {"login": WEI.mobile, "password": password}).status_code


def stored() -> Holder:
    db.session.rollback()
    return db.session.scalars(db.select(Holder)).one()


def test_the_sign_in_page_leads_to_it(client: CheckedClient) -> None:
    client.get("/portal/sign-in")

    assert "/portal/recover" in {link["href"] for link in client.page.all("a")}


@pytest.mark.parametrize("login", [WEI.id_number, WEI.mobile, WEI.email.upper()])
def test_the_mail_goes_to_the_registered_address_only(
    client: CheckedClient, wei: Holder, mails: Any, login: str
) -> None:
    ask(client, login)

    (mail,) = mails()
    words = mail.get_content()
    assert mail["To"] == WEI.email
    assert "韦小兰，您好" in words
    assert "30 分钟内有效，只能用一次" in words
    assert "不是您本人申请的" in words
    assert WEI.id_number not in words
    assert WEI.mobile not in words
    assert client.get(way_in(mail)).status_code == 200


def test_the_answer_is_the_same_whether_or_not_the_account_exists(app: Flask, wei: Holder, mails: Any) -> None:
    answers = []
    for login in (WEI.mobile, NOBODY, "nobody@example.com", "???"):
        visitor = app.test_client()
        response = ask(visitor, login)
        page = visitor.get(response.location).get_data(as_text=True)
        answers.append((response.status_code, response.location, response.data, _without_tokens(page)))

    assert len(set(answers)) == 1
    assert "如果这个账号存在，重设密码的邮件已经发到它的注册邮箱" in answers[0][3]
    assert len(mails()) == 1


def _without_tokens(page: str) -> str:
    return re.sub(r'(name="csrf[-_]token" (?:value|content)=)"[^"]*"', r"\1", page)


def test_the_mail_is_left_to_the_worker(client: CheckedClient, wei: Holder, mails: Any, monkeypatch: Any) -> None:
    with monkeypatch.context() as worker_is_elsewhere:
        worker_is_elsewhere.setattr(queue, "enqueue", lambda task: None)
        status = ask(client).status_code
    early = mails()
    caretaker.make_round()

    assert (status, early) == (303, [])
    assert len(mails()) == 1


@pytest.mark.parametrize(("typed", "sentence"), [("x", "验证码不对或放得太久了"), ("", "还没有填验证码")])
def test_without_the_captcha_nothing_is_sent_and_the_name_stays(
    client: CheckedClient, wei: Holder, mails: Any, typed: str, sentence: str
) -> None:
    client.get("/portal/recover")
    client.send("/portal/recover", {"login": WEI.mobile, **answer_captcha(client), "captcha": typed})

    assert sentence in client.page.text
    assert client.page.form("login")["login"] == WEI.mobile
    assert not mails()


def test_an_empty_form_is_told_what_is_missing(client: CheckedClient) -> None:
    ask(client, " ")

    assert "还没有填身份证号、邮箱或手机号" in client.page.text


def test_a_disabled_account_gets_no_mail_and_its_open_link_dies(
    client: CheckedClient, link: str, wei: Holder, mails: Any
) -> None:
    with writing():
        db.session.get_one(Holder, wei.id).disabled_at = now()

    ask(client)
    opened = client.get(link).status_code

    assert len(mails()) == 1
    assert opened == 400
    assert DEAD in client.page.text


def test_the_link_sets_the_password_and_leads_to_the_door(client: CheckedClient, link: str) -> None:
    response = choose(client, link)
    client.get(response.location)
    said = client.page.text
    old, new = enter(client, PASSWORD), enter(client, NEW)

    assert (response.status_code, response.location) == (303, "/portal/sign-in")
    assert "密码已改好，请用新密码登录" in said
    assert (old, new) == (200, 303)


def test_the_trail_knows_it_and_not_the_password(client: CheckedClient, link: str) -> None:
    choose(client, link)

    newest = db.session.scalars(db.select(Event).order_by(Event.id.desc())).first()
    assert (newest.action, newest.summary, newest.subject_id) == ("recover_password", "找回密码", stored().id)
    assert newest.changes is None


def test_the_link_works_once(client: CheckedClient, link: str) -> None:
    client.get(link)
    token = client.token()
    client.post(link, data={"csrf_token": token, "password": NEW, "repeated": NEW})
    first = stored().password_hash

    opened = client.get(link)
    words, ways = client.page.text, {one["href"] for one in client.page.all("a")}
    sent = client.post(link, data={"csrf_token": token, "password": "another-word-9", "repeated": "another-word-9"})

    assert (opened.status_code, sent.status_code) == (400, 400)
    assert DEAD in words
    assert "/portal/recover" in ways
    assert stored().password_hash == first


def test_of_two_who_press_the_button_the_second_comes_too_late(link: str) -> None:
    token = link.rsplit("/", 1)[1]
    with writing():
        recovery.reset(token, "first")

    with pytest.raises(DeadLink), writing():
        recovery.reset(token, "second")

    assert stored().password_hash == "first"


def test_of_several_who_ask_at_once_one_holds_a_link_that_works(app: Flask, wei: Holder) -> None:
    start = threading.Barrier(PER_ACCOUNT + 1)

    def one() -> None:
        start.wait(10)
        with app.app_context(), writing():
            if recovery.may_ask(WEI.mobile, "192.0.2.7"):
                recovery.letter_for(WEI.mobile)
            time.sleep(0.1)

    together(one, PER_ACCOUNT + 1)

    db.session.rollback()
    assert len(db.session.scalars(db.select(MailedLink).filter_by(purpose=RESET_PASSWORD.name)).all()) == PER_ACCOUNT
    assert (
        len(db.session.scalars(db.select(MailedLink).filter_by(purpose=RESET_PASSWORD.name, used_at=None)).all()) == 1
    )


def test_of_several_who_press_the_button_at_once_one_sets_the_password(app: Flask, link: str) -> None:
    token, start = link.rsplit("/", 1)[1], threading.Barrier(3)
    refused = []

    def one() -> None:
        start.wait(10)
        try:
            with app.app_context(), writing():
                recovery.reset(token, "changed")
        except DeadLink:
            refused.append(True)

    db.session.rollback()
    together(one, 3)

    assert len(refused) == 2
    assert db.session.query(Event).filter_by(action="recover_password").count() == 1


def together(work: Callable[[], None], times: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_looking_at_the_link_does_not_use_it_up(client: CheckedClient, link: str) -> None:
    for _ in range(3):
        client.get(link)

    assert choose(client, link).status_code == 303


def test_after_half_an_hour_the_link_is_dead(client: CheckedClient, link: str) -> None:
    minutes = (
        db.session.scalars(db.select(MailedLink.expires_at).filter_by(used_at=None)).one() - now()
    ).total_seconds() / 60
    client.get(link)
    token = client.token()
    with writing():
        db.session.execute(update(MailedLink).values(expires_at=now() - timedelta(seconds=1)))

    sent = client.post(link, data={"csrf_token": token, "password": NEW, "repeated": NEW})

    assert 29 < minutes <= 30
    assert sent.status_code == 400
    assert DEAD in client.page.text
    assert enter(client, PASSWORD) == 303


def test_a_newer_mail_ends_the_older_link(client: CheckedClient, link: str, mails: Any) -> None:
    ask(client)
    newer = way_in(mails()[-1])

    older = client.get(link).status_code

    assert older == 400
    assert choose(client, newer).status_code == 303


def test_another_persons_mail_ends_nobody_elses_link(client: CheckedClient, link: str) -> None:
    register(LU)

    ask(client, LU.mobile)

    assert client.get(link).status_code == 200


def test_links_of_the_two_purposes_leave_each_other_alone(client: CheckedClient, mails: Any) -> None:
    holder = register(confirmed=False)
    with writing():
        confirming = holders.new_confirming_link(holder)
    ask(client)
    resetting = way_in(mails()[-1])
    with writing():
        holders.confirm_email(confirming)
        newer = holders.new_confirming_link(db.session.get_one(Holder, holder.id))

    foreign = client.get(f"/portal/recover/{newer}").status_code
    own = client.get(resetting).status_code
    client.get(resetting)
    as_confirming = client.send(resetting.replace("recover", "confirm")).status_code

    assert (foreign, own, as_confirming) == (400, 200, 400)


def test_a_made_up_link_is_told_the_same(client: CheckedClient) -> None:
    assert client.get("/portal/recover/made-up").status_code == 400
    assert DEAD in client.page.text


def test_all_sessions_of_the_account_end(client: CheckedClient, as_holder: Any, link: str, wei: Holder) -> None:
    elsewhere = as_holder(wei)
    before = elsewhere.get("/portal/").status_code

    choose(client, link)

    assert (before, elsewhere.get("/portal/").status_code) == (200, 302)


@pytest.mark.parametrize("confirmed", [False, True])
def test_the_link_proves_the_address(client: CheckedClient, mails: Any, confirmed: bool) -> None:
    register(confirmed=confirmed)
    before = stored().email_confirmed_at
    ask(client)

    choose(client, way_in(mails()[-1]))

    after = stored().email_confirmed_at
    assert after is not None
    assert (after == before) is confirmed


@PLAIN_SQL
@pytest.mark.parametrize(
    ("password", "repeated", "sentence"),
    [
        ("short", "short", "密码要 8—64 位，现在是 5 位"),
        ("iloveyou520", "iloveyou520", "这个密码很多人在用"),
        (WEI.mobile, WEI.mobile, "别人容易猜到"),
        ("first-password-of-tests", "first-password-of-tests", "单位的初始密码"),
        (NEW, "fresh-word-86", "两次输入的密码不一样"),
        ("", "", "还没有填新密码"),
    ],
    ids=["short", "common", "own mobile", "office default", "typed twice differently", "empty"],
)
def test_a_weak_password_is_refused_and_the_link_stays_good(
    client: CheckedClient, link: str, password: str, repeated: str, sentence: str
) -> None:
    refused = choose(client, link, password, repeated)
    said = client.page.text
    again = client.send(link, {"password": NEW, "repeated": NEW})

    assert refused.status_code == 200
    assert sentence in said
    assert again.status_code == 303


def test_only_the_fingerprint_of_the_link_is_stored(link: str) -> None:
    token = link.rsplit("/", 1)[1]

    rows = db.session.connection().exec_driver_sql("SELECT * FROM mailed_link").all()

    assert token not in str(rows)
    assert len(token) >= 40


def test_an_account_gets_three_mails_in_a_quarter_of_an_hour_by_whichever_name(
    client: CheckedClient, wei: Holder, mails: Any
) -> None:
    names = (WEI.mobile, WEI.id_number, WEI.email)
    answers = {
        (one.status_code, one.location) for one in (ask(client, names[turn % 3]) for turn in range(PER_ACCOUNT + 1))
    }
    within = mails()
    last = client.get(way_in(within[-1])).status_code
    with writing():
        db.session.execute(update(FailedAttempt).values(at=now() - timedelta(minutes=16)))
    ask(client)

    assert answers == {(303, "/portal/recover/sent")}
    assert len(within) == PER_ACCOUNT
    assert last == 200
    assert len(mails()) == PER_ACCOUNT + 1


def test_an_address_gets_ten_and_others_go_on(client: CheckedClient, wei: Holder, mails: Any) -> None:
    for number in range(PER_ADDRESS):
        ask(client, f"138{number:08d}")

    silent = ask(client).status_code
    from_here = mails()
    ask(client, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})

    assert (silent, from_here) == (303, [])
    assert len(mails()) == 1


def test_recovery_unlocks_the_account(client: CheckedClient, link: str) -> None:
    attempt = accounts.Attempt("holder", WEI.mobile, "192.0.2.7")
    with writing():
        for _ in range(accounts.PER_ACCOUNT):
            accounts.reserve(attempt)

    locked_before = accounts.locked(attempt)
    choose(client, link)

    assert (locked_before, accounts.locked(attempt)) == (True, False)


def test_a_password_changed_meanwhile_closes_the_link_in_the_mailbox(link: str, wei: Holder) -> None:
    with writing():
        accounts.change_password(db.session.get_one(Holder, wei.id), "not used here")

    with pytest.raises(DeadLink):
        recovery.holder_of(link.rsplit("/", 1)[-1])
