"""Whose turn it is and since when: what an office lets lie for thirty days is seen by the office above."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from domain.errors import FieldProblem
from domain.verification import CaseState
from extensions import db, writing
from models import CalendarDay, VerificationCase, now
from operations import review_queue, working_days
from tests.factories import act, case_at, office, staff


def let_lie(case: VerificationCase, days: int) -> None:
    with writing():
        db.session.execute(
            update(VerificationCase)
            .where(VerificationCase.id == case.id)
            .values(owed_since=now() - timedelta(days=days))
        )


def overdue() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(db.select(VerificationCase.id).where(review_queue.overdue())))


@pytest.mark.parametrize("state", CaseState, ids=lambda one: one.value)
def test_it_is_the_offices_turn_only_while_a_decision_is_owed(app: Flask, state: CaseState) -> None:
    case = case_at(state)

    assert (case.owed_since is not None) == (state in (CaseState.PENDING, CaseState.ONSITE))


def test_thirty_days_without_an_act_are_overdue_and_an_act_ends_it(app: Flask) -> None:
    fresh, lying = case_at(CaseState.PENDING), case_at(CaseState.PENDING)
    let_lie(fresh, 29)
    let_lie(lying, 31)
    assert overdue() == [lying.id]

    act("ls.staff", lying, "correct")
    assert overdue() == []


@pytest.mark.parametrize("name", ["delete", "reject", "ask_changes"])
def test_what_needs_nothing_more_is_not_overdue(app: Flask, name: str) -> None:
    case = case_at(CaseState.PENDING)
    let_lie(case, 40)

    act("ls.staff", case, name)

    assert case.owed_since is None
    if name == "delete":
        act("ls.staff", case, "undelete")
        assert overdue() == [], "the days before it was deleted do not count against who brings it back"


def test_the_parent_sees_it_with_its_count(app: Flask, as_staff: Any) -> None:
    case = case_at(CaseState.PENDING)
    let_lie(case, 31)
    city, neighbour = as_staff("qz.staff"), as_staff("pb.staff")

    assert case.holder.name in city.get("/admin/cases/?tab=overdue").get_data(as_text=True)
    assert "超过 30 天未办 1" in city.page.text
    assert case.holder.name not in neighbour.get("/admin/cases/?tab=overdue").get_data(as_text=True)
    assert "超过 30 天未办" in city.get(f"/admin/cases/review/{case.id}/").get_data(as_text=True)


def test_waiting_is_counted_in_the_days_that_offices_work(app: Flask) -> None:
    friday, monday = date(2027, 9, 24), date(2027, 9, 27)
    assert working_days.counted(friday, monday) == 1

    with writing():
        working_days.add_days(staff("gx.admin"), monday, monday, worked=False, note="补休")
        working_days.add_days(staff("gx.admin"), date(2027, 9, 25), date(2027, 9, 26), worked=True, note="调休上班")

    assert working_days.counted(friday, monday) == 2
    assert working_days.counted(date(2027, 9, 27), date(2027, 9, 29)) == 2


def test_a_span_too_long_or_backwards_is_refused(app: Flask) -> None:
    for last, words in ((date(2026, 9, 1), "早于"), (date(2026, 12, 1), "31 天")):
        with writing(), pytest.raises(FieldProblem, match=words):
            working_days.add_days(staff("gx.admin"), date(2026, 10, 1), last, worked=False, note="国庆节")
    assert db.session.query(CalendarDay).filter(CalendarDay.day >= date(2026, 11, 1)).count() == 0


def test_the_region_keeps_the_calendar_on_its_screen(app: Flask, as_staff: Any) -> None:
    client = as_staff("gx.admin")
    client.get("/admin/calendar/new/")
    typed = {"kind": "off", "note": "国庆节", "first": "2030-10-01", "last": "2030-10-03"}
    assert client.send("/admin/calendar/new/", {**typed, "first": "2030-10"}).status_code == 200
    assert "请写到哪一天" in client.page.text

    client.send("/admin/calendar/new/", typed)

    days = db.session.query(CalendarDay).filter(CalendarDay.day >= date(2030, 1, 1)).order_by(CalendarDay.day).all()
    assert [(one.day.day, one.worked, one.note) for one in days] == [(at, False, "国庆节") for at in (1, 2, 3)]
    client.get(f"/admin/calendar/edit/?id={days[1].id}")
    client.send(f"/admin/calendar/edit/?id={days[1].id}", {"kind": "worked", "note": "调休"})
    client.get(f"/admin/calendar/remove/?id={days[2].id}")
    client.send(f"/admin/calendar/remove/?id={days[2].id}")
    assert "共 2 条" in client.get("/admin/calendar/?year=2030").get_data(as_text=True)


def test_a_case_is_passed_to_an_office_by_its_name(app: Flask, as_staff: Any) -> None:
    case, client = case_at(CaseState.PENDING), as_staff("qz.staff")
    address = f"/admin/cases/review/{case.id}/hand_over/"
    client.get(address)
    form = {"version": str(case.version), "reply": "请按属地核对。"}
    client.send(address, {**form, "to_office": "浦北职改办"})
    assert "您要找的可能是：浦北县职改办" in client.page.text

    client.send(address, {**form, "to_office": "浦北县职改办"})

    assert db.session.get_one(VerificationCase, case.id, populate_existing=True).office_id == office("浦北县职改办").id
