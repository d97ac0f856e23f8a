"""What an event was about, in words and with the page it stands on, as far as the reader's scope reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, true
from sqlalchemy.orm import joinedload

from admin_views.record_moves import record_label
from admin_views.screen import screen_url
from domain.access import Place
from extensions import db
from listing.events import subject_word
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
    """One kind of subject: its table, who may read of it, how a row is called and where it is shown."""

    model: Any
    words: Callable[[Any], str]
    url: Callable[[Any], str | None] = lambda row: None
    scope: Callable[[Place], Any] | None = None
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


KINDS: dict[str, Kind] = {
    "certificate": Kind(Certificate, record_label, _page("certificates")),
    "case": Kind(
        VerificationCase, lambda row: f"{row.holder.name}（{row.cert_no or '无编号'}）", _review,
        eager=(VerificationCase.holder,),
    ),
    "holder": Kind(Holder, lambda row: row.name, scope=_people_of),
    "problem_person": Kind(ProblemPerson, lambda row: row.name, _page("problem_persons")),
    "identity_request": Kind(
        IdentityRequest, lambda row: row.name,
        lambda row: screen_url("identity_corrections" if row.kind == "correction" else "id_releases", "details_view", id=row.id),
    ),
    "import_batch": Kind(
        ImportBatch, lambda row: f"{row.number}，{row.file_name}",
        lambda row: screen_url("imports", "batch_view", batch_id=row.id),
    ),
    "reference_record": Kind(ReferenceRecord, reference_records.called, _page("reference_records")),
    "blank_range": Kind(BlankRange, lambda row: f"{row.first_no}—{row.last_no}"),
    "calendar_day": Kind(CalendarDay, lambda row: str(row.day), _page("calendar"), _everywhere),
    "feedback": Kind(Feedback, lambda row: row.holder.name, _page("feedback_answers"), eager=(Feedback.holder,)),
    "campaign": Kind(Campaign, lambda row: row.name, _page("campaigns")),
    "notice": Kind(Notice, lambda row: row.title, _page("notices")),
    "staff_user": Kind(
        StaffUser, lambda row: f"{row.display_name}（{row.username}）", _page("users"),
        lambda place: StaffUser.office.has(Office.within(place)),
    ),
    "office": Kind(Office, lambda row: row.name, _page("offices")),
    "employer": Kind(Employer, lambda row: row.name, _page("employers")),
    "employer_user": Kind(
        EmployerUser, lambda row: row.username,
        scope=lambda place: EmployerUser.employer.has(Employer.within(place)),
    ),
    "awarding_body": Kind(
        AwardingBody, lambda row: row.name, _page("bodies"),
        lambda place: AwardingBody.office.has(Office.within(place)),
    ),
    "title_entry": Kind(TitleEntry, lambda row: row.title, _page("titles"), _everywhere),
    "obtained_by_reading": Kind(ObtainedByReading, lambda row: row.word, _page("readings"), _everywhere),
    "reply_text": Kind(ReplyText, lambda row: row.text[:20], _page("reply_texts")),
}  # fmt: skip
_DELETED = Kind(DeletedCertificate, record_label, _page("deleted_certificates"))


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
    return found or Subject(subject_word(event.subject_type))


def _named(name: str, ids: set[int], place: Place) -> dict[int, Subject]:
    if name not in KINDS:
        return {}
    found = _read(subject_word(name), KINDS[name], ids, place)
    return found if name != "certificate" else {**_read("证书（已删除）", _DELETED, ids - set(found), place), **found}


def _read(word: str, kind: Kind, ids: set[int], place: Place) -> dict[int, Subject]:
    query = select(kind.model).where(kind.model.id.in_(ids), kind.within(place))
    query = query.options(*(joinedload(path) for path in kind.eager))
    rows = db.session.scalars(query) if ids else ()
    return {row.id: Subject(word, kind.words(row), kind.url(row)) for row in rows}
