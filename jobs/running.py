"""Carries a job out: takes it up, lets its function work, and settles how it ended, whatever happened in between."""

from __future__ import annotations

import logging
import secrets
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.background import KINDS, JobKind, pause_after
from domain.errors import DomainError
from domain.vocabulary import JobState
from extensions import Busy, db, queue, reading_engine, writing
from jobs import progress
from jobs.presence import presence
from models import BackgroundJob, now
from operations import background, sources
from operations.background import NotOurs

log = logging.getLogger(__name__)

STEP_SECONDS = 0.5
"""How often progress is told and a cancellation noticed, at most."""
_PAUSE_SECONDS = 0.05
LATER = "暂时没有办成，系统会自己再试"


class TryLater(Exception):
    """Something that is needed is away; the job waits and is begun again. The sentence says what."""


class Stopped(Exception):
    """The worker was asked to leave; the job waits for the next one."""


Work = Callable[["Run"], None]
Consequence = Callable[[BackgroundJob, str], None]
WORKS: dict[str, Work] = {}
CONSEQUENCES: dict[str, Consequence] = {}


def work_of(kind: JobKind, *, when_failed: Consequence | None = None) -> Callable[[Work], Work]:
    """Name the function that does this kind of work, and what a failure changes in the same transaction."""

    def register(work: Work) -> Work:
        WORKS[kind.slug] = work
        if when_failed is not None:
            CONSEQUENCES[kind.slug] = when_failed
        return work

    return register


DEVICE = "后台任务"


class Run:
    """One attempt at a job, as its function sees it."""

    def __init__(self, job: BackgroundJob) -> None:
        self.job_id, self.kind, self.attempt = job.id, job.kind, job.attempt
        self.payload, self.subject_id = job.payload, job.subject_id
        self._asker = job.actor
        self.is_finished = False
        self._since = time.time()
        self._next_step = 0.0

    @property
    def actor(self) -> Actor:
        """Return who asked, as the account stands at this moment; raises NotAllowed where it is closed."""
        return background.as_of_now(self._asker)

    def advance(self, done: int, total: int | None = None) -> None:
        """Tell how far it is, and stop here if the job was cancelled or the worker is to leave. Cheap: call it often."""
        if presence.is_leaving:
            raise Stopped
        if time.monotonic() < self._next_step:
            return
        self._next_step = time.monotonic() + STEP_SECONDS
        progress.note(self.job_id, done, total or 0, self._since)
        self._stop_if_lost()

    def _stop_if_lost(self) -> None:
        """Ask on a connection of its own: the session may be in the middle of something."""
        query = select(BackgroundJob.state, BackgroundJob.attempt).where(BackgroundJob.id == self.job_id)
        with reading_engine().connect() as connection:
            found = connection.execute(query).one_or_none()
        if found is None or tuple(found) != (JobState.RUNNING, self.attempt):
            raise NotOurs

    @contextmanager
    def writing(self, *, much: bool = False) -> Iterator[Session]:
        """Do one change whole, as `extensions.writing()` does, unless the job is not this run's any more."""
        with writing(much=much) as session:
            background.hold(self.job_id, self.attempt)
            yield session

    def finish(self, sentence: str = "", result_key: str | None = None) -> None:
        """End the job inside the block that writes what it brought about: both are there, or neither."""
        background.finish(self.job_id, self.attempt, sentence, result_key)
        self.is_finished = True


