"""What an action on ticked rows did stands on a page of its own, which acts on nothing and is nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.retention import RESULTS
from domain.verification import CaseState
from extensions import db, writing
from models import BatchResult, VerificationCase, now
from operations import batch_results
from tests import factories
from tests.pages import CheckedClient


@pytest.fixture
def clerk(app: Any, as_staff: Any) -> CheckedClient:
    return as_staff("ls.staff")


def approved(client: CheckedClient, *cases: VerificationCase, listed: str = "") -> str:
    """Approve these through list and confirm page; return where that leads."""
    rows = [str(case.id) for case in cases]
    client.get(f"/admin/cases/{listed}")
    client.send(f"/admin/cases/action/{listed}", {"action": "approve", "rowid": rows})
    form = client.page.form("confirmed") | {"rowid": rows}
    form["seen"] = [f"{case.id}:{case.version}" for case in cases]
    answer = client.post(f"/admin/cases/action/{listed}", data=form)
    assert answer.status_code == 303
    return str(answer.location)


def test_the_page_can_be_loaded_again_and_nothing_is_decided_twice(clerk: CheckedClient) -> None:
    waits, over = factories.case_at(CaseState.PENDING), factories.case_at(CaseState.REJECTED)
    address = approved(clerk, waits, over)
    clerk.get(address)
    first, kept = clerk.page.text, factories.dump()

    clerk.get(address)

    assert "办成 1 条，跳过 1 条" in first
    assert clerk.page.text == first
    assert factories.dump() == kept


def test_every_row_leads_to_its_case_and_the_way_back_to_the_list_as_it_was(clerk: CheckedClient) -> None:
    done, skipped = factories.case_at(CaseState.PENDING), factories.case_at(CaseState.REJECTED)
    html = clerk.get(approved(clerk, done, skipped, listed="?tab=all")).text

    assert all(f'href="/admin/cases/review/{case.id}' in html for case in (done, skipped))
    assert 'href="/admin/cases/?tab=all"' in html


def test_it_is_nobody_elses_and_belongs_to_one_list(clerk: CheckedClient, as_staff: Any) -> None:
    address = approved(clerk, factories.case_at(CaseState.PENDING))

    assert as_staff("ls.admin").get(address).status_code == 404
    assert as_staff("ls.staff").get(address.replace("cases", "certificates")).status_code == 404
    assert as_staff("ls.staff").get(address).status_code == 200


def test_after_a_day_it_is_gone_and_the_page_says_where_to_look(clerk: CheckedClient) -> None:
    addresses = [approved(clerk, factories.case_at(CaseState.PENDING)) for _ in range(2)]
    with writing():
        late = update(BatchResult).where(BatchResult.id == int(addresses[0].rpartition("/")[2]))
        db.session.execute(late.values(created_at=now() - RESULTS.limit - timedelta(minutes=1)))
    with writing():
        batch_results.forget_old()

    assert [clerk.get(address).status_code for address in addresses] == [404, 200]
    clerk.get(addresses[0])
    assert "只留一天" in clerk.page.text


def test_rows_that_are_all_out_of_sight_by_now_lead_back_to_the_list(clerk: CheckedClient) -> None:
    record = factories.certificate(owner := factories.holder(), "浦北县职改办", awarding_body="浦北县职改办")
    elsewhere = factories.case_at(CaseState.PENDING, record, owner, by="pb.staff")
    clerk.get("/admin/cases/")
    answer = clerk.send("/admin/cases/action/", {"action": "approve", "rowid": elsewhere.id}, follow_redirects=True)

    assert answer.request.path == "/admin/cases/"
    assert "可能已转办或删除" in clerk.page.text
