"""What an event was about, in words and with the page it stands on, as far as the reader's scope reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import false, or_, select, true
from sqlalchemy.orm import joinedload

from admin_views.record_moves import record_label
from admin_views.screen import screen_url
from domain.access import Place
from extensions import db
from listing.search import Sought
from models import (
    AwardingBody,
    BlankRange,
    CalendarDay,
    Campaign,
    Certificate,
    DeletedCertificate,
    Employer,
    EmployerUser,
    Event,
    Feedback,
    Holder,
    IdentityRequest,
    ImportBatch,
    Notice,
    ObtainedByReading,
    Office,
    ProblemPerson,
    ReferenceRecord,
    ReplyText,
    StaffUser,
    TitleEntry,
    VerificationCase,
)
from operations import reference_records

MOST_FOUND = 200
"""A name may be many people's; whoever looks for one of them adds the number."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event names, as it stands now."""

    kind: str
    words: str = ""
    url: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}：{self.words}" if self.words else self.kind


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of subject: its word, its table, who may read of it, how a row is called and where it is shown."""

    label: str
    model: Any
    words: Callable[[Any], str]
    url: Callable[[Any], str | None] = lambda row: None
    scope: Callable[[Place], Any] | None = None
    found: Callable[[Sought], list[Any]] = lambda sought: []
    eager: tuple[Any, ...] = ()

    def within(self, place: Place) -> Any:
        return self.scope(place) if self.scope else self.model.within(place)


def _page(slug: str) -> Callable[[Any], str | None]:
    return lambda row: screen_url(slug, "details_view", id=row.id)


def _review(row: VerificationCase) -> str | None:
    return screen_url("cases", "review", case_id=row.id)


def _everywhere(place: Place) -> Any:
    """The dictionaries are everybody's."""
    return true()


def _people_of(place: Place) -> Any:
    """A holder is an office's business through a case or a request that lies there."""
    return or_(
        Holder.id.in_(select(VerificationCase.holder_id).where(VerificationCase.within(place))),
        Holder.id.in_(select(IdentityRequest.holder_id).where(IdentityRequest.within(place))),
    )


def _person(model: Any, *, number: bool = False) -> Callable[[Sought], list[Any]]:
    """Return the conditions by which rows of a person are found: ID number, name, and certificate number where there is one."""

    def found(sought: Sought) -> list[Any]:
        conditions = [model.name == sought.name] if sought.name else []
        conditions += [model.id_digest == sought.id_digest] if sought.id_digest else []
        return [*conditions, model.cert_no == sought.number] if number else conditions

    return found


def _cases(sought: Sought) -> list[Any]:
    owners = select(Holder.id).where(or_(false(), *_person(Holder)(sought)))
    return [VerificationCase.holder_id.in_(owners), VerificationCase.cert_no == sought.number]


def _same(*columns: Any) -> Callable[[Sought], list[Any]]:
    return lambda sought: [column == sought.text for column in columns]


