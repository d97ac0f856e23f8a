"""Looks after the jobs while a worker runs: begins what waits unnoticed, takes over what a killed worker left."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from domain.vocabulary import JobState
from extensions import db, queue, writing
from jobs import exports, heads, imports, sweep
from jobs.presence import presence
from jobs.running import DEVICE, seats, settle_later, wake
from models import BackgroundJob, now
from operations import account_news, background, batch_results, devices, dormant, population, sources, statistics

log = logging.getLogger(__name__)

EVERY_SECONDS = 2.0
PULSE_ROUNDS = 5
"""Every fifth round gives a sign for what runs here."""
TIDY_ROUNDS = 1800
WOKEN_AT_ONCE = 100
INTERRUPTED = "后台程序中断过，系统会自己重新开始"


def keep(app: Flask, is_deserted: Callable[[], bool], leave: Callable[[], None]) -> None:
    """Begin to look after the jobs on a thread of its own; `leave` once whoever started this worker is gone."""
    threading.Thread(target=_rounds, args=(app, is_deserted, leave), daemon=True, name="caretaker").start()


def _rounds(app: Flask, is_deserted: Callable[[], bool], leave: Callable[[], None]) -> None:
    rounds = 0
    sources.come_from("", DEVICE)
    while not presence.leaving.wait(EVERY_SECONDS if rounds else 0):
        if is_deserted():
            leave()
            return
        with app.app_context():
            try:
                make_round(rounds)
            except Exception as trouble:
                # Whatever it was, the next round tries again: the database may be away for a while.
                log.error("the jobs were not looked after: %s", type(trouble).__name__)
            finally:
                db.session.remove()
        if rounds % TIDY_ROUNDS == 0:
            heads.check_in_time(app, DEVICE)
        rounds += 1


def make_round(number: int = 0) -> None:
    if number % PULSE_ROUNDS == 0:
        _give_sign()
        take_over()
    if number % TIDY_ROUNDS == 0:
        with writing():
            background.forget_old()
            batch_results.forget_old()
            statistics.renew()
            devices.forget_old()
            account_news.forget_old()
            dormant.shut_dormant()
        exports.remove_old()
        imports.tidy()
        count_population()
        sweep.end_what_is_over()
        sweep.make_round()
    wake_waiting()


def count_population() -> None:
    """Count who is registered, about every hour; counting takes its time and is done before the short write."""
    counted = population.count()
    with writing():
        population.keep(counted)


def wake_waiting() -> None:
    """Put into the queue what waits there for nobody: a server was killed before it could, or its time has come."""
    if queue.storage.queue_size() == 0:
        for job_id in background.due(WOKEN_AT_ONCE):
            wake(job_id)


def take_over() -> None:
    """Let the jobs of dead workers wait again; those that were begun often enough have failed."""
    jobs = background.running()
    lost = [(job.id, job.attempt) for job in jobs if is_lost(job)]
    named = {job.worker for job in jobs if job.worker}
    for job_id, attempt in lost:
        log.warning("job %s lost its worker in attempt %s", job_id, attempt)
        try:
            settle_later(job_id, attempt, INTERRUPTED, pause=timedelta())
        except background.NotOurs:
            continue
    presence.forget_dead(but=named)


def is_lost(job: BackgroundJob) -> bool:
    if job.state is not JobState.RUNNING or not job.worker:
        return False
    if job.worker == presence.name:
        return job.id not in seats.jobs
    lives = presence.lives(job.worker)
    silent = job.heartbeat_at is None or now() - job.heartbeat_at > background.SILENT_AFTER
    return not lives if lives is not None else silent


def _give_sign() -> None:
    if seats.jobs:
        with writing():
            background.pulse(list(seats.jobs), presence.name)
