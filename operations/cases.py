"""Taking a case through its transitions: the one place that writes `state`.

Every action names the version it saw. What the table in domain.verification allows is done here with its effects,
its event and its message in one transaction; anything else leaves the case as it was.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.access import Actor, Permission, Role
from domain.certificate_fields import ASKED
from domain.errors import NotFound, StaleVersion
from domain.letters import LETTERS
from domain.verification import (
    BY_NAME,
    EDITABLE,
    OFFICE_TURN,
    CaseState,
    Reply,
    refusals,
    state_word,
    stranger,
    submission,
)
from extensions import db
from models import Event, Office, VerificationCase, now
from operations import claims, events, telling
from operations.case_effects import EFFECTS, Refused, Step, as_submitted, no_effect, take_up_record
from operations.case_facts import CaseFacts

CLASH_TOLD_HOLDER = "这本证书已经有一份审验在进行，请到“我的证书”里查看"
CLASH_TOLD_OFFICE = (
    "同一本证书另有一份没办完的审验，或编号已归另一条记录，这次没有生效；请本人放弃另一份，或核对编号后再办"
)
LONGEST_REPLY, LONGEST_EVIDENCE = 1000, 2000


def reviewable(actor: Actor, case_id: int) -> VerificationCase:
    """Return a case within the reviewer's reach; raises NotFound otherwise, as for one that does not exist."""
    case = db.session.get(VerificationCase, case_id)
    if case is None or case.place is None or not actor.reaches(Permission.REVIEW, case.place):
        raise NotFound("没有这件审验，可能已经转给别的职改办")
    return case


def act(
    actor: Actor,
    case_id: int,
    version: int,
    name: str,
    *,
    reply: str = "",
    evidence: str = "",
    checked: str = "",
    to_office: Office | None = None,
    correction: dict[str, Any] | None = None,
) -> VerificationCase:
    """Take the case through one transition; `checked` names what the reviewer ticked as equal to the photos.

    Raises StaleVersion if the case moved on since `version` was shown, Refused with the table's reasons.
    """
    case = _locked(case_id)
    _refuse_stranger(case, name, actor)
    _refuse_stale(case, name, version, actor)
    try:
        take_up_record(case, name)
        transition = submission(CaseFacts(case)) if name == "submit" else BY_NAME[name]
        words = reply.strip() if transition.reply is not Reply.NONE else ""
        step = Step(case, transition, actor, words, evidence.strip(), checked, to_office, correction)
        _refuse_forbidden(step)
        carry_out(step)
    except IntegrityError as clash:
        if not _is_taken(clash):
            raise
        raise Refused(CLASH_TOLD_HOLDER if actor.role is Role.HOLDER else CLASH_TOLD_OFFICE) from clash
    return case


def _locked(case_id: int) -> VerificationCase:
    query = select(VerificationCase).filter_by(id=case_id).with_for_update(of=VerificationCase)
    case = db.session.scalar(query.execution_options(populate_existing=True))
    if case is None:
        raise NotFound("没有这件审验")
    return case


def _is_taken(clash: IntegrityError) -> bool:
    """PostgreSQL speaks the language of its host, but names the constraint in every one."""
    told = str(clash.orig).lower()
    return "unique" in told or "uq_" in told


def _refuse_stranger(case: VerificationCase, name: str, actor: Actor) -> None:
    """Ask first whose case it is: nobody else learns from a refusal how it stands or who decided it."""
    reason = stranger(BY_NAME[name], CaseFacts(case), actor)
    if reason:
        raise Refused(reason)


def _refuse_stale(case: VerificationCase, name: str, version: int, actor: Actor) -> None:
    if case.version == version:
        return
    if _typed_meanwhile(case, name):
        raise StaleVersion("本人刚刚改了填写的内容，您的操作没有生效，请看最新的内容再决定。")
    last = Event.about("case", case.id)[-1]
    word = state_word(CaseFacts(case), actor)
    who = "您" if (last.actor_role, last.actor_id) == (actor.role.value, actor.id) else last.actor_name
    if actor.role is Role.HOLDER:
        raise StaleVersion(f"这件审验刚刚有了变化，现在是“{word}”。您这次的操作没有生效，请看最新情况再决定。")
    now_is = "" if last.summary == word else f"，现在是“{word}”"
    raise StaleVersion(f"{who}刚刚处理了这一件（{last.summary}）{now_is}。您的结论没有保存。")


