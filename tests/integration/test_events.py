"""The audit trail: the database refuses to touch it, and whoever gets past that is found out."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from domain.access import Actor, Role
from domain.verification import CaseState
from encryption import keyring
from extensions import db, writing
from models import Event
from operations import events, sources
from tests.factories import case_at, certificate, draft, holder

TRAIL = ("event", "event_head")
NEW_MASTER = bytes(range(50, 82))
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
         "第 3 条到第 5 条操作记录被改动过"),
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

    assert (whole.exit_code, whole.output.splitlines()[0]) == (0, "操作记录完整，没有被改动或删除。")
    assert (broken.exit_code, broken.stderr.strip()) == (1, "第 2 条操作记录被改动过")


# What holds in itself is found out by what was kept outside.


def rows_of_the_trail():
    db.session.rollback()
    with db.engine.begin() as connection:
        return {name: connection.execute(db.metadata.tables[name].select()).mappings().all() for name in TRAIL}


def put_back(rows):
    """Put an older copy of the whole trail in the place of today's, as somebody with the database and a backup can."""
    without_guard(*(f"DELETE FROM {name}" for name in TRAIL))  # noqa: S608
    with db.engine.begin() as connection:
        for name, kept in rows.items():
            connection.execute(db.metadata.tables[name].insert(), [dict(row) for row in kept])


def do_something(times=1):
    with writing():
        for _ in range(times):
            events.record(ANYBODY, "change_office", ("office", 1), "改电话")


def test_the_newest_events_cannot_be_cut_off_unseen_with_an_older_head(last):
    older = rows_of_the_trail()
    do_something(4)
    kept_elsewhere = events.head()

    put_back(older)

    assert found() == []
    assert list(events.faults(kept_elsewhere)) == [
        f"上次核对到第 {last + 4} 条操作记录，现在只到第 {last} 条，后面的不见了"
    ]


def test_a_trail_that_went_on_another_way_since_is_found(last):
    older = rows_of_the_trail()
    do_something(2)
    kept_elsewhere = events.head()
    put_back(older)
    do_something(1)
    with writing():
        events.record(ANYBODY, "change_office", ("office", 1), "改了别的")

    assert found() == []
    assert list(events.faults(kept_elsewhere)) == [
        f"第 {last + 2} 条操作记录和上次核对时不是同一条，那以后的记录被换过"
    ]


def test_a_trail_that_only_grew_since_holds(last):
    kept_elsewhere = events.head()
    do_something(3)

    assert list(events.faults(kept_elsewhere)) == []


def test_audit_verify_gives_the_head_to_be_kept_and_takes_it_again(app, last):
    older = rows_of_the_trail()
    do_something()
    runner = app.test_cli_runner()
    head = runner.invoke(args=["audit", "verify"]).output.splitlines()[-1]
    again = runner.invoke(args=["audit", "verify", "--since", head])
    put_back(older)
    cut = runner.invoke(args=["audit", "verify", "--since", head])
    unread = runner.invoke(args=["audit", "verify", "--since", head[:-1]])

    assert (again.exit_code, cut.exit_code, unread.exit_code) == (0, 1, 1)
    assert "后面的不见了" in cut.stderr
    assert unread.stderr.strip() == "要写成上次核对时给出的“序号:印记”，请整段复制"


@pytest.mark.parametrize(
    "change",
    [
        "address = '203.0.113.8'",
        "device = NULL",
        "seal_version = 1, address = NULL, device = NULL",
        "seal_version = 77",
    ],
)
def test_an_address_cannot_be_changed_or_taken_away_unseen(last, change):
    with sources.coming_from("203.0.113.9", "Windows 电脑"):
        do_something()
    before = found()

    without_guard(f"UPDATE event SET {change} WHERE id = {last + 1}")  # noqa: S608

    assert before == []
    assert found() == [f"第 {last + 1} 条操作记录被改动过"]


@pytest.mark.parametrize("change", ["address = '203.0.113.8'", "device = '命令行'", "seal_version = 77"])
def test_what_an_older_seal_does_not_cover_cannot_be_put_into_its_row(last, change):
    do_something()

    without_guard(f"UPDATE event SET {change} WHERE id = {last + 1} AND seal_version = 1")  # noqa: S608

    assert found() == [f"第 {last + 1} 条操作记录被改动过"]


# A change of keys.


def test_a_trail_goes_on_under_another_key_and_is_followed_through_both(app, last):
    keyring.load(NEW_MASTER, 2, {1: app.config["FIELD_KEY"]})
    do_something()

    assert found() == []

    keyring.load(NEW_MASTER, 2)
    assert found()[0] == f"第 1 条到第 {last} 条操作记录被改动过，或者当时的密钥没有写在 FIELD_KEY_OTHERS 里"


def test_a_stolen_older_key_seals_nothing_any_more_once_the_keys_were_rotated(app, last):
    old = app.config["FIELD_KEY"]
    keyring.load(NEW_MASTER, 2, {1: old})
    with writing():
        events.record(ANYBODY, events.KEYS_ROTATED, ("system", None), "改用 2 号密钥")
    keyring.load(old, 1, {2: NEW_MASTER})
    do_something()

    assert found() == [f"第 {last + 2} 条操作记录被改动过", "操作记录的末尾标记被改动过"]
