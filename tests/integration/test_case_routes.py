"""Which record a case joins, which office it goes to, and how it is withdrawn, given up and deleted."""

from __future__ import annotations

import pytest

from domain.errors import NotFound
from domain.hints import findings
from domain.verification import CaseState
from extensions import db, writing
from models import Certificate, Event, VerificationCase
from operations import cases, register
from operations.case_clues import CaseClues
from operations.case_facts import differing_keys
from tests import factories
from tests.factories import COUNTY, act, case_at, certificate, draft, edit, holder, letters_to, office, refused, staff


def events_of(case):
    return Event.about("case", case.id)


# Attaching and routing.


def test_a_case_typed_by_hand_joins_the_record_of_the_same_id_number_whatever_the_name(app):
    record = certificate(holder(), name="韦晓兰")
    case = draft(None, cert_no=record.cert_no, awarding_body=record.awarding_body)

    act("holder", case, "submit")

    assert case.certificate_id == record.id
    assert (case.state, differing_keys(case, record)) == (CaseState.PENDING, [])
    assert [one.sentence for one in findings(CaseClues(case, staff("ls.staff")))] == [
        "记录上的姓名是“韦晓兰”，本人是“韦小兰”"
    ]


def test_another_persons_record_is_hinted_to_the_office_and_kept_from_the_holder(app):
    record = certificate(None, name="宁国强")
    case = draft(None, cert_no=record.cert_no)

    act("holder", case, "submit")

    told = letters_to(case)
    assert case.certificate_id is None
    hinted = [one.sentence for one in findings(CaseClues(case, staff("ls.staff")))]
    assert hinted == ["同一编号和授予单位，已有记录，持证人是宁国强，身份证号不同，请核对"]
    assert not any("宁国强" in words for words in (*told, *(event.summary for event in events_of(case))))
    assert "与另一人的证书相同" in refused("ls.staff", case, "approve")


def test_a_record_imported_meanwhile_is_joined_at_the_approval(app):
    case = act("holder", draft(None), "submit")
    record = certificate(case.holder, cert_no=case.cert_no, name="韦晓兰")

    act("ls.staff", case, "approve")

    assert case.certificate_id == record.id
    assert (record.name, record.is_public) == ("韦小兰", True)
    assert db.session.query(Certificate).count() == 1


def test_a_record_that_already_has_an_open_case_takes_no_second_one(app):
    record = certificate(holder())
    draft(record, cert_no=factories.fresh_number())
    by_hand = edit(draft(None), cert_no=record.cert_no)

    assert "已经有一份审验在进行" in refused("holder", by_hand, "submit")


def test_the_office_is_told_in_its_own_words_of_a_second_open_case(app):
    case = act("holder", draft(None), "submit")
    record = certificate(case.holder, name="韦晓兰")
    rejected = case_at(CaseState.REJECTED, certificate(holder()))
    with writing():
        db.session.get_one(VerificationCase, case.id).certificate_id = rejected.certificate_id

    sentence = refused("ls.staff", rejected, "take_back")

    assert "请本人放弃另一份" in sentence
    assert "我的证书" not in sentence
    assert record.verified_at is None


@pytest.mark.parametrize(
    ("body", "expected", "pooled"),
    [
        ("浦北县职称改革领导小组办公室", "浦北县职改办", False), ("钦州市工程系列职改办", "钦州市工程系列职改办", False),
        ("国营灵山糖厂", "钦州市职改办", True),
    ],
)  # fmt: skip
def test_a_case_goes_to_the_office_behind_its_body_or_to_the_pool_of_the_city(app, body, expected, pooled):
    case = act("holder", draft(None, awarding_body=body), "submit")

    assert (case.office.name, case.pooled) == (expected, pooled)


def test_where_the_city_has_no_office_the_region_takes_the_pool(app):
    owner = holder(None, region_code="450102")

    case = act("holder", draft(None, owner, awarding_body="南宁某厂"), "submit")

    assert case.office.name == "广西区职改办"


def test_an_approved_change_of_body_moves_the_record(app):
    record = certificate(holder())
    case = act("holder", draft(record, awarding_body="浦北县职改办"), "submit")

    act("pb.staff", case, "approve")

    assert record.office.name == "浦北县职改办"
    assert record.city_office_id == office("钦州市职改办").id


def test_a_new_record_belongs_to_the_office_behind_its_body_also_after_it_was_handed_over(app):
    case = act("holder", draft(None), "submit")
    act("ls.staff", case, "hand_over", to_office=office("钦州市职改办"))

    act("qz.staff", case, "approve")

    assert case.certificate.office.name == COUNTY


# Withdrawing, discarding, deleting.


def test_a_case_is_withdrawn_until_the_office_has_acted(app):
    untouched, touched = case_at(CaseState.PENDING), case_at(CaseState.PENDING)
    act("ls.staff", touched, "correct")

    act("holder", untouched, "withdraw")

    assert untouched.state is CaseState.DRAFT
    assert "职改办已经开始处理" in refused("holder", touched, "withdraw")


def test_after_the_holder_sends_it_again_it_can_be_withdrawn_again_but_not_after_it_was_taken_back(app):
    again, back = case_at(CaseState.NEEDS_CHANGES), case_at(CaseState.AUTO_APPROVED)
    act("holder", again, "resubmit")
    act("ls.staff", back, "take_back")

    act("holder", again, "withdraw")

    assert again.state is CaseState.DRAFT
    assert "不能撤回" in refused("holder", back, "withdraw")


def test_a_withdrawn_case_is_the_offices_only_where_it_is_attached_to_its_record(app):
    attached = act("holder", draft(certificate(holder()), awarding_body="浦北县职改办"), "submit")
    by_hand = act("holder", draft(None), "submit")

    act("holder", attached, "withdraw")
    act("holder", by_hand, "withdraw")

    assert attached.office.name == COUNTY
    assert by_hand.office is None
    with pytest.raises(NotFound):
        cases.reviewable(staff("gx.admin"), by_hand.id)


def test_what_the_holder_gave_up_is_not_brought_back_by_an_office(app):
    case = draft(certificate(holder()))
    act("holder", case, "discard")

    with pytest.raises(NotFound):
        cases.reviewable(staff("ls.admin"), case.id)

    assert case.deleted
    assert "不归您" in refused("ls.admin", case, "undelete")


@pytest.mark.parametrize("state", [CaseState.DRAFT, CaseState.PENDING])
def test_what_an_office_deleted_comes_back_as_it_was(app, state):
    case = case_at(state)

    act("ls.staff", case, "delete")
    told = refused("ls.staff", case, "approve")
    act("ls.staff", case, "undelete")

    assert "已删除" in told
    assert (case.state, case.deleted, case.office.name) == (state, False, COUNTY)
    assert letters_to(case)[-1].startswith(COUNTY)


def test_a_deleted_case_does_not_come_back_beside_a_newer_one(app):
    case = case_at(CaseState.PENDING)
    act("ls.staff", case, "delete")
    draft(case.certificate)

    assert "请本人放弃另一份" in refused("ls.staff", case, "undelete")


def test_a_deleted_draft_whose_record_went_meanwhile_comes_back_as_its_holders_alone(app):
    case = case_at(CaseState.DRAFT)
    act("ls.staff", case, "delete")
    record = db.session.get_one(Certificate, case.certificate_id)
    with writing():
        register.move(staff("ls.staff"), record.id, record.version, "delete_certificate", "登记了两次")

    act("ls.staff", case, "undelete")

    assert (case.deleted, case.office_id) == (False, None)
    with pytest.raises(NotFound):
        cases.reviewable(staff("ls.staff"), case.id)
