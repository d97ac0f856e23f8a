"""操作日志 as a list: what was done in the subtree, by whom, when and about what; and the indexes that answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import and_, false, literal, or_, select, true, union_all

from domain.access import Permission, Place, Role
from domain.audit_words import ACTIONS, SUBJECTS
from extensions import db, moment, read
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


def _from_address(value: str) -> tuple[Way, ...]:
    return (Way(ids=select(Event.id).where(Event.address == value)),)


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
        return [*conditions, *_by_numbers(model, sought, number=number)]

    return found


def _by_numbers(model: Any, sought: Sought, *, number: bool) -> list[Any]:
    conditions = [model.id_digest.in_(sought.id_digests)] if sought.id_digests else []
    return [*conditions, model.cert_no == sought.number] if number else conditions


def _certificates(sought: Sought) -> list[Any]:
    """The index of names begins with a region; there are few."""
    regions = _regions() if sought.name else ()
    named = [and_(Certificate.region_office_id == one, Certificate.name == sought.name) for one in regions]
    return [*named, *_by_numbers(Certificate, sought, number=True)]


def _regions() -> tuple[int | None, ...]:
    query = select(Office.region_office_id).distinct()
    return cast("tuple[int | None, ...]", moment.keep("regions", lambda: tuple(db.session.scalars(query))))


def _cases(sought: Sought) -> list[Any]:
    owners = [VerificationCase.holder_id.in_(select(Holder.id).where(one)) for one in _person(Holder)(sought)]
    return [*owners, VerificationCase.cert_no == sought.number]


def _same(*columns: Any) -> Found:
    return lambda sought: [column == sought.text for column in columns]


FOUND: tuple[tuple[str, Any, Found], ...] = (
    ("certificate", Certificate, _certificates),
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
    about = [and_(Event.subject_type == kind, Event.subject_id.in_(ids)) for kind, ids in _found(sought).items()]
    condition = or_(false(), *about)
    return Wish(condition, (Way(ids=select(Event.id).where(condition)),))


def _found(sought: Sought) -> dict[str, list[int]]:
    """Return by kind what was typed, the newest first; each condition has an index of its own, and all are one query."""
    asked = [
        select(literal(kind).label("kind"), model.id).where(condition).order_by(model.id.desc()).limit(MOST_FOUND)
        for kind, model, found in FOUND
        for condition in found(sought)
    ]
    ids: dict[str, list[int]] = {}
    found: Any = read(union_all(*(select(part.subquery()) for part in asked)))
    for kind, one in found:
        ids.setdefault(kind, []).append(one)
    return ids


EVENTS = Listing(
    "audit", "操作日志", Event, Permission.AUDIT_READ, "event",
    columns=(
        Column("summary", "做了什么", lambda row: row.summary, width=40),
        Column("subject", "对象", lambda row: subject_word(row.subject_type), needs=("subject_type", "subject_id")),
        Column("at", "时间", lambda row: row.at, width=16),
        Column("actor_name", "操作人", lambda row: row.actor_name),
        Column("actor_role", "角色", lambda row: _ROLES[row.actor_role]),
        Column("action", "操作", lambda row: action_word(row.action), width=18),
        Column("address", "网络地址", lambda row: row.address or "", width=16),
        Column("device", "设备", lambda row: row.device or "", width=20),
        Column("reply", "回复或原因", lambda row: row.reply, width=30),
    ),
    filters=(
        GridFilter("action", "操作", "select", equals(Event.action), lambda: list(ACTIONS.items()), _of_action),
        GridFilter("kind", "对象", "select", equals(Event.subject_type), lambda: list(SUBJECTS.items()), _of_kind),
        ActorFilter("actor", "操作人", "text", begins(Event.actor_name)),
        GridFilter("at", "时间", "date_range", _at, bounds=True),
        GridFilter("address", "网络地址", "text", equals(Event.address), ways=_from_address),
        offices.filter_of(Event),
    ),
    sorts={"id": True},
    default_sort="-id",
    searched=_searched,
)  # fmt: skip
