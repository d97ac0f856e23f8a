"""抽查: what was approved by itself and is to be looked at afterwards; nothing waits for it."""

from __future__ import annotations

import pytest

from domain.verification import CaseState
from extensions import db, writing
from models import Event, VerificationCase
from tests.factories import act, case_at, certificate, draft, holder, letters_to, refused


@pytest.fixture
def everything(app):
    app.config["SPOT_CHECK_PERCENT"] = 100
    yield
    app.config["SPOT_CHECK_PERCENT"] = 0


def to_check(case):
    return db.session.get_one(VerificationCase, case.id).to_check_since is not None


def test_without_a_hint_chance_alone_decides(app):
    assert not to_check(case_at(CaseState.AUTO_APPROVED))


def test_the_share_may_be_everything(app, everything):
    case = case_at(CaseState.AUTO_APPROVED)

    assert to_check(case)
    assert case.certificate.is_public


def test_only_what_approves_itself_is_drawn(app, everything):
    assert not to_check(case_at(CaseState.PENDING))
    assert not to_check(case_at(CaseState.APPROVED))


def test_a_hint_brings_it_there_whatever_the_chance(app):
    record = certificate(owner := holder())
    first = case_at(CaseState.AUTO_APPROVED, record, owner)
    other = draft(certificate(owner), owner)
    with writing():
        copies = zip(db.session.get_one(VerificationCase, other.id).photos, first.photos, strict=True)
        for copy, original in copies:
            copy.fingerprint, copy.sha256 = original.fingerprint, original.sha256
            for at in range(4):
                setattr(copy, f"band_{at}", getattr(original, f"band_{at}"))

    act("holder", other, "submit")

    assert (to_check(first), to_check(other)) == (False, True)


def test_looked_at_and_found_right_it_leaves_the_tab_and_stays_as_it_was(app, everything):
    case = case_at(CaseState.AUTO_APPROVED)
    decided, letters = case.decided_at, letters_to(case)

    act("ls.staff", case, "check")

    assert not to_check(case)
    assert (case.state, case.decided_at, letters_to(case)) == (CaseState.AUTO_APPROVED, decided, letters)
    assert Event.about("case", case.id)[-1].summary == "看过，没问题"
    assert "不能办结抽查" in refused("ls.staff", case, "check")


def test_taken_back_it_leaves_the_tab_and_is_public_no_more(app, everything):
    case = case_at(CaseState.AUTO_APPROVED)

    act("ls.staff", case, "take_back")

    assert not to_check(case)
    assert not case.certificate.is_public


def test_another_office_checks_nothing(app, everything):
    case = case_at(CaseState.AUTO_APPROVED)

    assert refused("pb.staff", case, "check") == "这件审验不归您所在的职改办"


@pytest.mark.parametrize("action", ["check", "take_back"])
def test_the_tab_lists_them_and_takes_both_actions(app, everything, as_staff, action):
    case = case_at(CaseState.AUTO_APPROVED)
    clerk = as_staff("ls.staff")
    clerk.get("/admin/")
    on_home = clerk.page.text
    clerk.get("/admin/cases/?tab=check")
    listed = clerk.page.text

    clerk.send("/admin/cases/action/?tab=check", {"action": action, "rowid": str(case.id)})
    said = {"reply": "照片上不是这个编号。"} if action == "take_back" else {}
    clerk.post("/admin/cases/action/?tab=check", data={**clerk.page.form("confirmed"), **said})

    assert "有 1 本请抽查" in on_home
    assert "待抽查" in listed
    assert case.holder.name in listed
    assert not to_check(case)
