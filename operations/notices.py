"""业务通知: writing, changing and withdrawing them, and finding what is shown to somebody today."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from domain.access import Actor, Permission, Place
from domain.errors import DomainError, NotFound
from domain.notices import NoticeText, Standing
from domain.vocabulary import Audience, OfficeKind
from extensions import db
from models import Employer, Holder, Notice, Office, now
from operations import events
from operations.dictionaries import today

Shown = Select[Any]
"""The notices that somebody may read today, as a query."""
LISTED = 50
_LABELS = {
    "title": "标题", "body": "内容", "audience": "给谁看", "starts_on": "开始日期", "ends_on": "结束日期",
    "picture_words": "图片说明",
}  # fmt: skip
_GONE = "没有这条通知，可能已经撤下或到期"


def reached(actor: Actor, notice_id: int) -> Notice:
    """Return a notice that the actor may change, as it is now and held until the end of the transaction."""
    query = select(Notice).filter_by(id=notice_id).with_for_update()
    notice = db.session.scalar(query.execution_options(populate_existing=True))
    if notice is None or not actor.reaches(Permission.NOTICES, notice.office.place):
        raise NotFound("没有这条通知，可能不归您管理")
    return notice


def write(actor: Actor, text: NoticeText, picture: str | None = None) -> Notice:
    """Publish a notice in the name of the actor's office; `picture` is the key of a stored one."""
    assert actor.place is not None, "only offices write notices"
    notice = Notice(written_by=actor.name, picture=picture, **_values(text.tidied(pictured=picture is not None)))
    notice.belong_to(actor.place)
    db.session.add(notice)
    db.session.flush()
    _note(actor, "write_notice", notice, f"发布通知“{notice.title}”")
    return notice


def change(actor: Actor, notice: Notice, text: NoticeText, picture: str | None = None) -> str | None:
    """Change a notice, its picture included; return the key of the picture that is not needed any more."""
    dropped = notice.picture if notice.picture != picture else None
    before, after = _values(notice.text), _values(text.tidied(pictured=picture is not None))
    changes = {
        _LABELS[name]: [_told(before[name]), _told(value)] for name, value in after.items() if before[name] != value
    }
    if notice.picture != picture:
        changes["图片"] = ["原来的图片" if notice.picture else "没有图片", "新的图片" if picture else "没有图片"]
    for name, value in after.items():
        setattr(notice, name, value)
    notice.picture = picture
    db.session.flush()
    if changes:
        _note(actor, "change_notice", notice, f"修改通知“{notice.title}”", changes)
    return dropped


def withdraw(actor: Actor, notice: Notice) -> None:
    """Let nobody read it any more; it stays among the office's own."""
    if notice.withdrawn_at is not None:
        raise DomainError("这条通知已经撤下了")
    notice.withdrawn_at = now()
    db.session.flush()
    _note(actor, "withdraw_notice", notice, f"撤下通知“{notice.title}”")


def show_again(actor: Actor, notice: Notice) -> None:
    if notice.withdrawn_at is None:
        raise DomainError("这条通知没有撤下，不用重新发布")
    notice.withdrawn_at = None
    db.session.flush()
    _note(actor, "show_notice_again", notice, f"重新发布通知“{notice.title}”")


def _note(actor: Actor, action: str, notice: Notice, summary: str, changes: dict[str, list[str]] | None = None) -> None:
    events.record(actor, action, ("notice", notice.id), summary, changes=changes)


def _values(text: NoticeText) -> dict[str, object]:
    return {name: getattr(text, name) for name in _LABELS}


def _told(value: object) -> str:
    return "" if value is None else getattr(value, "label", None) or str(value)


# What is shown to whom.


def for_holder(holder: Holder) -> Shown:
    """Return the notices for a professional: of the offices of the place they live in, and of those above."""
    return _shown(_answering_for(holder.region_code), Audience.HOLDERS)


def for_employer(employer: Employer) -> Shown:
    return _shown(employer.office.place.lineage, Audience.EMPLOYERS)


def for_office(place: Place) -> Shown:
    """Return the notices an office reads: its own to those below, and those of the offices above."""
    return _shown(place.lineage, Audience.OFFICES)


def newest(shown: Shown, limit: int = LISTED) -> list[Notice]:
    return list(db.session.scalars(shown.order_by(Notice.starts_on.desc(), Notice.id.desc()).limit(limit)))


def one(shown: Shown, notice_id: int) -> Notice:
    """Return one of these; raises NotFound for any other, as for one that does not exist."""
    notice: Notice | None = db.session.scalar(shown.where(Notice.id == notice_id))
    if notice is None:
        raise NotFound(_GONE)
    return notice


def picture_of(notice: Notice) -> str:
    """Return the key of its picture; raises NotFound where it has none."""
    if notice.picture is None:
        raise NotFound("这条通知没有图片，可能已经去掉了")
    return notice.picture


def _shown(offices: Iterable[int], audience: Audience) -> Shown:
    return select(Notice).where(
        Notice.office_id.in_(set(offices)), Notice.audience == audience, Notice.stands(Standing.SHOWN, today())
    )


def _answering_for(region_code: str) -> set[int]:
    """Return the offices of a county and its city with those above them; where there is none, the region's."""
    is_open = select(Office).where(Office.closed_at.is_(None))
    near = list(db.session.scalars(is_open.where(Office.region_code.in_((region_code, f"{region_code[:4]}00")))))
    if not near:
        near = list(db.session.scalars(is_open.where(Office.kind == OfficeKind.REGION)))
    return {office_id for office in near for office_id in office.place.lineage}
