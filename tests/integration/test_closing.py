"""注销账号: what is personal goes at once and whole, what was decided stays, and the person may come again."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from domain.background import MAIL
from domain.errors import DomainError, NotFound
from domain.identifiers import parse_id
from domain.verification import OPEN_STATES, CaseState
from extensions import db, writing
from models import (
    BackgroundJob,
    CasePhoto,
    Certificate,
    Event,
    Holder,
    IdentityRequest,
    ProblemPerson,
    VerificationCase,
    now,
)
from operations import (
    background,
    cases,
    closing,
    devices,
    events,
    feedback,
    holders,
    identity_requests,
    lookups,
    review_queue,
    telling,
)
from operations.case_facts import CaseFacts
from operations.closing import Closed
from operations.identity_requests import Claimant
from tests import factories
from tests.factories import act, at_once, case_at, certificate, draft, fresh_person, holder, open_session, staff

KEPT_OF_HOLDERS = {"verification_case", "identity_request", "holder_name_piece"}
"""The tables that may name a closed account: what was decided, and the pieces of the name it is found by."""
PAGES = {"front": "a" * 32, "back": "b" * 32, "statement": "c" * 32}


def close(owner: Holder) -> Closed:
    holder_id = owner.id
    with writing():
        return closing.close(holder_id)


def account(owner_id: int) -> Holder:
    db.session.rollback()
    return db.session.get_one(Holder, owner_id)


def case_of(case: VerificationCase) -> VerificationCase:
    db.session.rollback()
    return db.session.get_one(VerificationCase, case.id)


def trail(kind: str, number: int) -> list[str]:
    db.session.rollback()
    return [event.action for event in Event.about(kind, number)]


def fill_all(owner: Holder) -> None:
    """Leave something of the account in every place that keeps something of an account."""
    owner_id, number = owner.id, fresh_person()
    open_session(owner)
    with writing():
        own = db.session.get_one(Holder, owner_id)
        own.avatar, own.employer_name = "d" * 32, "灵山县水利局"
        own.next_password_hash, own.next_password_from = "-", now()
        devices.signed_in_from(own, "token", "测试", "")
        holders.ask_new_email(own, f"next{owner_id}@example.com")
        feedback.send(own, "请问何时审完")
        telling.tell(own, "办理结果", "请看")
        background.ask_for(own.actor, MAIL, {"to": own.email, "subject": "-", "body": "-"})
        identity_requests.ask_correction(own, Claimant("韦晓兰", parse_id(number, now().date())), PAGES)


def rows_of(owner_id: int) -> dict[str, int]:
    """Count what still belongs to the account, table by table, wherever a column names a holder or an account."""
    found = {}
    for table in db.metadata.sorted_tables:
        columns = [
            one
            for one in table.c
            if one.name == "holder_id" or any(key.column.table.name == "holder" for key in one.foreign_keys)
        ]
        conditions = [one == owner_id for one in columns]
        for name, value in (("account_kind", "holder"), ("actor_role", "holder")):
            if name in table.c and table.name != "event":
                conditions.append(
                    (table.c[name] == value)
                    & (table.c[name.replace("_kind", "_id").replace("_role", "_id")] == owner_id)
                )
        count = sum(len(db.session.execute(db.select(table).where(one)).all()) for one in conditions)
        if count:
            found[table.name] = count
    db.session.rollback()
    return found


def test_nothing_of_the_person_is_left_where_nothing_was_decided(app: Flask) -> None:
    owner = holder(None, name="农文华")
    before = {name: getattr(owner, name) for name in ("id_number", "mobile", "email", "security_question")}
    draft(None, owner)
    fill_all(owner)

    closed = close(owner)

    left = account(owner.id)
    assert (closed.name, closed.email) == ("农文华", before["email"])
    assert {*PAGES.values(), "d" * 32} <= set(closed.files)
    assert len(closed.files) == len(PAGES) + 3, "the avatar and both photos of the draft too"
    assert left.name == closing.NAMELESS
    assert not {name: value for name, value in before.items() if getattr(left, name) == value}
    assert not (left.employer_name)
    assert not (left.avatar)
    assert not (left.next_password_hash)
    assert not (left.birth_year)
    assert not (left.region_code)
    assert set(rows_of(owner.id)) <= KEPT_OF_HOLDERS
    assert db.session.query(CasePhoto).count() == 0
    assert db.session.query(IdentityRequest).count() == 0
    assert trail("holder", owner.id)[-1] == "close_account"
    assert list(events.faults()) == []


@pytest.mark.parametrize("state", OPEN_STATES)
def test_an_open_case_is_withdrawn_wherever_it_stands_and_says_nothing_any_more(app: Flask, state: CaseState) -> None:
    owner = holder(None)
    case = case_at(state, certificate(owner), owner)

    close(owner)

    left = case_of(case)
    assert left.deleted
    assert left.state is CaseState.DRAFT
    assert not (left.cert_no)
    assert not (left.title)
    assert not (left.employer_name)
    assert not (left.submitted)
    assert not (left.correction)
    assert not (left.photos)
    expected = {CaseState.DRAFT: ["discard"], CaseState.PENDING: ["withdraw", "discard"]}.get(state, ["abandon"])
    assert trail("case", case.id)[-len(expected) :] == expected
    with pytest.raises(NotFound):
        cases.reviewable(staff("ls.staff"), case.id)


def test_a_case_that_an_office_has_begun_is_taken_from_it(app: Flask) -> None:
    owner = holder(None)
    begun = act("ls.staff", case_at(CaseState.PENDING, certificate(owner), owner), "correct")

    close(owner)

    assert trail("case", begun.id)[-1] == "abandon"
    with pytest.raises(DomainError):
        act("ls.staff", case_of(begun), "approve")


def test_what_an_office_deleted_is_emptied_and_cannot_come_back(app: Flask) -> None:
    owner = holder(None)
    deleted = act("ls.staff", case_at(CaseState.PENDING, certificate(owner), owner), "delete")

    close(owner)

    assert case_of(deleted).title is None
    with pytest.raises(DomainError):
        act("ls.staff", case_of(deleted), "undelete")


def test_what_was_decided_and_published_and_who_is_listed_stays(app: Flask) -> None:
    owner = holder(None, name="农文华")
    approved, refused, false = (
        case_at(state, certificate(owner), owner)
        for state in (CaseState.APPROVED, CaseState.REJECTED, CaseState.COUNTERFEIT)
    )
    number, code = owner.id_number, approved.certificate.verify_code

    close(owner)

    left = account(owner.id)
    assert (left.name, left.id_number) == ("农文华", number)
    assert [case_of(one).deleted for one in (approved, refused, false)] == [False] * 3
    assert case_of(approved).photos
    assert cases.reviewable(staff("ls.staff"), refused.id).holder.name == "农文华"
    assert [one.name for one in lookups.by_code(code)] == ["农文华"]
    listing = db.session.query(ProblemPerson).one()
    assert (listing.name, listing.lifted_at) == ("农文华", None)
    assert not left.is_active


def test_number_mobile_and_address_are_free_and_the_new_account_is_known_for_what_was_decided(app: Flask) -> None:
    owner = holder(None, name="农文华")
    given = {"name": owner.name, "id_number": owner.id_number, "mobile": owner.mobile, "email": owner.email}
    record = certificate(owner)
    refused = case_at(CaseState.REJECTED, record, owner)
    close(owner)

    again = holder(None, **given)

    new = draft(record, again, obtained_by="重新确认")
    told, elsewhere = review_queue.other_cases(staff("ls.staff"), new)
    assert [one.id for one in told] == [refused.id]
    assert CaseFacts(new).refused_before
    assert "不能再次提交" in factories.refused("holder", new, "submit")
    assert [one.id for one in review_queue.other_cases(staff("ls.staff"), case_of(refused))[0]] == []
    assert elsewhere == 0


def test_a_record_that_an_office_has_looked_into_is_looked_into_again_under_the_new_account(app: Flask) -> None:
    owner = holder(None)
    given = {"name": owner.name, "id_number": owner.id_number}
    record = certificate(owner)
    case_at(CaseState.NEEDS_CHANGES, record, owner)
    close(owner)

    again = act("holder", draft(record, holder(None, **given)), "submit")

    assert again.state is CaseState.PENDING


def test_a_decided_case_of_a_closed_account_can_still_be_taken_back_and_decided(app: Flask) -> None:
    owner = holder(None, name="农文华")
    number = owner.id_number
    case = case_at(CaseState.APPROVED, certificate(owner), owner)
    close(owner)

    taken = act("ls.staff", case_of(case), "take_back")
    act("ls.staff", taken, "approve")

    record = db.session.get_one(Certificate, case.certificate_id)
    assert (record.name, record.id_number, record.is_public) == ("农文华", number, True)
    assert Certificate.of_person(holder(None, name="农文华", id_number=number)) == [record]
    assert "message" not in rows_of(owner.id)


def test_an_account_closes_once(app: Flask) -> None:
    owner = holder(None)
    draft(None, owner)
    owner_id = owner.id

    def closes() -> Any:
        with writing():
            return closing.close(owner_id)

    answers = at_once(app, closes, closes, closes)

    assert sorted(type(answer).__name__ for answer in answers) == ["Closed", "DomainError", "DomainError"]
    assert trail("holder", owner_id).count("close_account") == 1


def test_a_decision_at_the_same_moment_stands_or_falls_whole(app: Flask) -> None:
    for _ in range(5):
        owner = holder(None)
        case = case_at(CaseState.PENDING, certificate(owner), owner)
        owner_id, case_id, version, clerk = owner.id, case.id, case.version, staff("ls.staff")

        def closes(owner_id: int = owner_id) -> Any:
            with writing():
                return closing.close(owner_id)

        def decides(case_id: int = case_id, version: int = version, clerk: Any = clerk) -> Any:
            with writing():
                return cases.act(clerk, case_id, version, "reject", reply="批文里没有。")

        closed, decided = at_once(app, closes, decides)

        assert isinstance(closed, Closed)
        left = case_of(case)
        if isinstance(decided, DomainError):
            assert left.deleted
            assert not left.title
        else:
            assert not isinstance(decided, Exception), decided
            assert (left.state, left.deleted, account(owner_id).id_number != "") == (CaseState.REJECTED, False, True)


def test_what_waits_to_be_sent_goes_and_the_running_one_sends_nothing(app: Flask) -> None:
    owner = holder(None)
    fill_all(owner)

    close(owner)

    left = [job.kind_slug for job in db.session.query(BackgroundJob)]
    assert left == []


STRUCTURE = {
    "id", "holder_id", "certificate_id", "entrance", "state", "version", "pooled", "touched_by_office", "created_at",
    "submitted_at", "decided_at", "deleted_at", "lapse_told_at", "record_shown", "without_number",
}  # fmt: skip
"""What a case that was emptied still says: that there was one, when, and how far it came."""


def test_an_emptied_case_holds_nothing_but_that_there_was_one(app: Flask) -> None:
    owner = holder(None)
    case = case_at(CaseState.NEEDS_CONFIRMATION, certificate(owner), owner)
    full = {column.key for column in VerificationCase.__table__.columns if getattr(case, column.key) not in (None, "")}

    close(owner)

    left = case_of(case)
    assert {one for one in full if getattr(left, one) not in (None, "")} <= STRUCTURE


def test_offices_still_open_and_find_what_was_decided(app: Flask, as_staff: Any) -> None:
    owner = holder(None, name="农文华")
    number, owner_id = owner.id_number, owner.id
    case = case_at(CaseState.REJECTED, certificate(owner), owner)
    with writing():
        asked = identity_requests.ask_correction(
            db.session.get_one(Holder, owner_id), Claimant("农文花", parse_id(number, now().date())), PAGES
        )
        identity_requests.decide(staff("qz.admin"), asked.id, grant=False, reply="看不清")
    close(owner)
    clerk, chief = as_staff("ls.staff"), as_staff("gx.admin")

    page = clerk.get(f"/admin/cases/review/{case.id}/")
    shown = clerk.send(f"/admin/cases/review/{case.id}/id-number/")
    found = clerk.get(clerk.find("/admin/cases/?tab=all", search=number))
    request = chief.get(f"/admin/identity-corrections/details/?id={asked.id}")

    assert "农文华" in page.get_data(as_text=True)
    assert number in shown.get_data(as_text=True)
    assert "农文华" in found.get_data(as_text=True)
    assert (request.status_code, "农文花" in request.get_data(as_text=True)) == (200, True)
