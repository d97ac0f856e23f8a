"""What an office decides reaches the holder by mail too: through a real mail server, and late where that was away."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import update

import mailing
from domain.verification import CaseState
from domain.vocabulary import JobState
from extensions import db, writing
from jobs import caretaker, mail
from models import BackgroundJob, Holder, now
from operations import background, cases
from tests.browser import free_port
from tests.factories import act, case_at, holder, letters_to, staff
from tests.mailbox import Mailbox, mailbox

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def box(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mailbox() as running:
        serve(app, monkeypatch, running.port)
        yield running


def serve(app: Flask, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setitem(app.config, "SMTP_HOST", Mailbox.host)
    monkeypatch.setitem(app.config, "SMTP_PORT", port)


def sent_off() -> list[JobState]:
    """Let everything that waits begin now, as the worker does when it looks next; return how each ended."""
    with writing():
        db.session.execute(update(BackgroundJob).values(due_at=now()))
    caretaker.make_round()
    db.session.rollback()
    return [job.state for job in db.session.query(BackgroundJob).order_by(BackgroundJob.id)]


def text(letter: EmailMessage) -> str:
    return f"{letter['Subject']}\n{letter.get_content()}"


def test_a_decision_arrives_in_the_words_of_its_message_with_the_address_of_its_page(box: Mailbox) -> None:
    case = case_at(CaseState.PENDING)
    owner = case.holder
    act("ls.staff", case, "ask_changes", reply=f"身份证号 {owner.id_number} 与照片不符，请致电 13911112222。")

    sent_off()

    submitted, asked_back = box.messages
    assert submitted["To"] == asked_back["To"] == owner.email
    assert "助理工程师证书待您修改（证书在线审验）" in text(asked_back)
    assert f"http://localhost/portal/cases/{case.id}/" in text(asked_back)
    masked = letters_to(case)[-1].replace(owner.id_number, f"{owner.id_number[:6]}********{owner.id_number[-4:]}")
    assert masked in text(asked_back).replace("\r\n", "\n")
    assert "13911112222" in text(asked_back)


def test_a_counterfeit_is_told_as_a_refusal(box: Mailbox) -> None:
    act("ls.staff", case_at(CaseState.PENDING), "find_counterfeit", evidence="钢印与存档不符")

    sent_off()

    told = text(box.messages[-1])
    assert "审核不通过" in told
    assert not [word for word in ("假证", "客户", "钢印") if word in told]


def test_a_mail_server_that_is_away_holds_up_no_decision_and_gets_the_mail_later(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "REST_SECONDS", 0)
    serve(app, monkeypatch, free_port())
    case = act("ls.staff", case_at(CaseState.PENDING), "approve")
    assert set(sent_off()) == {JobState.WAITING}
    assert case.state is CaseState.APPROVED

    with mailbox() as running:
        serve(app, monkeypatch, running.port)
        assert set(sent_off()) == {JobState.DONE}
        assert set(sent_off()) == {JobState.DONE}

    assert sorted(str(one["Subject"]).split("（")[0] for one in running.messages) == [
        "助理工程师证书审核通过",
        "助理工程师证书已提交审核",
    ]


def test_a_mail_server_that_is_away_is_left_alone_for_a_moment(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(mail, "rest", mail.Rest())
    monkeypatch.setattr(mailing, "send", lambda config, to, subject, body: bool(tried.append(to)))
    act("ls.staff", case_at(CaseState.PENDING), "approve")

    assert set(sent_off()) == {JobState.WAITING}
    assert len(tried) == 1


def test_a_decision_that_did_not_take_place_sends_nothing(box: Mailbox) -> None:
    case = case_at(CaseState.PENDING)
    sent_off()
    box.messages.clear()

    with pytest.raises(ZeroDivisionError):
        approve_and_break(case.id, case.version)
    sent_off()

    assert box.messages == []
    assert len(letters_to(case)) == 1


def approve_and_break(case_id: int, version: int) -> None:
    clerk = staff("ls.staff")
    with writing():
        cases.act(clerk, case_id, version, "approve")
        raise ZeroDivisionError


def test_only_a_confirmed_address_of_an_open_account_gets_mail(box: Mailbox) -> None:
    case = case_at(CaseState.PENDING)
    sent_off()
    box.messages.clear()
    set_owner(case.holder_id, email_confirmed_at=None)
    case = act("ls.staff", case, "call_in")
    set_owner(case.holder_id, email_confirmed_at=now())
    act("ls.staff", case, "reject")
    set_owner(case.holder_id, disabled_at=now())

    assert set(sent_off()) == {JobState.DONE}
    assert box.messages == []


def set_owner(holder_id: int, **values: object) -> None:
    with writing():
        db.session.execute(update(Holder).filter_by(id=holder_id).values(**values))
    db.session.expire_all()


def test_an_address_that_nobody_reads_is_not_tried_again(box: Mailbox) -> None:
    async def handle_rcpt(*_: object) -> str:
        return "550 no such user"

    box.handle_RCPT = handle_rcpt  # type: ignore[attr-defined]
    case_at(CaseState.PENDING, owner=holder())

    assert sent_off() == [JobState.FAILED]
    job = db.session.query(BackgroundJob).one()
    assert "没有这个邮箱" in job.sentence
    assert background.due(9) == []
