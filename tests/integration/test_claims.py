"""Who has a case open: one at a time, told to the others, gone by itself or with the decision; never in anybody's way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import update

from domain.verification import CaseState
from extensions import db, writing
from models import CaseClaim, Event, VerificationCase, now
from operations import claims
from tests.factories import act, at_once, case_at, staff


def claim(client: Any, case: VerificationCase) -> Any:
    client.get(f"/admin/cases/review/{case.id}/")
    return client.send(f"/admin/cases/review/{case.id}/claim/").get_json()


def lapse() -> None:
    with writing():
        db.session.execute(update(CaseClaim).values(until=now() - timedelta(seconds=1)))


def test_looking_alone_claims_nothing(app: Flask, as_staff: Any) -> None:
    case = case_at(CaseState.PENDING)

    as_staff("ls.staff").get(f"/admin/cases/review/{case.id}/")

    assert claims.standing(case.id) is None


def test_the_second_is_told_who_has_it_open_and_may_decide_all_the_same(app: Flask, as_staff: Any) -> None:
    case, first, second = case_at(CaseState.PENDING), as_staff("ls.staff"), as_staff("ls.admin")

    assert claim(first, case)["words"] == "您正在审，15 分钟后释放"
    assert claim(second, case)["words"] == "梁敏刚刚打开了这一件"
    assert "梁敏刚刚打开了这一件" in second.get(f"/admin/cases/review/{case.id}/").get_data(as_text=True)

    act("ls.admin", case, "approve")
    assert claims.standing(case.id) is None


def test_a_claim_lapses_and_passes_on(app: Flask, as_staff: Any) -> None:
    case = case_at(CaseState.PENDING)
    claim(as_staff("ls.staff"), case)
    lapse()

    assert claim(as_staff("ls.admin"), case)["mine"]
    assert not claim(as_staff("ls.staff"), case)["mine"]


def test_a_claim_is_no_event_and_moves_no_version(app: Flask, as_staff: Any) -> None:
    case = case_at(CaseState.PENDING)
    events, version = db.session.query(Event).count(), case.version

    claim(as_staff("ls.staff"), case)

    assert db.session.query(Event).count() == events
    assert db.session.get_one(VerificationCase, case.id, populate_existing=True).version == version


def test_a_decided_case_is_nobodys(app: Flask, as_staff: Any) -> None:
    assert claim(as_staff("ls.staff"), case_at(CaseState.APPROVED)) is None


def test_the_next_case_is_one_that_nobody_else_has_open(app: Flask, as_staff: Any) -> None:
    taken, free = (case_at(CaseState.PENDING) for _ in range(2))
    claim(as_staff("ls.staff"), taken)

    assert f"/{free.id}/" in as_staff("ls.admin").get("/admin/cases/first/").location
    assert f"/{taken.id}/" in as_staff("ls.staff").get("/admin/cases/first/").location


def test_of_twenty_who_open_it_together_one_has_it(app: Flask) -> None:
    case_id, reviewers = case_at(CaseState.PENDING).id, [staff("ls.staff"), staff("ls.admin"), staff("qz.staff")]

    def open_as(actor: Any) -> Any:
        def run() -> str:
            with writing():
                return claims.take(actor, case_id).staff_name

        return run

    answers = at_once(app, *(open_as(reviewers[at % 3]) for at in range(20)))

    assert len(set(answers)) == 1
    assert db.session.query(CaseClaim).one().staff_name == answers[0]
