"""The calendar that working days are counted by: Monday to Friday, but for the days that stand in its table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask import g
from sqlalchemy import select

from domain.access import Actor
from domain.errors import FieldProblem
from domain.working_days import working_days_between
from extensions import db
from models import CalendarDay, local_date
from operations import events
from operations.bodies import one_change_at_a_time
from operations.dictionaries import today

LONGEST = 31


def since(moment: datetime) -> int:
    """Return the working days that have passed since the moment, today among them."""
    return counted(local_date(moment), today())


def counted(start: date, end: date) -> int:
    """Return how many working days lie behind `start`, up to and with `end`."""
    return working_days_between(start, end, *_exceptions())


def _exceptions() -> tuple[set[date], set[date]]:
    """Return the days off and the days worked instead of them; read once a request, as a list asks for every row."""
    if "calendar" not in g:
        days = db.session.execute(select(CalendarDay.day, CalendarDay.worked)).all()
        g.calendar = {day for day, worked in days if not worked}, {day for day, worked in days if worked}
    kept: tuple[set[date], set[date]] = g.calendar
    return kept


def _changed() -> None:
    db.session.flush()
    g.pop("calendar", None)


def add_days(actor: Actor, first: date, last: date, *, worked: bool, note: str) -> list[CalendarDay]:
    """Enter each day of a span; what a day was entered as before is replaced."""
    if last < first:
        raise FieldProblem("last", "最后一天早于第一天，请核对")
    if (last - first).days >= LONGEST:
        raise FieldProblem("last", f"一次最多填 {LONGEST} 天，请分几次填")
    one_change_at_a_time()
    span = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    entered = [_entered(day, worked, note) for day in span]
    _changed()
    summary = f"工作日历：{_spoken(span)}{_kind(worked)}（{note}）"
    events.record(actor, "add_calendar_days", ("calendar_day", entered[0].id), summary)
    return entered


def _entered(day: date, worked: bool, note: str) -> CalendarDay:
    known = db.session.scalar(select(CalendarDay).filter_by(day=day)) or CalendarDay(day=day)
    known.worked, known.note = worked, note
    db.session.add(known)
    return known


def change_day(actor: Actor, day: CalendarDay, *, worked: bool, note: str) -> None:
    before = {"安排": _kind(day.worked), "说明": day.note}
    day.worked, day.note = worked, note
    _changed()
    after = {"安排": _kind(worked), "说明": note}
    changes = {label: [before[label], after[label]] for label in after if before[label] != after[label]}
    events.record(
        actor, "change_calendar_day", ("calendar_day", day.id), f"工作日历：修改 {day.day}", changes=changes or None
    )


def remove_day(actor: Actor, day: CalendarDay) -> None:
    summary = f"工作日历：{day.day} 不再另行安排（原为{_kind(day.worked)}）"
    events.record(actor, "remove_calendar_day", ("calendar_day", day.id), summary)
    db.session.delete(day)
    _changed()


def _kind(worked: bool) -> str:
    return "上班" if worked else "放假"


def _spoken(span: Iterable[date]) -> str:
    days = list(span)
    return f"{days[0]}" if len(days) == 1 else f"{days[0]} 至 {days[-1]}"
