"""Work in the background: asked for with the change that wants it, carried out once, never lost, never half-done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

import jobs
import mailing
from domain.background import KINDS, JobKind
from domain.errors import DomainError, NotFound
from domain.vocabulary import JobState
from extensions import db, queue, writing
from jobs import caretaker, running
from jobs.presence import Presence, presence
from models import BackgroundJob, FailedAttempt, now
from operations import background
from operations.background import NotOurs
from tests.factories import staff

TRIAL = JobKind("trial", "试一试", doing="已试", attempts=3)
Asked = Callable[..., int]


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Return a function: from now on a trial does this."""
    monkeypatch.setitem(KINDS, TRIAL.slug, TRIAL)

    def set_work(work: Any) -> None:
        monkeypatch.setitem(running.WORKS, TRIAL.slug, work)

    set_work(lambda run: None)
    return set_work


@pytest.fixture
def asked(app: Flask, does: Any) -> Asked:
    def ask(**payload: Any) -> int:
        actor = staff("ls.staff")
        with writing():
            return background.ask_for(actor, TRIAL, payload, subject=("trial", 7)).id

    return ask


@pytest.fixture
def machine(tmp_path: Any) -> Iterator[None]:
    """This process counts as a worker of a machine with this folder."""
    with presence.among(tmp_path):
        yield


def stored(job_id: int) -> BackgroundJob:
    db.session.rollback()
    return db.session.get_one(BackgroundJob, job_id, populate_existing=True)


def leave_a_mark(run: jobs.Run, subject: bytes = b"mark") -> None:
    with run.writing():
        db.session.add(FailedAttempt(kind="trial", subject=subject))
        run.finish("办好了", "key")


def marks() -> int:
    db.session.rollback()
    return db.session.query(FailedAttempt).filter_by(kind="trial").count()


def begin(job_id: int, worker: str = "another") -> int:
    """Take a job up as a worker does that is then killed; return its attempt."""
    with writing():
        return background.take(job_id, worker).attempt


def test_what_was_asked_for_is_done_and_told(asked: Asked, does: Any) -> None:
    seen: list[Any] = []
    does(lambda run: (seen.append((run.actor, run.payload, run.subject_id)), leave_a_mark(run)))

    job_id = asked(wanted="everything")
    jobs.wake(job_id)

    job = stored(job_id)
    assert seen == [(staff("ls.staff"), {"wanted": "everything"}, 7)]
    assert (job.state, job.sentence, job.result_key, job.payload) == (JobState.DONE, "办好了", "key", {})
    assert job.finished_at
    assert background.newest_about("trial", 7).id == job_id


def test_a_function_that_says_nothing_has_done_its_work(asked: Asked) -> None:
    job_id = asked()
    jobs.wake(job_id)

    assert stored(job_id).state is JobState.DONE


def test_a_job_is_done_once_however_often_it_is_woken(asked: Asked, does: Any) -> None:
    does(leave_a_mark)
    job_id = asked()

    for _ in range(3):
        jobs.wake(job_id)

    assert marks() == 1
    assert stored(job_id).attempt == 1


def test_a_job_that_came_to_nothing_with_its_transaction_is_nobodys(app: Flask, asked: Asked) -> None:
    actor = staff("ls.staff")
    ids = []

    def ask_in_vain() -> None:
        with writing():
            ids.append(background.ask_for(actor, TRIAL).id)
            raise DomainError("没有")

    with pytest.raises(DomainError):
        ask_in_vain()
    jobs.wake(ids[0])

    assert db.session.query(BackgroundJob).count() == 0


def test_another_person_does_not_see_the_job(asked: Asked) -> None:
    job_id = asked()

    assert background.own(staff("ls.staff"), job_id).id == job_id
    with pytest.raises(NotFound):
        background.own(staff("ls.admin"), job_id)
    with pytest.raises(NotFound):
        background.own(staff("ls.staff"), job_id + 1)


