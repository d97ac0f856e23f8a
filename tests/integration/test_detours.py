"""Ways round the office that must lead nowhere: nothing it has handled is published without it."""

from __future__ import annotations

import pytest
from flask import Flask

from domain.verification import CaseState
from extensions import db, writing
from models import VerificationCase
from operations import cases
from operations.cases import Refused
from tests import factories
from tests.conftest import actor_of
from tests.engines import PLAIN_SQL
from web.access import safe_next


def act(case: VerificationCase, name: str, *, holder: bool = False, reply: str = "") -> VerificationCase:
    db.session.rollback()
    current = db.session.get_one(VerificationCase, case.id)
    actor = current.holder.actor if holder else actor_of("ls.staff")
    with writing():
        return cases.act(actor, current.id, current.version, name, reply=reply)


def test_a_case_the_office_sent_back_is_never_approved_by_itself(app: Flask) -> None:
    case = factories.case_at(CaseState.AUTO_APPROVED)
    act(case, "take_back", reply="照片是别人的证书")
    act(case, "ask_changes", reply="请重新拍")
    act(case, "resubmit", holder=True)

    with pytest.raises(Refused, match="不能撤回"):
        act(case, "withdraw", holder=True)


def test_sending_it_again_after_changes_and_a_withdrawal_goes_to_the_office(app: Flask) -> None:
    case = factories.case_at(CaseState.PENDING)
    act(case, "ask_changes", reply="请重新拍")
    act(case, "resubmit", holder=True)
    act(case, "withdraw", holder=True)
    record = case.certificate
    with writing():
        own = db.session.get_one(VerificationCase, case.id)
        for key in ("obtained_by", "specialty", "title", "awarded_on", "issued_on"):
            setattr(own, key, getattr(record, key) if record else getattr(own, key))

    assert act(case, "submit", holder=True).state is CaseState.PENDING


def test_beginning_anew_with_what_the_office_sent_back_goes_to_the_office(app: Flask) -> None:
    case = factories.case_at(CaseState.PENDING)
    record, owner = case.certificate, case.holder
    act(case, "ask_changes", reply="请重新拍")
    for step in ("resubmit", "withdraw", "discard"):
        act(case, step, holder=True)

    anew = factories.draft(record, owner)

    assert act(anew, "submit", holder=True).state is CaseState.PENDING


def test_beginning_anew_after_the_office_tidied_a_double_away_is_no_reason_for_doubt(app: Flask) -> None:
    case = factories.case_at(CaseState.PENDING)
    record, owner = case.certificate, case.holder
    act(case, "delete", reply="重复提交")

    anew = factories.draft(record, owner)

    assert act(anew, "submit", holder=True).state is CaseState.AUTO_APPROVED


def test_a_certificate_keeps_its_verify_code_when_it_is_approved_again(app: Flask) -> None:
    case = factories.case_at(CaseState.APPROVED)
    code = case.certificate.verify_code
    act(case, "take_back", reply="再核对一次")

    again = act(case, "approve")

    assert again.certificate.verify_code == code


@PLAIN_SQL
@pytest.mark.parametrize("action", ["reject", "ask_changes", "call_in"])
def test_no_reply_to_a_holder_carries_the_word(app: Flask, action: str) -> None:
    case = factories.case_at(CaseState.PENDING)

    with pytest.raises(Refused, match="不能写"):
        act(case, action, reply="疑似假 证")


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\t/evil.example", "/\\evil.example", "https://evil.example", "/ /x", ""]
)
def test_signing_in_leads_to_no_other_host(target: str) -> None:
    assert safe_next(target, "/portal/") == "/portal/"


def test_signing_in_leads_back_to_the_page_asked_for() -> None:
    assert safe_next("/portal/verify/3/?x=1", "/portal/") == "/portal/verify/3/?x=1"
