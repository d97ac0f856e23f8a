"""Knowing is not being: what is offered to whom, what a number opens, and what a wrong one tells."""

from __future__ import annotations

import pytest

from admin_views import case_page
from domain.errors import NotFound
from domain.verification import CaseState
from domain.vocabulary import RecordShown
from extensions import db, writing
from models import Certificate, Holder, Message, NumberTry, VerificationCase
from operations import case_drafts, offers, register
from operations.offers import OnPaper
from tests.factories import act, add_photos, certificate, draft, edit, fresh_number, holder, shown_values, staff

BEYOND_THE_CARD = ("awarded_on", "issued_on", "obtained_by", "sex", "personal_status", "employer_kind")


def begin(owner, record, number, **said):
    owner_id, record_id = owner.id, record.id
    with writing():
        owner = db.session.get_one(Holder, owner_id)
        return case_drafts.start_from_record(owner.actor, owner, record_id, OnPaper(number, **said))


def by_hand(owner, number, **said):
    owner_id = owner.id
    with writing():
        owner = db.session.get_one(Holder, owner_id)
        return case_drafts.start_by_number(owner.actor, owner, OnPaper(number, **said))


def filled(case, **changed):
    """Type the rest from the paper and put the photos to it."""
    paper = {**shown_values(case.certificate), **shown_values(case)} if case.certificate else {}
    told = {key: value for key, value in paper.items() if value}
    case = edit(case, **{**told, "awarded_on": "2009-12-20", "obtained_by": "转正定职", **changed})
    with writing():
        add_photos(db.session.get_one(VerificationCase, case.id))
    return case


def test_nothing_is_offered_before_the_email_is_confirmed(app):
    record = certificate(owner := holder(confirmed=False))

    assert offers.offered(owner) == offers.shown_as_card(owner) == []
    with pytest.raises(NotFound):
        begin(owner, record, record.cert_no)
    assert by_hand(owner, record.cert_no).certificate_id is None


def test_the_number_from_the_paper_brings_the_record_and_the_automatic_way(app):
    record = certificate(owner := holder(), cert_no="桂中级字第0812号")

    case = begin(owner, record, "编号：桂中级字第 ０８１２ 号", sure=True)

    assert (case.record_shown, case.cert_no) == (RecordShown.ALL, "桂中级字第0812号")
    assert shown_values(case) == shown_values(record)
    with writing():
        add_photos(db.session.get_one(VerificationCase, case.id))
    assert act("holder", case, "submit").state is CaseState.AUTO_APPROVED


def test_another_number_is_a_correction_and_brings_the_card_alone(app):
    record = certificate(owner := holder())

    case = begin(owner, record, "0000001")

    assert (case.record_shown, case.cert_no) == (RecordShown.CARD, "0000001")
    assert [getattr(case, key) for key in BEYOND_THE_CARD] == [None] * len(BEYOND_THE_CARD)
    assert (case.title, case.specialty, case.awarding_body) == (record.title, record.specialty, record.awarding_body)
    assert case_drafts.changes_of(case) == {}


def test_a_case_begun_with_another_number_goes_to_the_office_whatever_is_typed_later(app):
    record = certificate(owner := holder())
    case = filled(begin(owner, record, "0000001"), cert_no=record.cert_no, issued_on="2010-02")

    assert act("holder", case, "submit").state is CaseState.PENDING


def test_what_was_not_shown_and_not_typed_stays_on_record_when_an_office_approves(app):
    record = certificate(owner := holder())
    case = filled(begin(owner, record, "0000001"), issued_on="", employer_name="", personal_status="")
    act("holder", case, "submit")

    act("ls.staff", case, "approve")

    record = db.session.get_one(Certificate, record.id)
    assert (record.cert_no, record.employer_name, record.issued_on.iso) == ("0000001", "灵山县水利局", "2010-02")


def test_a_slip_is_mended_by_typing_the_number_again(app):
    record = certificate(owner := holder())
    slip = begin(owner, record, "0000001")
    edit(slip, **{**shown_values(slip), "obtained_by": "评审"})

    case = begin(owner, record, record.cert_no)

    assert (case.id, case.record_shown, case.cert_no) == (slip.id, RecordShown.ALL, record.cert_no)
    assert (case.obtained_by.label, case.awarded_on) == ("评审", record.awarded_on)


def test_after_three_different_numbers_nothing_opens_the_record_even_after_giving_up(app):
    record = certificate(owner := holder())
    for wrong in ("0000001", "0000002", "０００ 0002", "0000003"):
        case = begin(owner, record, wrong)
    act("holder", case, "discard")

    again = begin(owner, record, record.cert_no)

    assert db.session.query(NumberTry).count() == 3
    assert again.record_shown is RecordShown.CARD
    assert [getattr(again, key) for key in BEYOND_THE_CARD] == [None] * len(BEYOND_THE_CARD)
    assert act("holder", filled(again), "submit").state is CaseState.PENDING


