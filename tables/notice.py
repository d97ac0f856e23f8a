"""业务通知: what an office tells professionals, employers, or itself and the offices below it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, String, or_
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain import notices
from domain.notices import LONGEST_BODY, LONGEST_PICTURE_WORDS, LONGEST_TITLE, NoticeText, Standing
from domain.vocabulary import Audience
from tables.columns import (
    BelongsToOffice,
    FreeText,
    Model,
    StorageKey,
    TermType,
    UtcDateTime,
    indexes_per_scope,
    now,
    one_of,
)
from tables.office import Office


class Notice(BelongsToOffice, Model):
    """One notice; it is shown from its first day to its last, unless it was withdrawn."""

    __tablename__ = "notice"
    __table_args__ = (
        one_of("audience", Audience),
        Index("ix_notice_shown", "office_id", "audience", "starts_on", "id"),
        *indexes_per_scope("notice", "newest", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(FreeText(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(FreeText(LONGEST_BODY))
    audience: Mapped[Audience] = mapped_column(TermType(Audience))
    starts_on: Mapped[date] = mapped_column(Date())
    ends_on: Mapped[date | None] = mapped_column(Date())
    picture: Mapped[str | None] = mapped_column(StorageKey(), index=True)
    picture_words: Mapped[str] = mapped_column(String(LONGEST_PICTURE_WORDS), default="", server_default=sql("''"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    written_by: Mapped[str] = mapped_column(String(50))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), default=now)

    office: Mapped[Office] = relationship()

    @property
    def text(self) -> NoticeText:
        return NoticeText(self.title, self.body, self.audience, self.starts_on, self.ends_on, self.picture_words)

    @property
    def paragraphs(self) -> list[str]:
        """What stands between empty lines; a single line break stays inside."""
        return [part for part in re.split(r"\n{2,}", self.body) if part]

    def standing(self, today: date) -> Standing:
        return notices.standing(self.starts_on, self.ends_on, withdrawn=self.withdrawn_at is not None, today=today)

    @classmethod
    def stands(cls, standing: Standing, today: date) -> Any:
        """Return the condition for the notices that stand so today; the same rule as `standing`, for the database."""
        begun, over = cls.starts_on <= today, cls.ends_on < today
        on_time = cls.withdrawn_at.is_(None)
        return {
            Standing.WITHDRAWN: cls.withdrawn_at.is_not(None),
            Standing.UPCOMING: on_time & (cls.starts_on > today),
            Standing.OVER: on_time & begun & over,
            Standing.SHOWN: on_time & begun & or_(cls.ends_on.is_(None), cls.ends_on >= today),
        }[standing]

    def __str__(self) -> str:
        return self.title
