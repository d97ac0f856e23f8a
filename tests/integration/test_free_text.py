"""What people write into boxes for words: an ID number in it lies encrypted and is shown masked."""

from __future__ import annotations

import pytest
from sqlalchemy import String, select, text

from encryption import keyring
from extensions import db, writing
from models import Feedback, Message
from operations import feedback, telling
from tables.columns import FreeText
from tests.factories import holder

NUMBER = "450702198503120014"
SHORT = 200
NAMED = {
    "email": "an address", "password_hash": "a hash", "security_answer_hash": "a hash", "next_password_hash": "a hash",
    "body_key": "a name of the dictionary", "words": "is made by the system", "summary": "is masked as it is recorded", "username": "a login", "name": "a name",
}  # fmt: skip


def stored(table, column):
    return db.session.scalar(text(f"SELECT {column} FROM {table}"))  # noqa: S608


def test_a_number_in_a_letter_is_encrypted_and_read_masked(app):
    owner = holder(0)
    with writing():
        feedback.send(owner, f"号码 {NUMBER}，和 {NUMBER}。")

    lying = stored("feedback", "body")

    assert NUMBER not in lying
    assert lying.startswith("号码 {id:")
    assert db.session.scalar(select(Feedback.body)) == "号码 450702********0014，和 450702********0014。"


def test_words_without_a_number_lie_there_as_they_were_written(app):
    owner = holder(0)
    with writing():
        telling.leave(owner, "标题", "没有号码，只有 {id:abc} 和电话 13800138000")

    assert (
        stored("message", "body")
        == db.session.scalar(select(Message.body))
        == "没有号码，只有 {id:abc} 和电话 13800138000"
    )


@pytest.mark.parametrize("looks_so", ["{id:" + "A" * 63 + "}", "{id:" + "_" * 63 + "}"])
def test_what_only_looks_like_an_encrypted_number_is_read_as_it_was_written(app, looks_so):
    owner = holder(0)
    with writing():
        telling.leave(owner, "标题", looks_so)

    assert db.session.scalar(select(Message.body)) == looks_so


def test_the_longest_text_may_be_nothing_but_numbers(app):
    words = " ；".join([NUMBER] * 100)
    owner = holder(0)
    with writing():
        feedback.send(owner, words)

    assert db.session.scalar(select(Feedback.body)).count("450702********0014") == 100


def test_a_text_that_nobody_can_open_any_more_is_no_error(app):
    owner = holder(0)
    with writing():
        telling.leave(owner, "标题", f"号码 {NUMBER}")
    db.session.rollback()
    keyring.load(bytes(range(7, 39)), 9)

    assert db.session.scalar(select(Message.body)).startswith("号码 {id:")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_column_for_long_words_is_one_that_encrypts_numbers(app):
    plain = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if type(column.type) is String and (column.type.length or SHORT + 1) > SHORT and column.name not in NAMED
    }

    assert plain == {"event.reply"}
    assert any(isinstance(column.type, FreeText) for table in db.metadata.sorted_tables for column in table.columns)