def _typed_meanwhile(case: VerificationCase, name: str) -> bool:
    """Whether the holder is filling in what the office looked at: typing counts the version up and leaves no event."""
    transition = BY_NAME[name]
    theirs = transition.by_office and case.state in EDITABLE and transition.applies_to(CaseFacts(case))
    return theirs and case.submitted != as_submitted(case)


def _refuse_forbidden(step: Step) -> None:
    reasons = list(refusals(step.transition, CaseFacts(step.case), step.actor, step.reply))
    if step.transition.evidence and not step.evidence:
        reasons.append("认定假证要写明内部证据，请填写证据说明")
    if step.transition.name == "hand_over":
        reasons += _against_hand_over(step)
    reasons += [*_against_correction(step), *_too_long(step)]
    if reasons:
        raise Refused("；".join(reasons))


def _against_correction(step: Step) -> list[str]:
    """What a certificate cannot be without is corrected, not emptied."""
    corrected = step.correction or {}
    emptied = [
        field.label
        for field in ASKED
        if field.key in corrected and corrected[field.key] is None and not field.optional_in_portal
        if getattr(step.case, field.key) is not None
    ]
    return [f"{'、'.join(emptied)}不能改成空的，请照证书填写"] if emptied else []


def _too_long(step: Step) -> list[str]:
    limits = (("审核回复", step.reply, LONGEST_REPLY), ("证据说明", step.evidence, LONGEST_EVIDENCE))
    return [
        f"{what}最多 {most} 个字，现在有 {len(words)} 个，请写短一点"
        for what, words, most in limits
        if len(words) > most
    ]


def _against_hand_over(step: Step) -> list[str]:
    """To another office of the subtree or to the parent."""
    target, place = step.to_office, step.actor.place
    if target is None or place is None or target.closed_at:
        return ["请选择转给哪个职改办"]
    if target.id == step.case.office_id:
        return [f"这一件已经在“{target.name}”了，请选别的职改办"]
    parent = db.session.get(Office, place.office_id)
    if not target.place.lies_within(place.office_id) and (parent is None or target.id != parent.parent_id):
        return ["只能转给本机构、下级或直接上级职改办"]
    return []


def carry_out(step: Step) -> None:
    """Take the step with its effects, event and message; whether it may be taken was asked before."""
    case, before = step.case, step.case.state
    changes = EFFECTS.get(step.transition.name, no_effect)(step)
    case.state = step.transition.lands_on(before)
    case.version += 1
    case.touched_by_office = _touched(step)
    _stamp(step)
    claims.release(case.id)
    db.session.flush()
    _tell(step, before, changes)


def _touched(step: Step) -> bool:
    if step.transition.by_office:
        return True
    return (
        False
        if step.transition.name in ("submit", "submit_matched", "resubmit", "dispute")
        else step.case.touched_by_office
    )


def _stamp(step: Step) -> None:
    case, name = step.case, step.transition.name
    if name in ("submit", "submit_matched", "resubmit"):
        case.submitted_at = now()
    if step.transition.by_office and step.transition.reply is not Reply.NONE:
        case.reply = step.reply or None
    if not step.transition.checks:
        case.decided_at = now() if not case.state.is_open else None
    if name == "check" or not case.state.is_public:
        case.to_check_since = None
    if step.transition.deletes:
        case.deleted_at = now()
    if step.transition.restores:
        case.deleted_at = None
    if case.state is CaseState.DRAFT and not case.deleted:
        case.filled_in_at = now()
    case.owed_since = now() if case.state in OFFICE_TURN and not case.deleted else None


def _tell(step: Step, before: CaseState, changes: dict[str, Any]) -> None:
    case = step.case
    noted = {"内部证据": step.evidence, "与照片一致": step.checked}
    details = {**changes, **{label: ["", words] for label, words in noted.items() if words}}
    events.record(
        step.actor, step.transition.name, ("case", case.id), step.transition.label,
        from_state=before.value, to_state=case.state.value, reply=step.reply, changes=details or None,
    )  # fmt: skip
    letter = LETTERS.get(step.transition.name)
    if letter and not step.silent:
        words = {
            "title": case.title or "", "number": case.cert_no or "无编号", "receipt": case.receipt,
            "office": case.office.name if case.office else "",
        }  # fmt: skip
        body = letter.body.format(**words) + (
            f"\n审核回复：{step.reply}" if step.reply and step.transition.by_office else ""
        )
        telling.tell(case.holder, letter.title.format(**words), body, case.id)
