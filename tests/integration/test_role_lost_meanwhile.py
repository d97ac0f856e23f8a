"""A role that another process takes away while a decision waits for its turn to write decides nothing any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from admin_views import case_desk
from domain.access import Role
from domain.verification import CaseState
from extensions import db, writing
from models import StaffUser, VerificationCase
from tests import factories
from tests.conftest import staff_user


def test_a_role_lost_while_waiting_to_write_decides_nothing(as_staff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id, who = factories.case_at(CaseState.PENDING).id, staff_user("ls.staff").id
    client = as_staff("ls.staff")
    client.get(f"/admin/cases/review/{case_id}/")
    shown = next(one["fields"] for one in client.page.forms if "version" in one["fields"])
    sent = {name: shown[name] for name in ("csrf_token", "version")} | {"decision": "approve"}

    @contextmanager
    def after_the_role_was_taken() -> Iterator[Any]:
        db.session.rollback()
        with db.engine.begin() as elsewhere:
            elsewhere.execute(sa.update(StaffUser).where(StaffUser.id == who).values(role=Role.DEFAULT_ACCOUNT))
        with writing() as session:
            yield session

    monkeypatch.setattr(case_desk, "writing", after_the_role_was_taken)
    answer = client.post(f"/admin/cases/review/{case_id}/decide/", data=sent)

    db.session.rollback()
    assert answer.status_code == 404
    assert db.session.get_one(VerificationCase, case_id).state is CaseState.PENDING
