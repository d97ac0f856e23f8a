"""Ending what has been kept for its time (domain.retention): found a few at a time, erased in one transaction each.

Nothing remembers how far it came: what is left to do is told by the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from domain import retention
from domain.retention import TOLD_BEFORE, Retention
from domain.verification import OPEN_STATES, CaseState
from extensions import db
from models import (
    CasePhoto,
    FailedAttempt,
    Feedback,
    MailedLink,
    Message,
    OpenSession,
    VerificationCase,
    now,
)
from operations import case_erasing, events, telling
from operations.stored_files import SYSTEM

AT_ONCE = 500
CASES_AT_ONCE = 50
TITLE = "您有一份审验快到期了"
TOLD = (
    "您没有提交的审验（{title}，证书编号 {number}）快一年没有填写了。再过 {days} 天，填写的内容和照片会自动删除，证书本身不受影响。"
    "还要办的，请打开它再保存一次，或者提交。"
)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One way in which something ends: `due` reads which rows, `end` ends them and returns the keys of their files."""

    row: Retention
    due: Callable[[], Sequence[int]]
    end: Callable[[Sequence[int]], list[str]]


def _over(row: Retention) -> Any:
    """Return the moment before which the time of this row is over."""
    return now() - row.limit


def _rows(row: Retention, table: Any, column: Any, event: str = "") -> Sweep:
    """Return the sweep that deletes rows by a moment of theirs; where they are people's business, with an event."""

    def due() -> Sequence[int]:
        return list(db.session.scalars(select(table.id).where(column < _over(row)).limit(AT_ONCE)))

    def end(ids: Sequence[int]) -> list[str]:
        _delete(table, ids)
        if event:
            _note(row, table, event, len(ids))
        return []

    return Sweep(row, due, end)


def _oldest_rows(row: Retention, table: Any, event: str) -> Sweep:
    """As `_rows`, for tables that grow at their end: only the oldest are looked at, however many there are."""

    def due() -> Sequence[int]:
        oldest = select(table.id, table.created_at).order_by(table.id).limit(AT_ONCE)
        return [number for number, at in db.session.execute(oldest) if at < _over(row)]

    return Sweep(row, due, _rows(row, table, table.created_at, event).end)


def _delete(table: Any, ids: Sequence[int]) -> None:
    db.session.execute(delete(table).where(table.id.in_(ids)), execution_options={"synchronize_session": False})


def _note(row: Retention, table: Any, event: str, count: int) -> None:
    events.record(SYSTEM, event, (table.__tablename__, None), f"{row.what}保存满 {row.told}，删除 {count:,} 条")


def _drafts_to_tell() -> Sequence[int]:
    """Return the drafts whose holder has not been told since they were last filled in."""
    soon = VerificationCase.filled_in_at < _over(retention.DRAFTS) + TOLD_BEFORE
    untold = VerificationCase.lapse_told_at.is_(None) | (VerificationCase.lapse_told_at < VerificationCase.filled_in_at)
    return _drafts(soon, untold, VerificationCase.deleted_at.is_(None))


def _drafts(*conditions: Any) -> Sequence[int]:
    draft = VerificationCase.state == CaseState.DRAFT
    query = select(VerificationCase.id).where(draft, *conditions).order_by(VerificationCase.filled_in_at)
    return list(db.session.scalars(query.limit(CASES_AT_ONCE)))


def _tell_of_drafts(ids: Sequence[int]) -> list[str]:
    for case in _held(ids):
        case.lapse_told_at = now()
        number, title = case.cert_no or "还没有填", case.title or "资格名称还没有填"
        body = TOLD.format(title=title, number=number, days=TOLD_BEFORE.days)
        telling.tell(case.holder, TITLE, body, case.id)
    return []


def _held(ids: Sequence[int]) -> list[VerificationCase]:
    """Return the cases that are still drafts, locked: one may have been sent meanwhile."""
    query = select(VerificationCase).where(VerificationCase.id.in_(ids), VerificationCase.state == CaseState.DRAFT)
    locked = query.order_by(VerificationCase.id).with_for_update(of=VerificationCase)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def _lapsed_drafts() -> Sequence[int]:
    """Return the drafts that nobody has filled in for their time, and whose holder was told long enough before."""
    told = VerificationCase.lapse_told_at < now() - TOLD_BEFORE
    since = VerificationCase.lapse_told_at >= VerificationCase.filled_in_at
    old = VerificationCase.filled_in_at < _over(retention.DRAFTS)
    return _drafts(old, told, since, VerificationCase.deleted_at.is_(None))


def _given_up() -> Sequence[int]:
    """Return what its holder gave up that long ago; what an office deleted can come back."""
    by_holder = (VerificationCase.office_id.is_(None), VerificationCase.filled_in_at.is_not(None))
    return _drafts(VerificationCase.deleted_at < _over(retention.DRAFTS), *by_holder)


def _end_drafts(ids: Sequence[int]) -> list[str]:
    files = []
    for case in _held(ids):
        why = "放弃" if case.deleted else "没有再填写"
        files += case_erasing.erase(case)
        summary = f"{why}已满 {retention.DRAFTS.told}，填写的内容和照片不再保留"
        events.record(SYSTEM, "lapse_draft", ("case", case.id), summary)
    return files


def _decided_with_photos() -> Sequence[int]:
    """Return cases decided that long ago; a photo is older than the decision, so while none is, none is looked for."""
    before = _over(retention.CASE_PHOTOS)
    oldest = db.session.scalar(select(CasePhoto.created_at).order_by(CasePhoto.id).limit(1))
    if oldest is None or oldest >= before:
        return []
    decided = (VerificationCase.state.not_in(OPEN_STATES), VerificationCase.decided_at < before)
    query = select(CasePhoto.case_id).distinct().join(VerificationCase).where(CasePhoto.created_at < before, *decided)
    return list(db.session.scalars(query.limit(CASES_AT_ONCE)))


def _end_photos(ids: Sequence[int]) -> list[str]:
    query = select(VerificationCase).where(VerificationCase.id.in_(ids), VerificationCase.state.not_in(OPEN_STATES))
    files = []
    for case in db.session.scalars(query.order_by(VerificationCase.id).with_for_update(of=VerificationCase)).all():
        files += case_erasing.drop_photos(case)
        summary = f"办结已满 {retention.CASE_PHOTOS.told}，照片不再保留"
        events.record(SYSTEM, "forget_photos", ("case", case.id), summary)
    return files


SWEEPS = (
    Sweep(retention.DRAFTS, _drafts_to_tell, _tell_of_drafts),
    Sweep(retention.DRAFTS, _lapsed_drafts, _end_drafts),
    Sweep(retention.DRAFTS, _given_up, _end_drafts),
    Sweep(retention.CASE_PHOTOS, _decided_with_photos, _end_photos),
    _oldest_rows(retention.MESSAGES, Message, "forget_messages"),
    _oldest_rows(retention.FEEDBACK, Feedback, "forget_feedback"),
    _rows(retention.FAILED_ATTEMPTS, FailedAttempt, FailedAttempt.at),
    _rows(retention.LINKS, MailedLink, MailedLink.expires_at),
    _rows(retention.SESSIONS, OpenSession, OpenSession.opened_at),
)
