"""The editable dictionaries: titles, awarding bodies with the office behind each, readings of 获取方式, reply texts."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.vocabulary import ObtainedBy
from tables.columns import BelongsToOffice, FreeText, Model, TermType, one_of
from tables.office import Office


class TitleEntry(Model):
    """One title of one series at one level; the levels above 中级 stand here to be recognised and refused."""

    __tablename__ = "title_entry"
    __table_args__ = (UniqueConstraint("guangxi_series", "level", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    guangxi_series: Mapped[str] = mapped_column(String(100))
    series: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(100))
    track: Mapped[str] = mapped_column(String(100), default="")
    era: Mapped[str] = mapped_column(String(20), default="both")


class AwardingBody(Model):
    """Who awarded: the name as certificates print it, and the office that answers for it today."""

    __tablename__ = "awarding_body"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    initials: Mapped[str] = mapped_column(String(200), default="", index=True)
    since_year: Mapped[int | None] = mapped_column()
    until_year: Mapped[int | None] = mapped_column()
    """The first and the last year it awarded in, where known: a certificate from outside them is looked at twice."""

    office: Mapped[Office] = relationship()
    aliases: Mapped[list[AwardingBodyAlias]] = relationship(back_populates="body", cascade="all, delete-orphan")

    def __str__(self) -> str:
        return self.name


class AwardingBodyAlias(Model):
    """Another name the same body signed with over the years."""

    __tablename__ = "awarding_body_alias"

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("awarding_body.id"), index=True)
    alias: Mapped[str] = mapped_column(String(200), unique=True)

    body: Mapped[AwardingBody] = relationship(back_populates="aliases")


class ObtainedByReading(Model):
    """A word that workbooks use for one of the four ways a certificate is obtained."""

    __tablename__ = "obtained_by_reading"
    __table_args__ = (one_of("obtained_by", ObtainedBy),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(50), unique=True)
    obtained_by: Mapped[ObtainedBy] = mapped_column(TermType(ObtainedBy))


class ReplyText(BelongsToOffice, Model):
    """A reply that an office keeps for one of its actions."""

    __tablename__ = "reply_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(FreeText(1000))