class Seats:
    """Leaves one thread of the worker free of heavy work, so that a mail never waits for an import."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0
        self.jobs: set[int] = set()

    @contextmanager
    def seat(self, job_id: int, kind: JobKind) -> Iterator[bool]:
        weight = int(kind.heavy)
        with self._lock:
            is_free = not weight or self._taken < max(1, current_app.config["WORKER_THREADS"] - 1)
            if is_free:
                self._taken += weight
                self.jobs.add(job_id)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._taken -= weight
                    self.jobs.discard(job_id)


seats = Seats()


def wake(job_id: int) -> None:
    """Let the worker begin now. Where the queue is away, the worker finds the job in the database when it looks next."""
    try:
        work(job_id)
    except Exception as trouble:
        log.error("the queue is away, job %s waits: %s", job_id, type(trouble).__name__)


def wait(job_id: int, seconds: float) -> bool:
    """Wait a moment for a job that may be quick; whether it is over. The page goes on either way."""
    deadline = time.monotonic() + seconds
    while True:
        db.session.rollback()
        state = db.session.scalar(select(BackgroundJob.state).where(BackgroundJob.id == job_id))
        if state is None or state.is_over or time.monotonic() > deadline:
            return state is None or state.is_over
        time.sleep(_PAUSE_SECONDS)


@queue.task()  # type: ignore[untyped-decorator]
def work(job_id: int) -> None:
    """Carry out one job, in an application context and on a database session of its own."""
    with queue.app.app_context():
        try:
            _seated(job_id)
        except Exception as trouble:
            # Nothing could be settled, the database is away: the caretaker finds the job without anybody working on it.
            log.error("job %s is left to the caretaker: %s", job_id, type(trouble).__name__)
        finally:
            db.session.remove()


def _seated(job_id: int) -> None:
    kind = KINDS.get(db.session.scalar(select(BackgroundJob.kind_slug).where(BackgroundJob.id == job_id)) or "")
    if kind is None:
        return
    with seats.seat(job_id, kind) as is_free:
        if not is_free:
            return
        with writing():
            job = background.take(job_id, presence.name)
            address = job.address if job else None
        if job is not None:
            with sources.coming_from(address or "", DEVICE):
                _carry_out(Run(job))


def _carry_out(run: Run) -> None:
    try:
        WORKS[run.kind.slug](run)
        if not run.is_finished:
            with writing():
                run.finish()
    except NotOurs:
        log.warning("job %s was cancelled or taken over", run.job_id)
    except Stopped:
        with writing():
            background.put_back(run.job_id, run.attempt, due_at=now())
    except (TryLater, Busy, OperationalError, OSError) as trouble:
        log.warning("job %s waits, attempt %s: %s", run.job_id, run.attempt, type(trouble).__name__)
        settle_later(run.job_id, run.attempt, str(trouble) if isinstance(trouble, TryLater) else LATER)
    except DomainError as refusal:
        settle_failed(run.job_id, run.attempt, refusal.sentence)
    except Exception as trouble:
        settle_failed(run.job_id, run.attempt, _noted(run, trouble))
    finally:
        progress.forget(run.job_id)


def settle_later(job_id: int, attempt: int, sentence: str, pause: timedelta | None = None) -> None:
    """Let a job wait and be begun again, or let it fail where it was begun often enough."""
    with writing():
        job = background.locked(job_id)
        if job is None:
            return
        if attempt < job.kind.attempts:
            due_at = now() + (pause_after(attempt) if pause is None else pause)
            background.put_back(job_id, attempt, due_at=due_at, sentence=sentence)
        else:
            _fail(job, attempt, f"试了 {attempt} 次都没有办成，已经停下，请稍后重新开始")


def settle_failed(job_id: int, attempt: int, sentence: str) -> None:
    with writing():
        _fail(db.session.get_one(BackgroundJob, job_id, populate_existing=True), attempt, sentence)


def _fail(job: BackgroundJob, attempt: int, sentence: str) -> None:
    background.fail(job.id, attempt, sentence)
    consequence = CONSEQUENCES.get(job.kind_slug)
    if consequence is not None:
        consequence(job, sentence)


def _noted(run: Run, error: Exception) -> str:
    """Log it under a number that the person can quote; a database's own words may quote a row and stay out."""
    number = secrets.token_hex(4).upper()
    words = type(error).__name__ if isinstance(error, SQLAlchemyError) else f"{type(error).__name__}: {error}"
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected error %s in job %s (%s)\n%s%s", number, run.job_id, run.kind.slug, trace, words)
    return f"出错了，不是您的问题。已记录，编号 {number}，可致电 {current_app.config['ORGANISER_PHONE']}"