KINDS: dict[str, Kind] = {
    "certificate": Kind("证书", Certificate, record_label, _page("certificates"), found=_person(Certificate, number=True)),
    "case": Kind(
        "审验", VerificationCase, lambda row: f"{row.holder.name}（{row.cert_no or '无编号'}）", _review, found=_cases,
        eager=(VerificationCase.holder,),
    ),
    "holder": Kind("持证人", Holder, lambda row: row.name, scope=_people_of, found=_person(Holder)),
    "problem_person": Kind(
        "问题人员", ProblemPerson, lambda row: row.name, _page("problem_persons"), found=_person(ProblemPerson)
    ),
    "identity_request": Kind(
        "身份申请", IdentityRequest, lambda row: row.name,
        lambda row: screen_url("identity_corrections" if row.kind == "correction" else "id_releases", "details_view", id=row.id),
        found=_person(IdentityRequest),
    ),
    "import_batch": Kind(
        "导入批次", ImportBatch, lambda row: f"{row.number}，{row.file_name}",
        lambda row: screen_url("imports", "batch_view", batch_id=row.id), found=_same(ImportBatch.file_name),
    ),
    "reference_record": Kind("待核查数据", ReferenceRecord, reference_records.called, _page("reference_records")),
    "blank_range": Kind("空白证书", BlankRange, lambda row: f"{row.first_no}—{row.last_no}"),
    "calendar_day": Kind("工作日历", CalendarDay, lambda row: str(row.day), _page("calendar"), _everywhere),
    "feedback": Kind("反馈", Feedback, lambda row: row.holder.name, _page("feedback_answers"), eager=(Feedback.holder,)),
    "campaign": Kind("归集任务", Campaign, lambda row: row.name, _page("campaigns")),
    "notice": Kind("业务通知", Notice, lambda row: row.title, _page("notices")),
    "staff_user": Kind(
        "账户", StaffUser, lambda row: f"{row.display_name}（{row.username}）", _page("users"),
        lambda place: StaffUser.office.has(Office.within(place)), _same(StaffUser.username, StaffUser.display_name),
    ),
    "office": Kind("机构", Office, lambda row: row.name, _page("offices"), found=_same(Office.name)),
    "employer": Kind("单位", Employer, lambda row: row.name, _page("employers"), found=_same(Employer.name)),
    "employer_user": Kind(
        "单位账户", EmployerUser, lambda row: row.username,
        scope=lambda place: EmployerUser.employer.has(Employer.within(place)), found=_same(EmployerUser.username),
    ),
    "awarding_body": Kind(
        "授予单位", AwardingBody, lambda row: row.name, _page("bodies"),
        lambda place: AwardingBody.office.has(Office.within(place)), _same(AwardingBody.name),
    ),
    "title_entry": Kind(
        "职称目录", TitleEntry, lambda row: row.title, _page("titles"), _everywhere, _same(TitleEntry.title)
    ),
    "obtained_by_reading": Kind("获取方式", ObtainedByReading, lambda row: row.word, _page("readings"), _everywhere),
    "reply_text": Kind("回复模板", ReplyText, lambda row: row.text[:20], _page("reply_texts")),
}  # fmt: skip
_DELETED = Kind(
    "证书（已删除）", DeletedCertificate, record_label, _page("deleted_certificates"),
    found=_person(DeletedCertificate, number=True),
)  # fmt: skip


def subjects_of(events: Iterable[Event], place: Place) -> Mapping[int, Subject]:
    """Return what each event was about, by the event's number; one query for each kind of subject."""
    events = list(events)
    wanted: dict[str, set[int]] = {}
    for event in events:
        if event.subject_id is not None:
            wanted.setdefault(event.subject_type, set()).add(event.subject_id)
    known = {kind: _named(kind, ids, place) for kind, ids in wanted.items()}
    return {event.id: _subject(event, known) for event in events}


def _subject(event: Event, known: Mapping[str, Mapping[int, Subject]]) -> Subject:
    """Return the subject; one that is gone or out of scope is told by its kind alone. An export is of a list."""
    found = known.get(event.subject_type, {}).get(event.subject_id or 0)
    kind = KINDS.get(event.subject_type)
    return found or Subject(kind.label if kind else "列表")


def _named(name: str, ids: set[int], place: Place) -> dict[int, Subject]:
    if name not in KINDS:
        return {}
    found = _read(KINDS[name], ids, place)
    return found if name != "certificate" else {**_read(_DELETED, ids - set(found), place), **found}


def _read(kind: Kind, ids: set[int], place: Place) -> dict[int, Subject]:
    query = select(kind.model).where(kind.model.id.in_(ids), kind.within(place))
    query = query.options(*(joinedload(path) for path in kind.eager))
    rows = db.session.scalars(query) if ids else ()
    return {row.id: Subject(kind.label, kind.words(row), kind.url(row)) for row in rows}


def events_about(sought: Sought) -> Any:
    """Return the condition for events about what was typed: a certificate, a person, an account, an office, a workbook."""
    about = [_about(name, _ids(kind, sought)) for name, kind in KINDS.items()]
    return or_(*about, _about("certificate", _ids(_DELETED, sought)))


def _ids(kind: Kind, sought: Sought) -> list[int]:
    conditions = kind.found(sought)
    if not conditions:
        return []
    newest = select(kind.model.id).where(or_(*conditions)).order_by(kind.model.id.desc())
    return list(db.session.scalars(newest.limit(MOST_FOUND)))


def _about(name: str, ids: list[int]) -> Any:
    return (Event.subject_type == name) & Event.subject_id.in_(ids)
