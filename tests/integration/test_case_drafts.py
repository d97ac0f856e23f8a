"""Drafts: what is offered to whom, one form for one certificate, and nothing changes under an office's eyes."""

from __future__ import annotations

import dataclasses

import pytest

from domain.errors import DomainError, FieldProblem, NotFound
from domain.verification import EDITABLE, CaseState
from domain.vocabulary import PhotoKind
from extensions import db, writing
from models import Holder, VerificationCase
from operations import case_drafts, offers
from operations.offers import OnPaper
from tests import factories
from tests.engines import PLAIN_SQL
from tests.factories import act, case_at, certificate, draft, edit, holder, photo


def start(owner, record, number=None, **said):
    """Begin by the card of a record, its number typed from the paper unless another one is given."""
    owner_id, record_id, number = owner.id, record.id, number or record.cert_no or ""
    with writing():
        owner = db.session.get_one(Holder, owner_id)
        return case_drafts.start_from_record(owner.actor, owner, record_id, OnPaper(number, **said))


def start_by_number(owner, number, **said):
    owner_id = owner.id
    with writing():
        owner = db.session.get_one(Holder, owner_id)
        return case_drafts.start_by_number(owner.actor, owner, OnPaper(number, **said))


def attach(case, kind, one):
    case_id = case.id
    with writing():
        return case_drafts.attach_photo(db.session.get_one(VerificationCase, case_id), kind, one, one.sha256)


def test_a_record_is_offered_where_name_and_id_number_both_equal_it(app):
    mine = certificate(owner := holder())
    certificate(owner, name="韦晓兰")
    certificate(None, name=owner.name)

    assert offers.offered(owner) == [mine]


def test_what_has_a_case_is_offered_no_more_until_it_is_given_up(app):
    case = draft(record := certificate(owner := holder()))
    during = offers.offered(owner)

    act("holder", case, "discard")

    assert (during, offers.offered(owner)) == ([], [record])


def test_nobody_starts_a_strangers_record_or_a_verified_one(app):
    foreign, verified = certificate(None), case_at(CaseState.APPROVED).certificate

    with pytest.raises(NotFound):
        start(holder(), foreign)
    with pytest.raises(DomainError, match="已经审验通过"):
        start(holder(), verified)


def test_one_record_has_one_draft_however_it_is_started(app):
    record = certificate(owner := holder())

    drafts = {start(owner, record), start(owner, record), start_by_number(owner, f" {record.cert_no}\u200b")}

    assert len(drafts) == 1


def test_the_same_number_typed_twice_is_one_draft(app):
    owner = holder()

    assert start_by_number(owner, "0833232") is start_by_number(owner, "０８３３２３２")
    assert start_by_number(owner, "833232").cert_no == "833232"


def test_what_the_account_says_is_not_asked_again(app):
    owner_id = holder().id
    with writing():
        db.session.get_one(Holder, owner_id).employer_name = "灵山县水利局"
    owner = db.session.get_one(Holder, owner_id)
    record = certificate(owner, employer_name="灵山县二中")

    assert start_by_number(owner, "0555123").employer_name == "灵山县水利局"
    assert start(owner, record).employer_name == "灵山县二中"


@PLAIN_SQL
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "还没有填证书编号"), ("无", "还没有填证书编号"), ("000", "还没有填证书编号"), ("桂" * 31, "太长了"),
        ("1234567890123456", "确实是这样写的吗"), ("桂中级字第0812号", "确实是这样写的吗"), ("12a", "确实是这样写的吗"),
    ],
)  # fmt: skip
def test_the_portal_asks_about_a_number_that_is_not_of_digits(app, typed, sentence):
    with pytest.raises(FieldProblem, match=sentence):
        start_by_number(holder(), typed)


def test_a_number_of_another_shape_is_taken_once_its_holder_is_sure(app):
    case = start_by_number(holder(), "编号：桂中级字第 ０８１２ 号", sure=True)

    assert (case.cert_no, case.without_number) == ("桂中级字第0812号", False)


