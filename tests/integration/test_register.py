"""Certificates through their moves: what changes, what is told, what is refused, and that nothing is lost on the way."""

from __future__ import annotations

import pytest

from domain.access import Role
from domain.errors import NotAllowed, NotFound, StaleVersion
from domain.verification import CaseState
from domain.vocabulary import CertificateStatus
from extensions import db, writing
from models import Certificate, DeletedCertificate, Event, Message, StaffUser, VerificationCase, now
from operations import conflicts, events, lookups, offers, offices, register
from operations.matching import OnRecord, claim_of
from tests import factories
from tests.engines import PLAIN_SQL
from tests.factories import COUNTY, act, case_at, certificate, draft, dump, holder, office, staff

S = CertificateStatus
REASON = "编号段不属于该年度"
WHO = {"request_void": "ls.staff"}
"""Who makes a move; all others are the administrator's."""


def move(who, record_id, name, *, reason=REASON, version=None):
    """Make one move as this account, on the version that stands now unless another is named."""
    db.session.rollback()
    standing = db.session.get(Certificate, record_id) or db.session.get(DeletedCertificate, record_id)
    seen = standing.version if version is None else version
    actor = staff(who)
    with writing():
        return register.move(actor, record_id, seen, name, reason)


def refused(who, record_id, name, **given):
    """Make a move that must be refused, prove that nothing at all changed, and return the sentence."""
    before = dump()
    with pytest.raises((NotAllowed, NotFound, StaleVersion)) as refusal:
        move(who, record_id, name, **given)
    assert dump() == before
    return refusal.value.sentence


def told(owner):
    db.session.rollback()
    return [
        (one.title, one.body) for one in db.session.query(Message).filter_by(holder_id=owner.id).order_by(Message.id)
    ]


def verified(owner=None):
    owner = owner or holder()
    record = certificate(owner)
    case_at(CaseState.AUTO_APPROVED, record, owner)
    return record.id


def public(record_id):
    db.session.rollback()
    record = db.session.get_one(Certificate, record_id)
    return [one.cert_status.public_label for one in lookups.find(record.cert_no, record.name)]


def test_a_void_is_asked_for_by_staff_and_decided_by_an_administrator(app):
    record_id = verified()

    move("ls.staff", record_id, "request_void")
    waiting = public(record_id)
    move("ls.admin", record_id, "agree_void")

    assert (waiting, public(record_id)) == (["正常"], ["作废"])
    last = Event.about("certificate", record_id)[-2:]
    assert [(one.action, one.from_state, one.to_state, one.reply) for one in last] == [
        ("request_void", "normal", "void_pending", REASON), ("agree_void", "void_pending", "void", REASON),
    ]  # fmt: skip


def test_the_holder_is_told_of_a_void_and_of_its_end_and_not_of_a_request(app):
    owner = holder()
    record_id = verified(owner)
    before = len(told(owner))

    for who, name in (("ls.staff", "request_void"), ("ls.admin", "refuse_void"), ("ls.staff", "request_void"),
                      ("ls.admin", "agree_void"), ("ls.admin", "cancel_void")):  # fmt: skip
        move(who, record_id, name)

    void, normal = told(owner)[before:]
    assert void[0].endswith("证书已作废")
    assert "恢复正常" in normal[1]
    assert REASON not in void[1]


def test_a_record_that_is_nobodys_yet_is_voided_without_a_message(app):
    record = certificate()
    move("ls.staff", record.id, "request_void")

    move("ls.admin", record.id, "agree_void")

    assert db.session.query(Message).count() == 0


def without_others(*usernames):
    """Disable every administrator but these."""
    with writing():
        for one in db.session.query(StaffUser).filter_by(role=Role.ADMIN):
            one.disabled_at = None if one.username in usernames else now()


def asked_for_by(who, record_id):
    move(who, record_id, "request_void")
    return record_id


def test_nobody_agrees_to_a_void_they_asked_for_while_another_administrator_is_there(app):
    record_id = asked_for_by("ls.admin", certificate().id)

    assert "另一位管理员" in refused("ls.admin", record_id, "agree_void")
    assert "另一位管理员" in refused("ls.admin", record_id, "refuse_void")

    move("qz.admin", record_id, "agree_void")
    assert Event.about("certificate", record_id)[-1].summary == "同意作废"


