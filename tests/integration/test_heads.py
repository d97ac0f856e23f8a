"""The head of the trail, kept outside the database: in a file, in the log and in each backup."""

from __future__ import annotations

import json

import pytest

from backups import manifest
from domain.verification import CaseState
from extensions import writing
from jobs import heads
from operations import events
from tests.engines import PLAIN_SQL
from tests.factories import case_at
from tests.integration.admin_views.records import trail
from tests.integration.test_backups import empty_system, filled, run  # noqa: F401 - fixtures
from tests.integration.test_events import ANYBODY, do_something, put_back, rows_of_the_trail, without_guard

CUT_OFF, EXCHANGED = "后面的不见了", "不是同一条"


@pytest.fixture(autouse=True)
def _no_heads(app):
    heads.path().unlink(missing_ok=True)
    yield
    heads.path().unlink(missing_ok=True)


@pytest.fixture
def checked(app):
    """A trail that was checked; returns its head."""
    case_at(CaseState.APPROVED)
    do_something(5)
    assert heads.check() == []
    return heads.last()


def test_a_check_notes_the_head_in_a_file_for_its_owner_alone_and_in_the_log(checked, caplog):
    do_something()
    heads.check()

    lines = heads.path().read_text().splitlines()
    assert [line.split()[-1] for line in lines] == [str(checked), str(events.head())]
    assert heads.path().stat().st_mode & 0o777 == 0o600
    assert f"the trail holds, its head is {events.head()}" in caplog.text


@pytest.mark.parametrize(
    ("statements", "word"),
    [
        (["UPDATE event SET summary = '登录' WHERE id = 3"], "第 3 条操作记录被改动过"),
        (["DELETE FROM event WHERE id = 3"], "第 3 条到第 3 条操作记录不见了"),
        (["DELETE FROM event WHERE id > {last} - 2"], CUT_OFF),
    ],
    ids=["edited", "removed in the middle", "newest cut off"],
)
def test_what_was_done_past_the_database_is_found_by_command_and_by_the_daily_check(app, checked, statements, word):
    without_guard(*(one.format(last=checked.number) for one in statements))

    told = app.test_cli_runner().invoke(args=["audit", "verify", "--since", str(checked)])

    assert (told.exit_code, word in told.stderr) == (1, True)
    assert word in "；".join(heads.check())
    assert heads.last() == checked


@pytest.mark.parametrize("more", [0, 9], ids=["as it was", "and went on"])
def test_an_older_head_put_back_is_found_by_command_and_by_the_daily_check(app, more):
    case_at(CaseState.APPROVED)
    older = rows_of_the_trail()
    do_something(4)
    heads.check()
    since = heads.last()
    put_back(older)
    with writing():
        for _ in range(more):
            events.record(ANYBODY, "change_office", ("office", 1), "改了别的")

    told = app.test_cli_runner().invoke(args=["audit", "verify", "--since", str(since)])

    word = EXCHANGED if more else CUT_OFF
    assert list(events.faults()) == []
    assert (told.exit_code, word in told.stderr) == (1, True)
    assert word in "；".join(heads.check())


@PLAIN_SQL
def test_the_alarm_stands_at_the_top_until_an_operator_has_looked_into_it(app, checked, as_staff, caplog):
    older = rows_of_the_trail()
    do_something()
    heads.check()
    put_back(older)
    heads.check()
    heads.check()

    homes = [as_staff(who).get("/admin/").text for who in ("gx.admin", "qz.admin", "ls.staff")]
    accepted = app.test_cli_runner().invoke(args=["audit", "accept", "--reason", "从昨天的备份恢复"])

    assert ["操作记录没有通过核对" in home for home in homes] == [True, False, False]
    assert "the trail does not hold" in caplog.text
    assert len(trail(action="trail_broken")) == 1
    assert accepted.exit_code == 0
    assert "操作记录没有通过核对" not in as_staff("gx.admin").get("/admin/").text
    assert trail(action="trail_accepted")[0].reply == "从昨天的备份恢复"
    assert heads.check() == []


@PLAIN_SQL
def test_nothing_is_accepted_without_a_reason(app, checked):
    told = app.test_cli_runner().invoke(args=["audit", "accept", "--reason", " "])

    assert (told.exit_code, trail(action="trail_accepted")) == (1, [])


def test_a_backup_keeps_the_head_of_its_copy_and_the_trail_is_held_against_it(filled, empty_system, tmp_path):  # noqa: F811
    folder, older = tmp_path / "backup", rows_of_the_trail()
    do_something()
    made = run(filled, "backup", folder)
    head = events.head()
    do_something()
    whole = run(filled, "audit", "verify", "--backup", folder)
    put_back(older)
    cut = run(filled, "audit", "verify", "--backup", folder)
    restored = empty_system()
    back = run(restored, "restore", folder)

    assert (made.exit_code, whole.exit_code, cut.exit_code, back.exit_code) == (0, 0, 1, 0)
    assert CUT_OFF in cut.stderr
    assert manifest.read(folder).head == str(head)
    assert str(head) in made.output
    with restored.app_context():
        assert events.head() == head


@PLAIN_SQL
def test_a_backup_from_before_there_was_a_head_still_restores(filled, empty_system, tmp_path):  # noqa: F811
    folder = tmp_path / "backup"
    run(filled, "backup", folder)
    told = json.loads((folder / manifest.MANIFEST).read_text())
    del told["head"], told["seal"]
    (folder / manifest.MANIFEST).write_text(json.dumps(told | {"seal": manifest._seal(told)}, ensure_ascii=False))

    compared = run(filled, "audit", "verify", "--backup", folder)
    back = run(empty_system(), "restore", folder)

    assert (compared.exit_code, back.exit_code) == (1, 0), back.stderr
    assert "没有记下" in compared.stderr
