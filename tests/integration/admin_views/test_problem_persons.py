"""问题人员: who is listed and why, who may lift it, and what is noted of both."""

from __future__ import annotations

import pytest

from domain.verification import CaseState
from extensions import db
from models import ProblemPerson, VerificationCase
from tests.factories import EVIDENCE, REPLIES, act, case_at
from tests.integration.admin_views.records import trail

ADDRESS = "/admin/problem-persons/{}/?id={}"


@pytest.fixture
def listed(app):
    """Return the id of a listing as a 假证 decision makes it."""
    case = case_at(CaseState.COUNTERFEIT)
    return db.session.query(ProblemPerson.id).filter_by(case_id=case.id).scalar()


def lifted(listing_id):
    db.session.rollback()
    row = db.session.get_one(ProblemPerson, listing_id)
    return (row.lifted_by, row.lift_reason) if row.lifted_at else None


def test_the_list_tells_reason_and_evidence_and_leads_to_the_case(listed, as_staff):
    client = as_staff("ls.staff")
    client.get("/admin/problem-persons/")
    in_list = client.page.text
    client.get(ADDRESS.format("details", listed))

    assert REPLIES["find_counterfeit"] in in_list
    assert EVIDENCE in in_list
    assert any("/admin/cases/review/" in link["href"] for link in client.page.all("a"))
    assert "列入问题人员" in client.page.text


def test_an_administrator_lifts_with_a_reason_that_is_kept(listed, as_staff):
    client = as_staff("ls.admin")
    client.get(ADDRESS.format("lift", listed))
    without = client.send(ADDRESS.format("lift", listed), {"reason": " "})
    client.send(ADDRESS.format("lift", listed), {"reason": "批文在市档案馆找到了"})
    client.get(ADDRESS.format("details", listed))

    assert "请写明原因" in without.text
    assert lifted(listed) == ("劳志坚", "批文在市档案馆找到了")
    assert (trail()[0].action, trail()[0].subject_type) == ("lift_person", "problem_person")
    assert client.page.text.count("批文在市档案馆找到了") == 2


def test_a_clerk_is_offered_no_lifting_and_cannot_do_it(listed, as_staff):
    client = as_staff("ls.staff")
    html = client.get("/admin/problem-persons/").text
    asked = client.get(ADDRESS.format("lift", listed))
    client.get("/admin/problem-persons/")

    posted = client.send(ADDRESS.format("lift", listed), {"reason": "无误"})
    client.get("/admin/problem-persons/")
    ticked = client.send("/admin/problem-persons/action/", {"action": "lift", "rowid": listed, "confirmed": "1"})

    assert 'name="rowid"' not in html
    assert (asked.status_code, posted.status_code, ticked.status_code) == (403, 403, 403)
    assert lifted(listed) is None


def test_several_are_lifted_at_once_and_one_that_is_lifted_already_is_skipped(listed, as_staff):
    other = act("ls.admin", case_at(CaseState.PENDING), "find_counterfeit")
    second = db.session.query(ProblemPerson.id).filter_by(case_id=other.id).scalar()
    client = as_staff("ls.admin")
    client.get(ADDRESS.format("lift", second))
    client.send(ADDRESS.format("lift", second), {"reason": "无误"})
    client.get("/admin/problem-persons/")
    rows = {"action": "lift", "rowid": [listed, second]}
    client.send("/admin/problem-persons/action/", rows)

    client.send(
        "/admin/problem-persons/action/", {**rows, "confirmed": "1", "reason": "核实无误"}, follow_redirects=True
    )

    assert "办成 1 条，跳过 1 条" in client.page.text
    assert "劳志坚已经解除了" in client.page.text
    assert lifted(listed) == ("劳志坚", "核实无误")


def test_taking_the_case_back_lifts_and_says_so(listed, as_staff):
    row = db.session.get_one(ProblemPerson, listed)
    case = act("ls.staff", db.session.get_one(VerificationCase, row.case_id), "take_back")

    assert case.state is CaseState.PENDING
    assert lifted(listed) == ("梁敏", "认定假证的审核已恢复")


def test_a_listing_of_another_office_is_not_found(listed, as_staff):
    client = as_staff("pb.staff")

    assert client.get(ADDRESS.format("details", listed)).status_code == 404
