"""How long an office takes: half of what people there decided of late, told while somebody waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from domain.verification import CaseState
from extensions import db, writing
from models import VerificationCase, now
from operations.usual_time import usual_days
from tests.factories import COUNTY, case_at, holder, office

TWO_WEEKS = 14
"""Ten working days, whatever day it is."""


def decided(
    count: int, took: int = TWO_WEEKS, *, ago: int = 20, state: CaseState = CaseState.REJECTED, at: str = COUNTY
) -> None:
    """Let cases be decided some days ago, so many days after they were sent."""
    owner, home, moment = holder(), office(at), now() - timedelta(days=ago)
    with writing():
        for _ in range(count):
            case = VerificationCase(holder_id=owner.id, state=state, decided_at=moment)
            case.submitted_at = moment - timedelta(days=took)
            case.belong_to(home.place)
            db.session.add(case)


def test_half_of_what_was_decided_of_late_says_how_long_it_takes(app: Flask) -> None:
    decided(4, took=70)
    decided(5)
    before = usual_days(office(COUNTY).id)
    decided(1, took=7)

    assert (before, usual_days(office(COUNTY).id)) == (None, 10)


def test_what_was_automatic_long_ago_or_elsewhere_says_nothing(app: Flask) -> None:
    decided(9)
    decided(5, state=CaseState.AUTO_APPROVED)
    decided(5, ago=100)
    decided(5, at="浦北县职改办")

    assert usual_days(office(COUNTY).id) is None


def test_who_waits_reads_whom_to_ask_and_how_long_it_takes(app: Flask, as_holder: Any) -> None:
    with writing():
        there = office(COUNTY)
        there.address, there.hours = "县政务中心三楼", "工作日上午"
    decided(10)
    waiting, called, ended = (case_at(state) for state in (CaseState.PENDING, CaseState.ONSITE, CaseState.REJECTED))
    client = as_holder(waiting.holder)

    for address in (f"/portal/verify/{waiting.id}/done", f"/portal/cases/{waiting.id}/"):
        client.get(address)
        for words in (COUNTY, "0777-0000002", "县政务中心三楼", "工作日上午", waiting.receipt, "一半在 10 个工作日内"):
            assert words in client.page.text
    client.get(f"/portal/cases/{ended.id}/")
    assert "请致电灵山县职改办（0777-0000002）" in client.page.text
    assert "工作日内" not in client.page.text
    client.get(f"/portal/cases/{called.id}/")
    assert "到灵山县职改办现场审核（县政务中心三楼，工作日上午，0777-0000002）" in client.page.text
