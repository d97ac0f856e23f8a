"""Work in the background: asking for it, taking it up, ending it. Each step names the run it belongs to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Update, delete, select, update

from domain.access import Actor
from domain.background import JobKind
from domain.errors import NotAllowed, NotFound
from domain.retention import JOBS
from domain.vocabulary import JobState
from extensions import db
from models import BackgroundJob, StaffUser, now
from operations import sources

SILENT_AFTER = timedelta(minutes=1)
"""A worker of another machine that gave no sign for so long counts as dead."""
_LONGEST_SENTENCE = 500


class NotOurs(Exception):
    """The job was cancelled, or another worker has it now: this run must write nothing more."""


def ask_for(
    actor: Actor, kind: JobKind, payload: dict[str, Any] | None = None, *, subject: tuple[str, int] | None = None
) -> BackgroundJob:
    """Write down what is to be done, in the transaction of the change that wants it."""
    job = BackgroundJob(kind_slug=kind.slug, payload=payload or {}, actor_role=actor.role, actor_id=actor.id)
    job.actor_name, job.address = actor.name, sources.current().address or None
    job.subject_type, job.subject_id = subject or (None, None)
    if actor.place is not None:
        job.belong_to(actor.place)
    db.session.add(job)
    db.session.flush()
    return job


def own(actor: Actor, job_id: int) -> BackgroundJob:
    """Return a job that this very person asked for."""
    job = db.session.get(BackgroundJob, job_id, populate_existing=True)
    if job is None or (job.actor_role, job.actor_id) != (actor.role, actor.id):
        raise NotFound("没有这项任务，可能已经过期，或不是您交办的")
    return job


def as_of_now(asker: Actor) -> Actor:
    """Return who asked with the role and office of this moment: who may no more, does no more, half-way either."""
    if not (asker.role.is_office and asker.id):
        return asker
    account = db.session.get(StaffUser, asker.id, populate_existing=True)
    if account is None or not account.is_active:
        raise NotAllowed(f"{asker.name}的账号已停用，没有办完的不再办")
    return account.actor


def newest_about(subject_type: str, subject_id: int) -> BackgroundJob | None:
    query = select(BackgroundJob).filter_by(subject_type=subject_type, subject_id=subject_id)
    return db.session.scalar(query.order_by(BackgroundJob.id.desc()).limit(1))


def due(most: int) -> list[int]:
    """Return the jobs that wait and may begin, the oldest first."""
    waiting = BackgroundJob.state == JobState.WAITING
    query = select(BackgroundJob.id).where(waiting, BackgroundJob.due_at <= now())
    return list(db.session.scalars(query.order_by(BackgroundJob.due_at, BackgroundJob.id).limit(most)))


def running() -> list[BackgroundJob]:
    query = select(BackgroundJob).where(BackgroundJob.state == JobState.RUNNING)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def take(job_id: int, worker: str) -> BackgroundJob | None:
    """Take up a job that waits; None where somebody else was faster or it was cancelled."""
    moment = now()
    taken = _changed(
        update(BackgroundJob)
        .where(
            BackgroundJob.id == job_id, BackgroundJob.state == JobState.WAITING, BackgroundJob.due_at <= moment
        )
        .values(
            state=JobState.RUNNING, attempt=BackgroundJob.attempt + 1, worker=worker, sentence="",
            started_at=moment, heartbeat_at=moment,
        )
    )  # fmt: skip
    return db.session.get(BackgroundJob, job_id, populate_existing=True) if taken else None


def hold(job_id: int, attempt: int) -> None:
    """Give a sign, and hold the job until commit; raises NotOurs where the run has lost it."""
    if not _changed(_of_run(job_id, attempt).values(heartbeat_at=now())):
        raise NotOurs


def finish(job_id: int, attempt: int, sentence: str = "", result_key: str | None = None) -> None:
    """End a job well, in the transaction of what it brought about; what it was to do is not needed any more."""
    ended = _of_run(job_id, attempt).values(state=JobState.DONE, finished_at=now(), payload={})
    if not _changed(ended.values(sentence=sentence[:_LONGEST_SENTENCE], result_key=result_key)):
        raise NotOurs


def fail(job_id: int, attempt: int, sentence: str) -> None:
    ended = _of_run(job_id, attempt).values(state=JobState.FAILED, finished_at=now())
    if not _changed(ended.values(sentence=sentence[:_LONGEST_SENTENCE])):
        raise NotOurs


def put_back(job_id: int, attempt: int, *, due_at: datetime, sentence: str = "") -> None:
    """Let a job wait again: its worker was stopped or killed, or something it needs is away."""
    waiting = _of_run(job_id, attempt).values(state=JobState.WAITING, due_at=due_at, worker=None)
    if not _changed(waiting.values(sentence=sentence[:_LONGEST_SENTENCE])):
        raise NotOurs


def cancel(job_id: int) -> bool:
    """End a job before it is done; what it has not committed yet is never written. False where it is over already."""
    under_way = BackgroundJob.state.in_([JobState.WAITING, JobState.RUNNING])
    statement = update(BackgroundJob).where(BackgroundJob.id == job_id, under_way)
    return bool(_changed(statement.values(state=JobState.CANCELLED, finished_at=now(), payload={})))


def locked(job_id: int) -> BackgroundJob | None:
    """Return a job, locked; None while its run is in the middle of a change, which is a sign of life."""
    query = select(BackgroundJob).where(BackgroundJob.id == job_id).with_for_update(skip_locked=True)
    return db.session.scalar(query.execution_options(populate_existing=True))


def cancel_about(subject_type: str, subject_id: int) -> None:
    """End whatever is under way about this."""
    job = newest_about(subject_type, subject_id)
    if job is not None:
        cancel(job.id)


def is_under_way(subject_type: str, subject_id: int) -> bool:
    job = newest_about(subject_type, subject_id)
    return job is not None and not job.state.is_over


def pulse(job_ids: Collection[int], worker: str) -> None:
    """Give a sign for what this worker carries out; a run that is in the middle of a change gave its own."""
    mine = (BackgroundJob.id.in_(job_ids), BackgroundJob.worker == worker, BackgroundJob.state == JobState.RUNNING)
    free = select(BackgroundJob.id).where(*mine).with_for_update(skip_locked=True)
    _changed(update(BackgroundJob).where(BackgroundJob.id.in_(free)).values(heartbeat_at=now()))


def forget_old() -> None:
    """Remove what ended long ago."""
    over = BackgroundJob.state.in_([state for state in JobState if state.is_over])
    old = BackgroundJob.finished_at < now() - JOBS.limit
    db.session.execute(delete(BackgroundJob).where(over, old), execution_options={"synchronize_session": False})


def _of_run(job_id: int, attempt: int) -> Update:
    return update(BackgroundJob).where(
        BackgroundJob.id == job_id, BackgroundJob.attempt == attempt, BackgroundJob.state == JobState.RUNNING
    )


def _changed(statement: Update) -> int:
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount
