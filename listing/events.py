"""操作日志 as a list: what was done in the subtree, by whom, when and about what; and the indexes that answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, or_, select, true

from domain.access import Permission, Place, Role
from domain.audit_words import ACTIONS, SUBJECTS
from extensions import db
from listing import offices
from listing.filters import GridFilter, begins, equals
from listing.search import Sought
from listing.selection import Column, Listing
from listing.wishes import Way, Wish
from models import (
    AwardingBody,
    Certificate,
    DeletedCertificate,
    Employer,
    EmployerUser,
    Event,
    Holder,
    IdentityRequest,
    ImportBatch,
    Office,
    ProblemPerson,
    StaffUser,
    TitleEntry,
    VerificationCase,
)

MOST_FOUND = 200
"""A name may be many people's; whoever looks for one of them adds the number."""

_ROLES = dict(Role.choices())

Found = Callable[[Sought], list[Any]]


def action_word(action: str) -> str:
    return ACTIONS.get(action, "其他")


def subject_word(kind: str) -> str:
    """Return the word for what an event is about; an export is of a list."""
    return SUBJECTS.get(kind, "列表")


def _of_action(value: str) -> tuple[Way, ...]:
    return (Way((Event.action == value,), "id"),)


def _of_kind(value: str) -> tuple[Way, ...]:
    """Of a common kind there are some on every page; a rare one is found by the index of subjects."""
    return (Way(ids=select(Event.id).where(Event.subject_type == value)),)


class ActorFilter(GridFilter):
    """The name of somebody who did something here means that person; other words are the beginning of a name."""

    def bound(self, place: Place) -> GridFilter:
        def is_somebody(name: str) -> bool:
            query = select(Event.id).where(Event.within(place), Event.actor_name == name).limit(1)
            return db.session.scalar(query) is not None

        def condition(name: str) -> Any:
            return Event.actor_name == name if is_somebody(name) else begins(Event.actor_name)(name)

        def ways(name: str) -> tuple[Way, ...]:
            return (Way((condition(name),), "id" if is_somebody(name) else ""),)

        return replace(self, condition=condition, ways=ways)


def _at(start: datetime | None, end: datetime | None) -> Any:
    """Events are numbered as they happen: a span of time is a span of numbers."""
    after = Event.id >= _first_from(start) if start is not None else true()
    before = Event.id < _first_from(end) if end is not None else true()
    return and_(after, before)


def _first_from(moment: datetime) -> int:
    """Return the number of the first event at this moment or later; behind the last one where there is none."""
    number = db.session.scalar(select(Event.id).where(Event.at >= moment).order_by(Event.at, Event.id).limit(1))
    return number if number is not None else 2**31 - 1


# What was typed into the search box: a certificate, a person, an account, an office, a workbook.


def _person(model: Any, *, number: bool = False) -> Found:
    """Return the conditions by which rows of a person are found: ID number, name, and certificate number where there is one."""

    def found(sought: Sought) -> list[Any]:
        conditions = [model.name == sought.name] if sought.name else []
        conditions += [model.id_digest == sought.id_digest] if sought.id_digest else []
        return [*conditions, model.cert_no == sought.number] if number else conditions

    return found


def _cases(sought: Sought) -> list[Any]:
    owners = select(Holder.id).where(or_(false(), *_person(Holder)(sought)))
    return [VerificationCase.holder_id.in_(owners), VerificationCase.cert_no == sought.number]


def _same(*columns: Any) -> Found:
    return lambda sought: [column == sought.text for column in columns]


FOUND: tuple[tuple[str, Any, Found], ...] = (
    ("certificate", Certificate, _person(Certificate, number=True)),
    ("certificate", DeletedCertificate, _person(DeletedCertificate, number=True)),
    ("case", VerificationCase, _cases),
    ("holder", Holder, _person(Holder)),
    ("problem_person", ProblemPerson, _person(ProblemPerson)),
    ("identity_request", IdentityRequest, _person(IdentityRequest)),
    ("import_batch", ImportBatch, _same(ImportBatch.file_name)),
    ("staff_user", StaffUser, _same(StaffUser.username, StaffUser.display_name)),
    ("office", Office, _same(Office.name)),
    ("employer", Employer, _same(Employer.name)),
    ("employer_user", EmployerUser, _same(EmployerUser.username)),
    ("awarding_body", AwardingBody, _same(AwardingBody.name)),
    ("title_entry", TitleEntry, _same(TitleEntry.title)),
)


def _searched(sought: Sought) -> Wish:
    """Events about what was typed; the index of subjects leads to them."""
    about = [
        and_(Event.subject_type == kind, Event.subject_id.in_(ids))
        for kind, model, found in FOUND
        if (ids := _ids(model, found(sought)))
    ]
    condition = or_(false(), *about)
    return Wish(condition, (Way(ids=select(Event.id).where(condition)),))


def _ids(model: Any, conditions: list[Any]) -> list[int]:
    if not conditions:
        return []
    return list(
        db.session.scalars(select(model.id).where(or_(*conditions)).order_by(model.id.desc()).limit(MOST_FOUND))
    )


EVENTS = Listing(
    "audit", "操作日志", Event, Permission.AUDIT_READ, "event",
    columns=(
        Column("summary", "做了什么", lambda row: row.summary, width=40),
        Column("subject", "对象", lambda row: subject_word(row.subject_type), needs=("subject_type", "subject_id")),
        Column("at", "时间", lambda row: row.at, width=16),
        Column("actor_name", "操作人", lambda row: row.actor_name),
        Column("actor_role", "角色", lambda row: _ROLES[row.actor_role]),
        Column("action", "操作", lambda row: action_word(row.action), width=18),
        Column("reply", "回复或原因", lambda row: row.reply, width=30),
    ),
    filters=(
        GridFilter("action", "操作", "select", equals(Event.action), lambda: list(ACTIONS.items()), _of_action),
        GridFilter("kind", "对象", "select", equals(Event.subject_type), lambda: list(SUBJECTS.items()), _of_kind),
        ActorFilter("actor", "操作人", "text", begins(Event.actor_name)),
        GridFilter("at", "时间", "date_range", _at, bounds=True),
        offices.filter_of(Event),
    ),
    sorts={"id": True},
    default_sort="-id",
    searched=_searched,
)  # fmt: skip