def test_a_clerk_who_became_administrator_meanwhile_is_still_who_asked(app):
    record_id = asked_for_by("ls.staff", certificate().id)
    with writing():
        db.session.query(StaffUser).filter_by(username="ls.staff").one().role = Role.ADMIN

    assert "另一位管理员" in refused("ls.staff", record_id, "agree_void")


def test_where_only_a_neighbour_has_another_administrator_who_asked_decides_alone_and_the_event_says_so(app):
    record_id = asked_for_by("ls.admin", certificate().id)
    with writing():
        db.session.query(StaffUser).filter_by(username="pb.staff").one().role = Role.ADMIN
    without_others("ls.admin", "pb.staff")

    move("ls.admin", record_id, "agree_void")

    assert "申请人自己决定" in Event.about("certificate", record_id)[-1].summary


def test_a_request_is_withdrawn_by_who_asked_and_by_nobody_else(app):
    record_id = asked_for_by("ls.staff", certificate().id)
    not_theirs = refused("ls.admin", record_id, "withdraw_void")

    move("ls.staff", record_id, "withdraw_void", reason="")

    assert "不是您申请的" in not_theirs
    assert [event.action for event in Event.about("certificate", record_id)] == ["request_void", "withdraw_void"]
    assert db.session.get_one(Certificate, record_id).cert_status is S.NORMAL


def test_who_asks_is_who_asked_last(app):
    record_id = asked_for_by("ls.admin", certificate().id)
    move("ls.admin", record_id, "withdraw_void")
    asked_for_by("ls.staff", record_id)

    move("ls.admin", record_id, "agree_void")

    assert db.session.get_one(Certificate, record_id).cert_status is S.VOID


@PLAIN_SQL
@pytest.mark.parametrize(
    ("who", "name", "word"),
    [
        ("ls.staff", "agree_void", "请找管理员"), ("ls.admin", "agree_void", "现在是“正常”"),
        ("pb.staff", "request_void", "没有这本证书"), ("ls.staff", "undelete_certificate", "刚刚"),
    ],
)  # fmt: skip
def test_what_the_table_forbids_changes_nothing(app, who, name, word):
    record = certificate()
    move("ls.staff", record.id, "request_void")
    move("ls.admin", record.id, "cancel_void")

    assert word in refused(who, record.id, name)


def test_a_reason_that_is_too_long_is_refused_with_both_figures(app):
    assert "最多 500 个字，现在有 501 个" in refused("ls.staff", certificate().id, "request_void", reason="长" * 501)


def test_who_was_slower_is_told_what_happened_and_by_whom(app):
    record = certificate()
    seen = record.version
    move("ls.staff", record.id, "request_void")

    sentence = refused("ls.admin", record.id, "request_void", version=seen)

    assert sentence.startswith("梁敏刚刚处理了这本证书（申请作废），现在是“作废待审”")


# Deleting and bringing back.


def stored(record_id):
    db.session.rollback()
    row = db.session.execute(db.text("SELECT * FROM certificate WHERE id = :id"), {"id": record_id}).mappings().one()
    return {**row, "version": None, "id_number": db.session.get_one(Certificate, record_id).id_number}


def test_a_deleted_record_is_nowhere_and_comes_back_to_the_last_sign(app):
    owner = holder()
    record = certificate(owner)
    before = stored(record.id)

    move("ls.staff", record.id, "delete_certificate")
    offered = offers.offered(owner)
    gone = db.session.get(Certificate, record.id)
    move("ls.staff", record.id, "undelete_certificate", reason="")

    assert (offered, gone) == ([], None)
    assert stored(record.id) == before
    assert [one.action for one in Event.about("certificate", record.id)] == [
        "delete_certificate",
        "undelete_certificate",
    ]


def test_nothing_that_a_record_holds_is_left_behind_when_it_is_deleted(app):
    left_out = set(Certificate.__table__.columns.keys()) - set(DeletedCertificate.__table__.columns.keys())

    assert left_out == {"verified_at", "verify_code"}


