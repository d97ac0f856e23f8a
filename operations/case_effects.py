"""What each transition of a case does besides moving the state: on the record, the photos, the listing, the office.

Only operations.cases calls these, inside the transaction that moves the state and leaves the event.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import exists, select

from domain import hints
from domain.access import Actor, Place
from domain.entrances import SAME_WITHOUT_NUMBER
from domain.errors import NotAllowed
from domain.stored_values import plain, revived
from domain.verification import CaseState, Transition
from domain.vocabulary import RecordShown
from extensions import db
from models import Certificate, Office, VerificationCase, now
from operations import bodies, certificates, events, offers, problem_persons, routing
from operations.case_clues import CaseClues
from operations.case_facts import PORTAL_KEYS, differing_keys, final_values, number_to_publish

VERIFIED_ALREADY = "这本证书已经审验通过，不用再提交"


@dataclass(frozen=True, slots=True)
class Step:
    """One action on one case, with everything its form brought."""

    case: VerificationCase
    transition: Transition
    actor: Actor
    reply: str = ""
    evidence: str = ""
    checked: str = ""
    to_office: Office | None = None
    correction: dict[str, Any] | None = None
    silent: bool = False
    """Whether the holder is told nothing."""


class Refused(NotAllowed):
    """The table says no; the sentence gives every reason."""


def no_effect(step: Step) -> dict[str, Any]:
    return {}


def take_up_record(case: VerificationCase, name: str) -> None:
    """At submission and at approval a case typed by hand joins the record with its number, body and ID number."""
    if name not in ("submit", "resubmit", "approve", "confirm") or case.certificate_id is not None:
        return
    number, body_key = number_to_publish(case)
    if not number:
        _refuse_verified_twice(case)
    record = own_record(case, number, body_key)
    sent = name in ("submit", "resubmit") and number
    if sent and not offers.may_meet(case.holder, number or "", record):
        return
    if record is None:
        return
    if record.is_public:
        raise Refused(VERIFIED_ALREADY)
    case.certificate_id = record.id
    db.session.flush()
    db.session.refresh(case, ["certificate"])


def own_record(case: VerificationCase, number: str | None, body_key: str | None) -> Certificate | None:
    """Return the record of the holder's ID number, whatever its name, that has this number and body."""
    record = Certificate.with_number(number, body_key)
    return record if record is not None and record.id_digest in case.holder.id_digests else None


def _refuse_verified_twice(case: VerificationCase) -> None:
    """Without a number a person's certificate is told by what was awarded and when."""
    same = [getattr(Certificate, key) == getattr(case, key) for key in SAME_WITHOUT_NUMBER]
    verified = exists().where(
        Certificate.id_digest.in_(case.holder.id_digests), Certificate.cert_no.is_(None),
        Certificate.verified_at.is_not(None), *same,
    )  # fmt: skip
    if db.session.scalar(select(verified)):
        raise Refused(VERIFIED_ALREADY)


def as_submitted(case: VerificationCase) -> dict[str, Any]:
    """Return what the holder's words are at this moment, as `submitted` keeps them."""
    return plain({key: getattr(case, key) for key in (*PORTAL_KEYS, "former_name")})


def _submit(step: Step) -> dict[str, Any]:
    case = step.case
    stays = step.transition.name == "resubmit" and (case.submitted or {}).get("awarding_body") == case.awarding_body
    case.correction, case.reply = None, None
    case.submitted = as_submitted(case)
    for photo in list(case.photos):
        if photo.superseded:
            db.session.delete(photo)
        photo.submitted = True
    if not stays:
        routing.route(case)
    db.session.flush()
    db.session.refresh(case, ["office", "photos"])
    record = case.certificate
    keys = differing_keys(case, record) if record else PORTAL_KEYS
    before, after = certificates.values_of(record, keys), certificates.values_of(case, keys)
    return certificates.differences(before, after)


def _submit_matched(step: Step) -> dict[str, Any]:
    _submit(step)
    case = step.case
    record = case.certificate
    assert record is not None, "only an attached case matches its record"
    case.pooled = False
    case.belong_to(record.office.place)
    before = certificates.snapshot(record)
    certificates.publish(record)
    case.undo = certificates.undo_note(record, before)
    if _falls_to_check(case, step.actor):
        case.to_check_since = now()
    return {}


def _falls_to_check(case: VerificationCase, actor: Actor) -> bool:
    """Of what is approved by itself an office sees a share, chosen by chance at this moment, and all that has a hint."""
    chosen = secrets.randbelow(100) < current_app.config["SPOT_CHECK_PERCENT"]
    return chosen or bool(hints.findings(CaseClues(case, actor)))


def _approve(step: Step) -> dict[str, Any]:
    return _publish(step, correction=None)


def _confirm(step: Step) -> dict[str, Any]:
    return _publish(step, correction=revived(step.case.correction or {}))


