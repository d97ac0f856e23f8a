"""What the case page shows: the comparison, the photos, the timeline, the decisions that are open now."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import url_for
from flask_login import current_user

from domain import hints
from domain.access import Actor
from domain.certificate_fields import FOLDED, FORMER_NAME_LABEL
from domain.certificate_rows import shown
from domain.differences import Parts, marked
from domain.entrances import asked_at
from domain.identifiers import mask_id
from domain.stored_values import revived
from domain.verification import BY_NAME, DECISIONS, OFFICE_TURN, OVERDUE_DAYS, CaseState, Transition, available
from domain.vocabulary import PhotoKind
from extensions import db
from models import ApprovalPage, CaseClaim, Event, ImportBatch, VerificationCase, now
from operations import certificates, claims, reference_records, review_queue, working_days
from operations.case_clues import CaseClues
from operations.case_effects import own_record
from operations.case_facts import CaseFacts

MOST_PAGES = 6
SHORT_LABELS = {PhotoKind.NUMBER_PAGE: "编号页", PhotoKind.CONTENT_PAGE: "内容页"}


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One field: the record's value beside the holder's, and the office's correction where there is one."""

    key: str
    label: str
    old: Parts
    new: Parts
    same: bool
    corrected: str = ""

    @property
    def old_text(self) -> str:
        return "".join(text for text, _ in self.old)

    @property
    def new_text(self) -> str:
        return "".join(text for text, _ in self.new)


@dataclass(frozen=True, slots=True)
class PhotoTab:
    label: str
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    who: str
    what: str
    at: Any
    reply: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()


def context(case: VerificationCase, actor: Actor) -> dict[str, Any]:
    """Return all that the template needs; it asks no questions of its own."""
    open_now = available(CaseFacts(case), actor)
    record = record_before(case)
    rows = comparison(case, record)
    within, elsewhere = review_queue.other_cases(actor, case)
    return {
        "case": case,
        "facts": CaseFacts(case),
        "rows": rows,
        "has_record": record is not None,
        "differing": sum(not row.same for row in rows),
        "photos": photos(case),
        "moments": timeline(case),
        "decisions": [one for one in DECISIONS if one in open_now],
        "can_correct": BY_NAME["correct"] in open_now,
        "others": [one for one in open_now if one.name in ("check", "take_back", "hand_over", "delete", "undelete")],
        "others_of_person": within,
        "others_elsewhere": elsewhere,
        "templates": templates(actor),
        "claim": claim_of(claims.standing(case.id), actor),
        "waited": waited(case),
        "overdue": OVERDUE_DAYS if is_overdue(case) else 0,
        "findings": hints.findings(CaseClues(case, actor)) if case.state is not CaseState.DRAFT else [],
        "references": reference_records.beside(case.holder.id_digests, case.cert_no),
        "keep": keep_key(case, "decide"),
        "keys_on": current_user.single_keys,
    }


def templates(actor: Actor) -> list[tuple[str, str, list[str]]]:
    """Return the reply texts by decision: its name, its label, its texts."""
    texts = review_queue.reply_texts(actor)
    by_decision = [(one.name, one.label, [text.text for text in texts if text.action == one.name]) for one in DECISIONS]
    return [one for one in by_decision if one[2]]


def keep_key(case: VerificationCase, step: str) -> str:
    """Return under what the browser keeps what is typed here until it was taken: another version is another page."""
    return f"case-{case.id}/{case.version}/{step}"