def test_the_right_number_may_be_the_third_one(app):
    record = certificate(owner := holder())
    for wrong in ("0000001", "0000002"):
        begin(owner, record, wrong)

    assert begin(owner, record, record.cert_no).record_shown is RecordShown.ALL


def test_the_form_without_a_card_leads_to_the_card_and_is_no_way_to_guess(app):
    first, second = certificate(owner := holder()), certificate(owner)

    led = by_hand(owner, first.cert_no)
    for wrong in ("0000001", "0000002", "0000003"):
        by_hand(owner, wrong)
    guessed = by_hand(owner, second.cert_no)

    assert (led.certificate_id, led.record_shown) == (first.id, RecordShown.ALL)
    assert (guessed.certificate_id, guessed.record_shown) == (None, RecordShown.NOTHING)
    assert begin(owner, second, second.cert_no).record_shown is RecordShown.CARD


def test_a_paper_without_a_number_goes_to_the_office(app):
    record = certificate(owner := holder())

    case = filled(begin(owner, record, "", absent=True), cert_no="", without_number="True")

    assert (case.cert_no, case.without_number) == (None, True)
    assert db.session.query(NumberTry).count() == 0
    assert act("holder", case, "submit").state is CaseState.PENDING


def test_a_record_without_a_number_asks_for_none_and_goes_to_the_office(app):
    record = certificate(owner := holder(), cert_no=None)

    case = begin(owner, record, "")

    assert (case.record_shown, case.without_number) == (RecordShown.CARD, True)
    assert case.awarded_on is None
    assert act("holder", filled(case, without_number="True"), "submit").state is CaseState.PENDING


def test_typed_by_hand_it_joins_the_record_at_submission_and_takes_nothing_from_it(app):
    owner = holder(confirmed=True)
    case = draft(None, owner)
    record = certificate(owner, name="韦晓兰", cert_no=case.cert_no, awarding_body=case.awarding_body)

    act("holder", case, "submit")

    assert (case.certificate_id, case.state) == (record.id, CaseState.PENDING)
    assert case.employer_name is None
    assert case_drafts.changes_of(case) == {}


def test_withdrawn_it_is_by_hand_again_and_never_automatic(app):
    owner = holder()
    case = draft(None, owner)
    certificate(owner, cert_no=case.cert_no, awarding_body=case.awarding_body)
    act("holder", case, "submit")

    act("holder", case, "withdraw")

    assert (case.certificate_id, case.record_shown) == (None, RecordShown.NOTHING)
    assert act("holder", case, "submit").state is CaseState.PENDING


def test_sent_by_hand_again_and_again_it_is_no_way_to_guess(app):
    owner = holder()
    record = certificate(owner, awarding_body="灵山县职改办")
    case = draft(None, owner, cert_no="0000001")
    for wrong in ("0000002", "0000003", record.cert_no):
        act("holder", case, "submit")
        act("holder", case, "withdraw")
        edit(case, cert_no=wrong)

    act("holder", case, "submit")

    assert (case.state, case.certificate_id) == (CaseState.PENDING, None)
    assert [one.id for one in offers.offered(owner)] == [record.id]
    assert case_page.record_before(case) is record
    assert act("ls.staff", case, "approve").certificate_id == record.id


def test_a_letter_about_a_record_that_was_not_opened_names_its_year_alone(app):
    record = certificate(owner := holder())
    record_id, owner_id = record.id, owner.id
    for name, who in (("request_void", "ls.staff"), ("agree_void", "ls.admin")):
        with writing():
            version = db.session.get_one(Certificate, record_id).version
            register.move(staff(who), record_id, version, name, "重复发证")

    letter = db.session.query(Message).filter_by(holder_id=owner_id).order_by(Message.id.desc()).first()
    assert "2009 年度" in letter.body
    assert db.session.get_one(Certificate, record_id).cert_no not in letter.title + letter.body


def test_of_another_persons_record_the_holder_hears_nothing(app):
    case = draft(None, holder())
    certificate(None, cert_no=case.cert_no, awarding_body=case.awarding_body)

    act("holder", case, "submit")

    assert (case.certificate_id, case.state) == (None, CaseState.PENDING)


def test_two_drafts_without_a_number_are_not_the_same_certificate(app):
    owner = holder()
    first, second = by_hand(owner, "", absent=True), by_hand(owner, "", absent=True)
    paper = {
        "title_series": "工程系列", "title_level": "助理级", "title": "助理工程师", "awarded_on": "2009-12",
        "without_number": "True",
    }  # fmt: skip
    edit(first, **paper)

    with pytest.raises(case_drafts.FieldProblem, match="同一系列、级别、资格名称和授予时间"):
        edit(second, **paper)


def test_a_verified_record_of_another_account_shows_its_card_alone(app):
    record = certificate(owner := holder())
    with writing():
        record = db.session.get_one(Certificate, record.id)
        record.verified_at, record.verify_code = owner.created_at, fresh_number()

    assert offers.shown_in_full(owner) == []
    assert [one.id for one in offers.shown_as_card(owner)] == [record.id]
