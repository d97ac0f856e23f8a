"""Holders: registering once, confirming the address once, and an inbox of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands import cast
from domain.errors import DomainError, FieldProblem
from domain.verification import CaseState
from encryption import fingerprint
from extensions import db, writing
from models import Event, Holder, MailedLink, now
from operations import holders, mailed_links
from tests.factories import case_at, fresh_person, holder, registration


def register(**given):
    with writing():
        return holders.register(registration(**given))


def new_link(person):
    with writing():
        return holders.new_confirming_link(db.session.get_one(Holder, person.id))


def confirm(token):
    with writing():
        return holders.confirm_email(token)


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("id_number", "450721850312002", cast.HOLDERS[0].id_number), ("email", "A@Example.com", " a@example.COM "),
        ("mobile", "13712345678", "13712345678"),
    ],
)  # fmt: skip
def test_id_number_address_and_mobile_register_once_each(app, field, first, second):
    register(**{field: first})

    with pytest.raises(FieldProblem, match="已经注册过") as refusal:
        register(**{field: second})

    assert refusal.value.field == field
    assert db.session.query(Holder).count() == 1


def test_numbers_are_found_by_equality_and_lie_encrypted(app):
    number = fresh_person()
    person = register(id_number=number, mobile="13712345678")

    raw = db.session.execute(db.text("SELECT id_number, mobile FROM holder")).one()

    assert (Holder.with_id_number(number), Holder.with_mobile("13712345678")) == (person, person)
    assert Holder.with_id_number(number[:-1]) is None
    assert number.encode() not in bytes(raw.id_number)
    assert b"13712345678" not in bytes(raw.mobile)
    assert person.masked_id == f"{number[:6]}********{number[-4:]}"


def test_a_confirming_link_serves_once_and_a_newer_one_replaces_it(app):
    person = holder(None, confirmed=False)
    old, new = new_link(person), new_link(person)

    with pytest.raises(DomainError):
        confirm(old)
    confirmed = confirm(new)

    assert confirmed.email_confirmed_at
    with pytest.raises(DomainError, match="已经用过"):
        confirm(new)
    assert [event.action for event in Event.about("holder", person.id)] == ["register", "consent", "confirm_email"]


def test_a_confirming_link_runs_out_and_only_its_fingerprint_is_kept(app, monkeypatch):
    token = new_link(holder(None, confirmed=False))
    kept = db.session.query(MailedLink).one().fingerprint
    monkeypatch.setattr(mailed_links, "now", lambda: now() + timedelta(days=7, seconds=1))

    with pytest.raises(DomainError):
        confirm(token)
    with pytest.raises(DomainError):
        confirm(kept)

    assert kept == fingerprint(token)


def test_everybody_reads_an_inbox_of_their_own(app):
    case = case_at(CaseState.NEEDS_CHANGES)
    stranger = holder(1)
    waiting = holders.unread(case.holder_id)

    with writing():
        holders.mark_read(case.holder_id)

    assert (waiting, holders.unread(case.holder_id), holders.inbox(stranger.id)) == (2, 0, [])
    assert [letter.title for letter in holders.inbox(case.holder_id)] == [
        "助理工程师证书待您修改",
        "助理工程师证书已提交审核",
    ]


@pytest.mark.parametrize("answer", ["灵山 小学", "灵山小学\u200b", " 灵山小学 "])
def test_an_answer_is_compared_as_people_repeat_it(answer):
    assert holders.normalised_answer(answer) == "灵山小学"