def test_what_was_confirmed_or_is_being_reviewed_is_not_deleted(app):
    owner = holder()
    in_review = case_at(CaseState.PENDING, certificate(owner), owner).certificate_id
    begun = draft(certificate(owner), owner).certificate_id

    assert "申请作废" in refused("ls.admin", verified(), "delete_certificate")
    assert "正在审验" in refused("ls.admin", in_review, "delete_certificate")
    assert "正在审验" in refused("ls.admin", begun, "delete_certificate")


def test_a_number_that_was_deleted_goes_in_again_and_the_old_record_stays_away(app):
    record = certificate()
    values = {**{key: getattr(record, key) for key in factories.PORTAL_KEYS}, "id_number": record.id_number}
    move("ls.staff", record.id, "delete_certificate")

    claim = claim_of(values, None)
    again = OnRecord([claim]).record(claim)
    certificate(cert_no=values["cert_no"])

    assert again is None
    assert "另一条记录" in refused("ls.staff", record.id, "undelete_certificate")


def test_an_ended_case_is_tied_to_its_record_again(app):
    case = case_at(CaseState.REJECTED)
    record_id = case.certificate_id
    move("ls.staff", record_id, "delete_certificate")
    loose = db.session.get_one(VerificationCase, case.id).certificate_id

    move("ls.staff", record_id, "undelete_certificate")

    assert (loose, db.session.get_one(VerificationCase, case.id).certificate_id) == (None, record_id)


def test_a_case_taken_back_while_its_record_was_deleted_can_still_be_decided(app):
    case = case_at(CaseState.REJECTED)
    record_id = case.certificate_id
    move("ls.staff", record_id, "delete_certificate")
    act("ls.staff", case, "take_back")
    move("ls.staff", record_id, "undelete_certificate")

    approved = act("ls.staff", case, "approve")

    assert approved.certificate_id == record_id
    assert approved.certificate.is_public


def test_a_deleted_record_moves_with_its_office(app):
    record = certificate()
    move("ls.staff", record.id, "delete_certificate")
    with writing():
        elsewhere = offices.create(staff("gx.admin"), "北海市职改办", office("钦州市职改办").kind,
                                   office("广西区职改办"), "-", region_code="450500")  # fmt: skip
        offices.move(staff("gx.admin"), office(COUNTY), elsewhere)
    city = office("北海市职改办").id

    deleted = db.session.get_one(DeletedCertificate, record.id)
    moved = deleted.city_office_id
    restored = move("gx.admin", record.id, "undelete_certificate")

    assert (moved, restored.city_office_id) == (city, city)


@pytest.mark.parametrize("steps", [("request_void",), ("request_void", "agree_void")])
def test_no_workbook_decides_over_a_void(app, steps):
    record = certificate()
    for name in steps:
        move(WHO.get(name, "ls.admin"), record.id, name)

    reasons = conflicts.kept_records([record.id], office(COUNTY).place)

    assert "由管理员取消作废以后才能改" in reasons[record.id]


# 恢复 of a case beside the moves of its record.


def test_a_case_is_not_taken_back_over_a_void_and_the_void_is_named(app):
    case = case_at(CaseState.APPROVED)
    move("ls.staff", case.certificate_id, "request_void")

    sentence = factories.refused("ls.staff", case, "take_back")

    assert "梁敏：申请作废" in sentence


@pytest.mark.parametrize("steps", [("request_void", "refuse_void"), ("request_void", "agree_void", "cancel_void")])
def test_a_void_that_was_taken_back_stands_in_nobodys_way(app, steps):
    record = certificate(holder())
    before = stored(record.id)
    case = case_at(CaseState.APPROVED, record)
    for name in steps:
        move(WHO.get(name, "ls.admin"), record.id, name)

    act("ls.staff", case, "take_back")

    assert stored(record.id) == before


def test_a_record_keeps_its_void_while_its_case_is_decided(app):
    case = case_at(CaseState.PENDING)
    move("ls.staff", case.certificate_id, "request_void")

    act("ls.staff", case, "approve")
    move("ls.admin", case.certificate_id, "agree_void")

    assert public(case.certificate_id) == ["作废"]


def test_the_trail_holds_whatever_was_moved(app):
    record = certificate()
    for name in ("request_void", "agree_void", "delete_certificate", "undelete_certificate", "cancel_void"):
        move(WHO.get(name, "ls.admin"), record.id, name)

    assert list(events.faults()) == []
    assert db.session.get_one(Certificate, record.id).cert_status is S.NORMAL
