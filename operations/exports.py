"""Exports: who wrote which list into a file, and the files of the background, encrypted and gone after a day."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from domain.access import Actor
from domain.background import BATCH, ERROR_WORKBOOK, EXPORT
from domain.retention import RESULTS
from extensions import db
from models import BackgroundJob, Event, now
from operations import events

SHOWN = 30
WITH_FILES = (EXPORT, ERROR_WORKBOOK, BATCH)
_WITH_FILES = BackgroundJob.kind_slug.in_([kind.slug for kind in WITH_FILES])
_LONGEST = 480


def note(actor: Actor, grid: str, label: str, spoken: Iterable[str], rows: int) -> Event:
    """Leave the event of an export: which list, what it was narrowed to, how many rows went out."""
    summary = f"导出{label} {rows:,} 条（{'，'.join(spoken) or '全部'}）"
    return events.record(actor, "export", (grid, None), summary[:_LONGEST])


def own(actor: Actor) -> list[BackgroundJob]:
    """Return what somebody asked for that leaves a file, newest first."""
    mine = select(BackgroundJob).filter_by(actor_role=actor.role, actor_id=actor.id).where(_WITH_FILES)
    return list(db.session.scalars(mine.order_by(BackgroundJob.id.desc()).limit(SHOWN)))


def is_kept(job: BackgroundJob) -> bool:
    return bool(job.result_key and job.finished_at and job.finished_at > now() - RESULTS.limit)


def kept_keys() -> list[str]:
    """Return the storage keys of all files that are still kept."""
    names = db.session.scalars(
        select(BackgroundJob.result_key).where(_WITH_FILES, BackgroundJob.result_key.is_not(None))
    )
    return [name.partition(".")[0] for name in names if name]


def outdated() -> list[BackgroundJob]:
    """Return the jobs whose files are to go."""
    old = BackgroundJob.finished_at <= now() - RESULTS.limit
    query = select(BackgroundJob).where(_WITH_FILES, BackgroundJob.result_key.is_not(None), old)
    return list(db.session.scalars(query))