def _publish(step: Step, correction: dict[str, Any] | None) -> dict[str, Any]:
    case = step.case
    values = final_values(case, correction)
    record = case.certificate
    before = certificates.snapshot(record) if record else None
    if record is None:
        record = certificates.create(case.holder, values, _home(case, values))
        events.record(step.actor, "create_certificate", ("certificate", record.id), "审核通过，新建证书记录")
        case.certificate_id = record.id
    else:
        certificates.take_over(step.actor, record, case.holder, values)
    certificates.publish(record)
    case.undo = certificates.undo_note(record, before)
    return {}


def _home(case: VerificationCase, values: dict[str, Any]) -> Place:
    """A record belongs to the office behind its body; free text leaves it with the office that decided."""
    body = bodies.known_body(values["awarding_body"] or "")
    return body.place if body else _deciding(case)


def _deciding(case: VerificationCase) -> Place:
    assert case.place is not None, "a case that is decided has an office"
    return case.place


def _correct(step: Step) -> dict[str, Any]:
    case, correction = step.case, step.correction or {}
    values = {key: getattr(case, key) for key in PORTAL_KEYS}
    kept = {key: correction[key] for key in values if key in correction and correction[key] != values[key]}
    case.correction = {**dict.fromkeys(kept), **plain(kept)} or None
    return certificates.differences({key: values[key] for key in kept}, kept)


def _find_counterfeit(step: Step) -> dict[str, Any]:
    problem_persons.enlist(step.actor, step.case, _deciding(step.case), reason=step.reply, evidence=step.evidence)
    return {}


def _take_back(step: Step) -> dict[str, Any]:
    """Undo what the last decision did, and put back what the holder last sent."""
    case = step.case
    if case.state.is_public:
        _withdraw_publication(step)
    if case.state is CaseState.COUNTERFEIT:
        problem_persons.lift_of_case(step.actor, case)
    _put_back_submission(case)
    return {}


def _withdraw_publication(step: Step) -> None:
    case, undo = step.case, step.case.undo
    if undo is None:
        raise Refused("这件审验没有可以撤回的内容")
    record = db.session.get(Certificate, undo["certificate_id"])
    if record is None or certificates.changed_since(record, undo):
        raise Refused(f"不能恢复：这本证书后来又改过（{_last_change(undo['certificate_id'])}），请先处理那次改动")
    if undo["before"] is None:
        case.certificate_id = None
        db.session.flush()
        db.session.delete(record)
        events.record(step.actor, "remove_certificate", ("certificate", record.id), "恢复，撤去审核时新建的记录")
    else:
        certificates.restore(record, undo["before"])
        events.record(step.actor, "restore_certificate", ("certificate", record.id), "恢复，记录还原为审核前的内容")
    case.undo = None
    db.session.flush()


def _last_change(certificate_id: int) -> str:
    change = events.last_change("certificate", certificate_id)
    return f"{change.at:%Y-%m-%d} {change.actor_name}：{change.summary}" if change else "已不存在"


def _put_back_submission(case: VerificationCase) -> None:
    if case.submitted is None:
        return
    values = revived(case.submitted)
    case.body_key = bodies.body_key(values.get("awarding_body"))
    for key in (*PORTAL_KEYS, "former_name"):
        setattr(case, key, values.get(key))
    kept = [photo for photo in case.photos if photo.submitted]
    for photo in list(case.photos):
        if photo not in kept:
            db.session.delete(photo)
    db.session.flush()
    for photo in kept:
        photo.superseded = False
    db.session.flush()
    db.session.refresh(case, ["photos"])


def _withdraw(step: Step) -> dict[str, Any]:
    """What was typed by hand met its record when it was sent: until it is sent again it is by hand once more."""
    if step.case.certificate_id is not None and step.case.record_shown is RecordShown.NOTHING:
        step.case.leave_record()
    else:
        _stand_by_record(step.case)
    return {}


def _undelete(step: Step) -> dict[str, Any]:
    """The record of a draft may have gone, or gone elsewhere, while the draft was deleted."""
    if step.case.state is CaseState.DRAFT:
        _stand_by_record(step.case)
    return {}


def _stand_by_record(case: VerificationCase) -> None:
    """A draft is the business of its record's office, or of none."""
    if case.certificate is None:
        case.leave_office()
    else:
        case.pooled = False
        case.belong_to(case.certificate.office.place)


def _discard(step: Step) -> dict[str, Any]:
    """What the holder gave up is no longer the office's to bring back."""
    step.case.leave_office()
    return {}


def _hand_over(step: Step) -> dict[str, Any]:
    case, target = step.case, step.to_office
    assert target is not None, "checked by _against_hand_over"
    before = case.office.name if case.office else ""
    case.belong_to(target.place)
    case.pooled = False
    db.session.flush()
    db.session.refresh(case, ["office"])
    return {"受理机构": [before, target.name]}


EFFECTS: dict[str, Callable[[Step], dict[str, Any]]] = {
    "submit": _submit,
    "submit_matched": _submit_matched,
    "resubmit": _submit,
    "withdraw": _withdraw,
    "discard": _discard,
    "abandon": _discard,
    "approve": _approve,
    "confirm": _confirm,
    "correct": _correct,
    "find_counterfeit": _find_counterfeit,
    "take_back": _take_back,
    "hand_over": _hand_over,
    "undelete": _undelete,
}
