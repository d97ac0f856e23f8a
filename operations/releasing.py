"""What an account under somebody else's ID number has done is taken back, as 解除占用 shuts it out.

No reviewer acts here: whoever may decide the release ends the cases wherever they are, and each office reads it in the
course of its case and of its certificate.
"""

from __future__ import annotations

from sqlalchemy import select

from domain.access import Actor
from domain.verification import BY_NAME, OPEN_STATES, RELEASE, CaseState, Transition
from extensions import db
from models import Holder, VerificationCase, now
from operations import cases, events, offers, problem_persons
from operations.case_effects import Refused, Step

WHY = "这个账号的身份证号已解除占用"
NOTED = "解除占用，撤回该账号自动审核通过的内容"
LEFT = "解除占用，没有撤回：{reason}。已放到“待抽查”"


def undo_all(actor: Actor, holder: Holder) -> None:
    """Take back what the account published by itself, end its open cases, lift the listings that came from it.

    Nobody is refused by it: the person may send the same certificates under an account of their own.
    """
    for case in _locked(holder):
        if case.state is CaseState.AUTO_APPROVED:
            _take_back(actor, case)
        if case.state in OPEN_STATES:
            _carry_out(actor, case, RELEASE)
        problem_persons.lift_of_case(actor, case, WHY)
    offers.forget_numbers_of(holder)


def _locked(holder: Holder) -> list[VerificationCase]:
    query = select(VerificationCase).filter_by(holder_id=holder.id, deleted_at=None).order_by(VerificationCase.id)
    locked = query.with_for_update(of=VerificationCase).execution_options(populate_existing=True)
    return list(db.session.scalars(locked))


def _take_back(actor: Actor, case: VerificationCase) -> None:
    """What cannot be taken back, since the record was changed meanwhile, is left to its office to look at."""
    record_id = case.certificate_id
    try:
        _carry_out(actor, case, BY_NAME["take_back"])
    except Refused as refusal:
        case.to_check_since = now()
        case.version += 1
        words = LEFT.format(reason=refusal.sentence)
        events.record(actor, "note_release", ("case", case.id), "解除占用，没有撤回", reply=words)
    else:
        words = NOTED
    if record_id is not None:
        events.record(actor, "release_certificate", ("certificate", record_id), words)
    db.session.flush()


def _carry_out(actor: Actor, case: VerificationCase, transition: Transition) -> None:
    cases.carry_out(Step(case, transition, actor, WHY, silent=True))