# Refused, broken, away.


def test_a_refusal_is_told_in_its_own_words(asked: Asked, does: Any) -> None:
    def refuse(run: jobs.Run) -> None:
        with run.writing():
            db.session.add(FailedAttempt(kind="trial", subject=b"mark"))
            db.session.flush()
            raise DomainError("表里没有数据，请换一个文件")

    does(refuse)
    job_id = asked()
    jobs.wake(job_id)

    assert (stored(job_id).state, stored(job_id).sentence) == (JobState.FAILED, "表里没有数据，请换一个文件")
    assert marks() == 0


def test_an_error_is_told_by_a_number_and_not_by_its_words(
    asked: Asked, does: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(run: jobs.Run) -> None:
        raise ZeroDivisionError("division by zero")

    does(break_down)
    job_id = asked()
    jobs.wake(job_id)

    job = stored(job_id)
    number = job.sentence.split("编号 ")[1][:8]
    assert job.state is JobState.FAILED
    assert "division" not in job.sentence
    assert f"unexpected error {number}" in caplog.text
    assert "ZeroDivisionError: division by zero" in caplog.text


@pytest.mark.parametrize(
    "trouble", [jobs.TryLater("邮件服务器暂时连不上"), OSError(28, "full"), OperationalError("", {}, Exception())]
)
def test_what_may_pass_is_tried_again_and_given_up_in_the_end(asked: Asked, does: Any, trouble: Exception) -> None:
    def fail(run: jobs.Run) -> None:
        raise trouble

    does(fail)
    job_id = asked()
    states = []
    for _ in range(TRIAL.attempts + 1):
        jobs.wake(job_id)
        states.append(stored(job_id).state)
        with writing():
            db.session.execute(update(BackgroundJob).values(due_at=now()))

    assert states == [JobState.WAITING] * 2 + [JobState.FAILED] * 2
    assert stored(job_id).attempt == TRIAL.attempts
    assert "试了 3 次都没有办成" in stored(job_id).sentence


def test_a_job_that_waits_for_its_time_is_not_begun_before(asked: Asked, does: Any) -> None:
    def fail(run: jobs.Run) -> None:
        raise jobs.TryLater("邮件服务器暂时连不上")

    does(fail)
    job_id = asked()
    jobs.wake(job_id)
    jobs.wake(job_id)

    assert stored(job_id).attempt == 1
    assert stored(job_id).due_at > now()
    assert jobs.progress.of(stored(job_id)).text == "邮件服务器暂时连不上。可以离开本页"


def test_a_failure_has_its_consequence_in_the_same_transaction(
    asked: Asked, does: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def consequence(job: BackgroundJob, sentence: str) -> None:
        db.session.add(FailedAttempt(kind="trial", subject=sentence.encode()))

    monkeypatch.setitem(running.CONSEQUENCES, TRIAL.slug, consequence)
    does(lambda run: (_ for _ in ()).throw(DomainError("不行")))
    jobs.wake(asked())

    assert marks() == 1


# Progress and cancelling.


def test_progress_is_told_while_it_goes_and_forgotten_after(asked: Asked, does: Any) -> None:
    seen = []

    def count(run: jobs.Run) -> None:
        run.advance(40, 100)
        job = db.session.get_one(BackgroundJob, run.job_id, populate_existing=True)
        seen.append(jobs.progress.of(job).as_json)

    does(count)
    job_id = asked()
    jobs.wake(job_id)

    assert seen == [{"done": 40, "total": 100, "text": "已试 40 行，共 100 行。可以离开本页", "finished": False}]
    assert queue.get(f"progress:{job_id}", peek=True) is None
    assert jobs.progress.of(stored(job_id)).is_over


def test_progress_is_written_twice_a_second_at_most(asked: Asked, does: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    clock = iter(range(1_000_000))
    monkeypatch.setattr(running.time, "monotonic", lambda: next(clock) / 1000)
    monkeypatch.setattr(running.progress, "note", lambda job_id, done, total, since: told.append(done))
    does(lambda run: [run.advance(done) for done in range(2000)])

    jobs.wake(asked())

    assert 2 <= len(told) <= 5


def test_a_job_that_waits_is_cancelled_at_once(asked: Asked, does: Any) -> None:
    does(leave_a_mark)
    job_id = asked()
    with writing():
        assert background.cancel(job_id)

    jobs.wake(job_id)

    assert stored(job_id).state is JobState.CANCELLED
    assert marks() == 0


@pytest.mark.parametrize("how", ["advance", "writing"])
def test_a_running_job_that_is_cancelled_writes_nothing_more(asked: Asked, does: Any, how: str) -> None:
    def work(run: jobs.Run) -> None:
        with writing():
            background.cancel(run.job_id)
        if how == "advance":
            run.advance(1)
        leave_a_mark(run)

    does(work)
    job_id = asked()
    jobs.wake(job_id)

    assert stored(job_id).state is JobState.CANCELLED
    assert marks() == 0


def test_what_is_over_cannot_be_cancelled(asked: Asked) -> None:
    job_id = asked()
    jobs.wake(job_id)

    with writing():
        assert not background.cancel(job_id)

    assert stored(job_id).state is JobState.DONE


# Workers that are killed or stopped.


def test_the_job_of_a_killed_worker_is_begun_again_at_once(
    asked: Asked, does: Any, machine: None, tmp_path: Any
) -> None:
    does(leave_a_mark)
    job_id = asked()
    (tmp_path / "killed").touch()
    begin(job_id, "killed")

    caretaker.make_round()

    assert (stored(job_id).state, stored(job_id).attempt) == (JobState.DONE, 2)
    assert marks() == 1


def test_the_job_of_a_worker_that_lives_is_left_to_it(asked: Asked, machine: None, tmp_path: Any) -> None:
    job_id, other = asked(), Presence()
    begin(job_id, other.name)
    with writing():
        db.session.execute(update(BackgroundJob).values(heartbeat_at=now() - timedelta(hours=1)))

    with other.among(tmp_path):
        caretaker.make_round()
        while_it_lives = stored(job_id).state
    caretaker.make_round()

    assert while_it_lives is JobState.RUNNING
    assert stored(job_id).state is JobState.DONE


@pytest.mark.parametrize(("silent", "state"), [(30, JobState.RUNNING), (90, JobState.DONE)])
def test_a_worker_of_another_machine_is_dead_after_a_minute_of_silence(
    asked: Asked, machine: None, silent: int, state: JobState
) -> None:
    job_id = asked()
    begin(job_id)
    with writing():
        db.session.execute(update(BackgroundJob).values(heartbeat_at=now() - timedelta(seconds=silent)))

    caretaker.make_round()

    assert stored(job_id).state is state


def test_a_job_that_kills_every_worker_is_given_up(asked: Asked, does: Any, machine: None, tmp_path: Any) -> None:
    does(leave_a_mark)
    job_id = asked()
    (tmp_path / "killed").touch()
    for _ in range(TRIAL.attempts):
        begin(job_id, "killed")
        with writing():
            db.session.execute(update(BackgroundJob).values(due_at=now() + timedelta(hours=1)))
        caretaker.take_over()
        with writing():
            db.session.execute(update(BackgroundJob).values(due_at=now()))

    assert stored(job_id).state is JobState.FAILED
    assert marks() == 0


def test_a_run_that_was_taken_over_writes_nothing_more(asked: Asked, does: Any) -> None:
    def lose_it(run: jobs.Run) -> None:
        with writing():
            background.put_back(run.job_id, run.attempt, due_at=now())
        begin(run.job_id)
        leave_a_mark(run)

    does(lose_it)
    job_id = asked()
    jobs.wake(job_id)

    assert stored(job_id).state is JobState.RUNNING
    assert marks() == 0
    for step in (background.hold, background.finish):
        with pytest.raises(NotOurs), writing():
            step(job_id, 1)


def test_a_worker_that_leaves_puts_its_job_back(asked: Asked, does: Any) -> None:
    def leave(run: jobs.Run) -> None:
        presence.leaving.set()
        run.advance(1)
        leave_a_mark(run)

    does(leave)
    job_id = asked()
    try:
        jobs.wake(job_id)
    finally:
        presence.leaving.clear()

    assert (stored(job_id).state, stored(job_id).worker) == (JobState.WAITING, None)
    assert marks() == 0


def test_what_nobody_woke_is_found(asked: Asked, does: Any) -> None:
    does(leave_a_mark)
    ids = [asked() for _ in range(3)]

    caretaker.make_round()

    assert {stored(job_id).state for job_id in ids} == {JobState.DONE}


def test_a_queue_that_is_away_loses_nothing(
    asked: Asked, does: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(task: Any) -> None:
        raise ConnectionError

    does(leave_a_mark)
    job_id = asked()
    with monkeypatch.context() as gone:
        gone.setattr(queue, "enqueue", away)
        jobs.wake(job_id)
    waiting = stored(job_id).state
    caretaker.make_round()

    assert waiting is JobState.WAITING
    assert "the queue is away" in caplog.text
    assert stored(job_id).state is JobState.DONE


def test_heavy_work_leaves_one_thread_to_what_is_quick(app: Flask) -> None:
    heavy = JobKind("heavy", "重活", heavy=True)
    seats = running.Seats()
    given = [(1, heavy), (2, heavy), (3, heavy), (4, TRIAL)]
    with ExitStack() as all_at_once:
        free = [all_at_once.enter_context(seats.seat(*one)) for one in given]
        assert free == [True, True, False, True]
        assert seats.jobs == {1, 2, 4}
    assert seats.jobs == set()


def test_what_ended_long_ago_is_forgotten(asked: Asked) -> None:
    ended, waiting = asked(), asked()
    jobs.wake(ended)
    with writing():
        db.session.execute(update(BackgroundJob).values(created_at=now() - timedelta(days=40)))
        over = update(BackgroundJob).where(BackgroundJob.id == ended)
        db.session.execute(over.values(finished_at=now() - timedelta(days=31)))
        background.forget_old()

    assert [job.id for job in db.session.query(BackgroundJob)] == [waiting]


def test_a_wait_that_is_too_long_says_whom_to_ask(asked: Asked) -> None:
    job_id = asked()
    fresh = jobs.progress.of(stored(job_id)).text
    with writing():
        db.session.execute(update(BackgroundJob).values(created_at=now() - timedelta(minutes=2)))

    assert fresh == "正在排队，很快开始。可以离开本页"
    assert "告诉系统管理员" in jobs.progress.of(stored(job_id)).text


# Mails.


def test_a_mail_is_sent_and_not_kept(app: Flask) -> None:
    with writing():
        job_id = jobs.mail.ask_for(staff("ls.staff"), "wei@example.com", "通知", "您好").id
    jobs.wake(job_id)

    newest = max(mailing.outbox(app.config).glob("*.eml"))
    assert "wei@example.com" in newest.read_text()
    assert (stored(job_id).state, stored(job_id).payload) == (JobState.DONE, {})


def test_a_mail_waits_for_its_server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SMTP_HOST", "127.0.0.1")
    monkeypatch.setitem(app.config, "SMTP_PORT", 9)
    with writing():
        job_id = jobs.mail.ask_for(staff("ls.staff"), "wei@example.com", "通知", "您好").id
    jobs.wake(job_id)
    waiting = stored(job_id).state
    monkeypatch.setitem(app.config, "SMTP_HOST", "")
    with writing():
        db.session.execute(update(BackgroundJob).values(due_at=now()))

    caretaker.make_round()

    assert waiting is JobState.WAITING
    assert stored(job_id).state is JobState.DONE
