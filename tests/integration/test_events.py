"""The audit trail: the database refuses to touch it, and whoever gets past that is found out."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from domain.access import Actor, Role
from domain.verification import CaseState
from extensions import db, writing
from models import Event
from operations import events
from tests.factories import case_at, certificate, draft, holder

ANYBODY = Actor(Role.STAFF, 7, "梁敏")


def run(*statements):
    db.session.rollback()
    with db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def without_guard(*statements):
    """Do what only somebody with the database itself in hand can do."""
    names = (
        ("event_append_only",)
        if db.engine.dialect.name == "postgresql"
        else ("event_no_update", "event_no_delete", "event_no_replace")
    )
    where = " ON event" if db.engine.dialect.name == "postgresql" else ""
    run(*(f"DROP TRIGGER {name}{where}" for name in names), *statements)


def found():
    db.session.rollback()
    return list(events.faults())


@pytest.fixture
def last(app):
    """The number of the last event of a trail that holds."""
    case_at(CaseState.APPROVED, certificate(holder()))
    assert found() == []
    return db.session.query(Event).count()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET summary = 'x' WHERE id = 3", "UPDATE event SET actor_name = actor_name", "DELETE FROM event WHERE id = 3",
        "DELETE FROM event", "TRUNCATE event", "INSERT OR REPLACE INTO event SELECT * FROM event WHERE id = 3",
    ],
)  # fmt: skip
def test_the_database_itself_refuses_to_change_or_remove_an_event(last, statement):
    with pytest.raises(DBAPIError):
        run(statement)

    assert found() == []


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (["UPDATE event SET summary = '登录' WHERE id = 3"], "第 3 条操作记录被改动过"),
        (["UPDATE event SET actor_id = 99 WHERE id = 3"], "第 3 条操作记录被改动过"),
        (["UPDATE event SET at = '2020-01-01 00:00:00' WHERE id = 3"], "第 3 条操作记录被改动过"),
        (["UPDATE event SET reply = '同意' WHERE id = 3"], "第 3 条操作记录被改动过"),
        (["UPDATE event SET changes = NULL WHERE changes IS NOT NULL"], "被改动过"),
        (["DELETE FROM event WHERE id = 1"], "第 1 条到第 1 条操作记录不见了"),
        (["DELETE FROM event WHERE id BETWEEN 3 AND 5"], "第 3 条到第 5 条操作记录不见了"),
        (["UPDATE event SET id = -1 WHERE id = 3", "UPDATE event SET id = 3 WHERE id = 4", "UPDATE event SET id = 4 WHERE id = -1"],
         "第 3 条操作记录被改动过"),
        (["DELETE FROM event WHERE id = {last}"], "末尾应当是第 {last} 条操作记录"),
        (["DELETE FROM event WHERE id = {last}", "UPDATE event_head SET last_id = last_id - 1"], "末尾标记被改动过"),
        (["DELETE FROM event_head"], "末尾标记不见了"),
        (["DELETE FROM event", "DELETE FROM event_head"], "操作记录全部不见了"),
    ],
    ids=["words", "person", "time", "reply", "details", "first", "middle", "order", "end", "end and mark", "mark", "everything"],
)  # fmt: skip
def test_what_somebody_did_past_the_database_is_found(last, statements, sentence):
    without_guard(*(statement.format(last=last) for statement in statements))

    assert sentence.format(last=last) in "；".join(found())


def test_a_row_that_was_slipped_in_is_found(last):
    slipped = "at, actor_role, actor_id, actor_name, action, subject_type, summary, seal"

    without_guard(f"INSERT INTO event (id, {slipped}) SELECT {last + 1}, {slipped} FROM event WHERE id = 2")  # noqa: S608

    assert any(f"第 {last + 1} 条" in sentence for sentence in found())


def test_changes_are_kept_encrypted_and_read_again(app):
    with writing():
        events.record(ANYBODY, "change_certificate", ("certificate", 1), "改", changes={"姓名": ["韦晓兰", "韦小兰"]})

    last = db.session.query(Event).order_by(Event.id.desc()).first()

    assert last.changed == {"姓名": ["韦晓兰", "韦小兰"]}
    assert "韦".encode() not in last.changes


def test_a_refused_change_leaves_no_event(app):
    before = db.session.query(Event).count()

    with pytest.raises(ZeroDivisionError):
        _sign_in_and_fail()

    assert db.session.query(Event).count() == before
    assert found() == []


def _sign_in_and_fail():
    with writing():
        events.record(ANYBODY, "sign_in", ("staff_user", 7), "登录")
        raise ZeroDivisionError


def test_audit_verify_tells_by_its_exit_code(app):
    draft(certificate(holder()))
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify"])
    without_guard("UPDATE event SET summary = '登录' WHERE id = 2")

    broken = runner.invoke(args=["audit", "verify"])

    assert (whole.exit_code, whole.output.strip()) == (0, "操作记录完整，没有被改动或删除。")
    assert (broken.exit_code, broken.stderr.strip()) == (1, "第 2 条操作记录被改动过")