def claim_of(claim: CaseClaim | None, actor: Actor) -> dict[str, Any] | None:
    """Return who has the case open: for oneself the minutes left, for somebody else the minutes since."""
    if claim is None:
        return None
    mine = claim.staff_id == actor.id
    seconds = (claim.until - now() if mine else now() - claim.opened_at).total_seconds()
    minutes = math.ceil(seconds / 60) if mine else int(seconds // 60)
    since = f" {minutes} 分钟前" if minutes else "刚刚"
    words = f"您正在审，{minutes} 分钟后释放" if mine else f"{claim.staff_name}{since}打开了这一件"
    return {"mine": mine, "minutes": minutes, "words": words}


def is_overdue(case: VerificationCase) -> bool:
    return case.owed_since is not None and now() - case.owed_since > timedelta(days=OVERDUE_DAYS)


def waited(case: VerificationCase) -> int | None:
    """Return for how many working days the office has owed a decision since the case was sent."""
    if case.submitted_at is None or case.state not in OFFICE_TURN or case.deleted:
        return None
    return working_days.since(case.submitted_at)


def record_before(case: VerificationCase) -> Any:
    """Return the record the case is held against: what its decision published has become the record itself.

    A case that has not joined its record yet is held against the one it will join.
    """
    if case.undo is None:
        return case.certificate or own_record(case, case.cert_no, case.body_key)
    before = certificates.read_back(case.undo["before"] or {})
    return SimpleNamespace(**before, masked_id=mask_id(before["id_number"])) if before else None


def comparison(case: VerificationCase, record: Any) -> list[CompareRow]:
    """Return the fields with what the record has and what the holder filled in."""
    correction = revived(case.correction or {})
    folded = [one for one in FOLDED if getattr(case, one.key) or (record and getattr(record, one.key))]
    rows = [_row("name", "持证人", record.name if record else "", case.holder.name, record)]
    rows.append(_id_row(case, record))
    if case.former_name:
        rows.append(CompareRow("former_name", FORMER_NAME_LABEL, [], [(case.former_name, False)], True))
    for one in (*asked_at(case.entrance), *folded):
        old = shown(getattr(record, one.key)) if record else ""
        corrected = shown(correction[one.key]) if one.key in correction else ""
        rows.append(_row(one.key, one.label, old, shown(getattr(case, one.key)), record, corrected))
    return rows


def _row(key: str, label: str, old: str, new: str, record: Any, corrected: str = "") -> CompareRow:
    if record is None:
        return CompareRow(key, label, [], [(new, False)] if new else [], True, corrected)
    before, after = marked(old, new)
    return CompareRow(key, label, before, after, old == new, corrected)


def _id_row(case: VerificationCase, record: Any) -> CompareRow:
    mine = mask_id(case.holder.id_number)
    if record is None or record.id_digest in case.holder.id_digests:
        return CompareRow("id_number", "身份证号", [(mine, False)], [(mine, False)], True)
    return CompareRow("id_number", "身份证号", [(record.masked_id, True)], [(mine, True)], False)


def photos(case: VerificationCase) -> list[PhotoTab]:
    """Return the photos as they are now, the pages of the certificate first, behind them the 批文 of the record's batch."""
    found = [(kind, case.photo(kind)) for kind in PhotoKind]
    pages = enumerate(approval_pages(case)[:MOST_PAGES], start=1)
    approvals = [
        PhotoTab(f"批文 {at}", url_for("cases.approval", case_id=case.id, page_id=page.id), f"批文第 {at} 页")
        for at, page in pages
    ]
    sent = [
        PhotoTab(SHORT_LABELS.get(kind, kind.label), url_for("cases.photo", photo_id=photo.id), f"{kind.label}照片")
        for kind, photo in found
        if photo is not None
    ]
    return [*sent, *approvals]


def approval_pages(case: VerificationCase) -> list[ApprovalPage]:
    """Return the scans that came with the workbook the record was imported from."""
    batch_id = case.certificate.batch_id if case.certificate else None
    batch = db.session.get(ImportBatch, batch_id) if batch_id else None
    return list(batch.pages) if batch else []


def timeline(case: VerificationCase) -> list[Moment]:
    """Return what happened to the case, newest first, down to where its record came from."""
    moments = [_moment(event) for event in reversed(Event.about("case", case.id))]
    record = case.certificate
    batch = db.session.get(ImportBatch, record.batch_id) if record and record.batch_id else None
    if record and batch:
        row = f"，第 {record.batch_row} 行" if record.batch_row else ""
        moments.append(Moment(batch.office.name, f"导入记录（批次 {batch.number}{row}）", batch.committed_at))
    return moments


def _moment(event: Event) -> Moment:
    changes = tuple((label, before, after) for label, (before, after) in event.changed.items())
    return Moment(event.actor_name, event.summary, event.at, event.reply or "", changes)


def decision_named(name: str) -> Transition | None:
    transition = BY_NAME.get(name)
    return transition if transition in DECISIONS else None