def test_a_paper_without_a_number_is_a_tick_box(app):
    case = start_by_number(holder(), "", absent=True)

    assert (case.cert_no, case.without_number) == (None, True)
    with pytest.raises(FieldProblem, match="请只留一样"):
        start_by_number(holder(), "0833232", absent=True)


def test_a_record_imported_beside_a_pending_case_of_its_number_opens_no_second_one(app):
    case = act("holder", draft(None), "submit")
    record = certificate(case.holder, cert_no=case.cert_no)

    with pytest.raises(FieldProblem, match="已经另开了一份审验"):
        start(case.holder, record)


def test_two_drafts_do_not_become_the_same_certificate(app):
    first, second = draft(None), draft(None)

    with pytest.raises(FieldProblem, match="已经另开了一份审验"):
        edit(second, cert_no=first.cert_no)


def test_what_cannot_be_read_is_told_and_not_kept(app):
    case = draft(certificate(holder()))
    with writing():
        again = db.session.get_one(VerificationCase, case.id)
        answers = case_drafts.read_form(
            again, {**factories.shown_values(again), "awarded_on": "2009-13", "specialty": "护理"}
        )
        case_drafts.fill_in(again, answers, " 韦小\u200b芳 ", again.version)

    assert [problem.key for problem in answers.problems] == ["awarded_on"]
    assert (case.awarded_on.iso, case.specialty, case.former_name) == ("2009-12-20", "护理", "韦小芳")


def test_a_value_left_as_the_record_has_it_is_never_checked_for_form(app):
    record = certificate(holder(), cert_no="桂中级字第0812号", title="老工程师")

    case = draft(record)

    assert (case.cert_no, case.title) == ("桂中级字第0812号", "老工程师")


@pytest.mark.parametrize("state", [state for state in CaseState if state not in EDITABLE])
def test_what_was_sent_is_changed_by_nobody(app, state):
    case = case_at(state)

    with pytest.raises(DomainError, match="不能再改"):
        edit(case, specialty="护理")
    with pytest.raises(DomainError, match="不能再改"):
        attach(case, PhotoKind.NUMBER_PAGE, photo())


def test_what_an_office_deleted_is_not_filled_in_any_more(app):
    case = act("ls.staff", draft(certificate(holder())), "delete")

    with pytest.raises(NotFound):
        edit(case, specialty="护理")


def test_a_stranger_finds_no_case(app):
    case = draft(certificate(holder()))

    with pytest.raises(NotFound):
        case_drafts.own(holder(1).actor, case.id)


def test_the_two_pages_are_two_photos(app):
    case = draft(certificate(holder()), photos=False)
    page = photo()
    attach(case, PhotoKind.NUMBER_PAGE, page)
    almost = dataclasses.replace(photo(), fingerprint=page.fingerprint ^ 0b101)

    with pytest.raises(FieldProblem, match="两张照片一样"):
        attach(case, PhotoKind.CONTENT_PAGE, almost)


def test_a_photo_that_was_never_sent_is_dropped_and_one_that_was_is_kept_for_taking_back(app):
    case = draft(certificate(holder()), obtained_by="评审")
    never_sent = case.photo(PhotoKind.NUMBER_PAGE).key
    dropped = attach(case, PhotoKind.NUMBER_PAGE, photo())
    act("holder", case, "submit")
    act("ls.staff", case, "ask_changes")

    kept = attach(case, PhotoKind.NUMBER_PAGE, photo())

    assert (dropped, kept) == (never_sent, None)
    assert sorted(one.superseded for one in case.photos if one.kind is PhotoKind.NUMBER_PAGE) == [False, True]


def test_a_fingerprint_of_all_bits_fits_the_column(app):
    case = draft(certificate(holder()), photos=False)
    highest = dataclasses.replace(photo(), fingerprint=(1 << 63) - 1)

    attach(case, PhotoKind.NUMBER_PAGE, highest)

    with pytest.raises(FieldProblem, match="两张照片一样"):
        attach(case, PhotoKind.CONTENT_PAGE, dataclasses.replace(photo(), fingerprint=(1 << 63) - 2))
