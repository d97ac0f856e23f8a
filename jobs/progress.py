"""How far jobs are, told in the queue's own store: the database, whose one writer may be busy with the job, is left alone."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.background import progress_told
from domain.vocabulary import JobState
from extensions import queue
from models import BackgroundJob, now

log = logging.getLogger(__name__)

LONG_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a page shows of a job: a bar, a sentence, and whether there is more to come."""

    done: int
    total: int
    text: str
    is_over: bool

    @property
    def as_json(self) -> dict[str, Any]:
        """Return what static/js/poll.js reads."""
        return {"done": self.done, "total": self.total, "text": self.text, "finished": self.is_over}


def of(job: BackgroundJob) -> Progress:
    if job.state is JobState.RUNNING:
        done, total, since, at = _noted(job.id)
        return Progress(done, total, progress_told(job.kind, done, total, at - since), False)
    return Progress(0, 0, _waiting(job) if job.state is JobState.WAITING else job.sentence, job.state.is_over)


def _waiting(job: BackgroundJob) -> str:
    if job.sentence:
        return f"{job.sentence}。可以离开本页"
    if now() - job.created_at > LONG_WAIT:
        return "还在排队。等了一分多钟还没有开始，请告诉系统管理员看看后台程序是否在运行"
    return "正在排队，很快开始。可以离开本页"


def note(job_id: int, done: int, total: int, since: float) -> None:
    try:
        queue.put(_key(job_id), (done, total, since, time.time()))
    except Exception as trouble:
        # Progress is only shown: whatever became of the queue, the work goes on.
        log.warning("progress is not told: %s", type(trouble).__name__)


def forget(job_id: int) -> None:
    try:
        queue.delete(_key(job_id))
    except Exception as trouble:
        log.warning("progress is not cleared: %s", type(trouble).__name__)


def _noted(job_id: int) -> tuple[int, int, float, float]:
    try:
        return queue.get(_key(job_id), peek=True) or (0, 0, 0.0, 0.0)
    except Exception as trouble:
        log.warning("progress is not read: %s", type(trouble).__name__)
        return 0, 0, 0.0, 0.0


def _key(job_id: int) -> str:
    return f"progress:{job_id}"
