"""Keeping what an action on ticked rows did, for a day and for whoever took it. The trail has the decisions themselves."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from domain.access import Actor
from domain.errors import NotFound
from domain.retention import RESULTS
from extensions import db
from models import BatchResult, now
from tables.batch_result import Named


def keep(
    actor: Actor, grid: str, title: str, done: Sequence[Named], skipped: Sequence[tuple[Named, str]]
) -> BatchResult:
    result = BatchResult(user_id=actor.id, grid=grid, title=title, done=list(done), skipped=list(skipped))
    db.session.add(result)
    db.session.flush()
    return result


def own(actor: Actor, grid: str, result_id: int) -> BatchResult:
    """Return what this very person's action on this list did; anybody else's is not there."""
    result = db.session.scalar(select(BatchResult).filter_by(id=result_id, user_id=actor.id, grid=grid))
    if result is None:
        raise NotFound("这份逐条结果只留一天，已经删除了；办成了什么，看每一条的经过")
    return result


def forget_old() -> None:
    old = BatchResult.created_at < now() - RESULTS.limit
    db.session.execute(delete(BatchResult).where(old), execution_options={"synchronize_session": False})
