"""What a step must not do on the way: betray the case to strangers, keep an ID number in view, lose or empty a value."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from domain.errors import NotAllowed
from domain.verification import CaseState
from extensions import db, writing
from models import Certificate, Event
from operations import cases, certificates, lookups
from tests.factories import COUNTY, act, case_at, certificate, draft, dump, edit, holder


def last_event(case):
    return Event.about("case", case.id)[-1]


def refused(who, case, name, **given):
    """Take a step that must be refused, prove that nothing at all changed, and return the sentence."""
    before = dump()
    with pytest.raises(NotAllowed) as refusal:
        act(who, case, name, **given)
    assert dump() == before
    return refusal.value.sentence


@pytest.mark.parametrize("name", ["approve", "take_back", "correct", "hand_over"])
def test_an_office_without_the_case_learns_nothing_of_it_even_with_a_wrong_version(app, name):
    case = act("ls.staff", case_at(CaseState.PENDING), "reject")

    assert refused("pb.staff", case, name, version=1) == "这件审验不归您所在的职改办"


def test_another_holder_learns_nothing_of_a_case_even_with_a_wrong_version(app):
    case, other = case_at(CaseState.REJECTED), holder(1)

    assert refused(other.actor, case, "withdraw", version=1) == "这不是您的证书"


def test_nobody_else_is_told_that_a_record_is_verified_already(app):
    case = act("holder", draft(None), "submit")
    record = certificate(case.holder, cert_no=case.cert_no, awarding_body=case.awarding_body)
    with writing():
        certificates.publish(db.session.get_one(Certificate, record.id))

    assert "已经审验通过" in refused("ls.staff", case, "approve")
    assert refused("pb.staff", case, "approve") == "这件审验不归您所在的职改办"


def test_what_equals_the_record_is_no_change_and_names_no_id_number(app):
    case = edit(case_at(CaseState.NEEDS_CHANGES), obtained_by="转正定职")

    act("holder", case, "resubmit")

    assert last_event(case).changed == {}


def test_a_case_typed_by_hand_leaves_what_was_typed_in_its_history(app):
    case = act("holder", draft(None), "submit")

    told = last_event(case).changed

    assert told["授予单位"] == ["", COUNTY]
    assert not {"姓名", "身份证号"} & set(told)


def test_no_event_of_a_case_holds_a_whole_id_number(app):
    for state in CaseState:
        case_at(state)
    misspelt = certificate(holder(), name="韦晓兰")
    case = act("holder", draft(None, cert_no=misspelt.cert_no, awarding_body=misspelt.awarding_body), "submit")
    act("ls.staff", case, "approve")

    told = [repr(event.changed) for event in db.session.query(Event)]

    assert any("韦晓兰" in words for words in told)
    assert not [words for words in told if holder().id_number in words]


def test_joining_a_record_empties_nothing_that_was_not_asked_for(app):
    record = certificate(holder(), name="韦晓兰")
    case = draft(None, cert_no=record.cert_no, awarding_body=record.awarding_body, employer_kind="民营企业")
    act("holder", case, "submit")

    act("ls.staff", case, "approve")

    assert (record.employer_name, record.personal_status, record.employer_kind) == ("灵山县水利局", "干部", "民营企业")


def test_a_correction_does_not_empty_what_a_certificate_cannot_be_without(app):
    case = case_at(CaseState.PENDING)

    sentence = refused("ls.staff", case, "correct", correction={"cert_no": None, "specialty": None, "issued_on": None})

    assert sentence == "证书编号、专业不能改成空的，请照证书填写"


def test_a_correction_reaches_only_what_the_holder_could_fill_in(app):
    case = case_at(CaseState.PENDING)

    act("ls.staff", case, "correct", correction={"name": "别人", "verified_at": "2020", "specialty": "护理"})

    assert case.correction == {"specialty": "护理"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reply": "长" * 1001}, "审核回复最多 1000 个字，现在有 1001 个，请写短一点"),
        ({"evidence": "长" * 2001}, "证据说明最多 2000 个字，现在有 2001 个，请写短一点"),
    ],
    ids=["reply", "evidence"],
)
def test_more_words_than_are_kept_are_refused_in_words(app, given, sentence):
    case = case_at(CaseState.PENDING)

    assert refused("ls.staff", case, "find_counterfeit", **given) == sentence


def test_as_many_words_as_are_kept_are_taken(app):
    case = act("ls.staff", case_at(CaseState.PENDING), "find_counterfeit", reply="长" * 1000, evidence="据" * 2000)

    assert case.state is CaseState.COUNTERFEIT


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("UNIQUE constraint failed: certificate.cert_no, certificate.body_key", True),
        ('重复键违反唯一约束"uq_certificate_cert_no"', True),
        ('关系 "message" 的新列违反了检查约束 "ck_message_kind"', False),
    ],
)
def test_a_clash_is_known_in_whatever_language_the_database_speaks(told, taken):
    assert cases._is_taken(IntegrityError("", None, Exception(told))) is taken


@pytest.mark.parametrize("written", ["桂中级 字第0812号", "桂中级\u3000字第0812号", "桂中级字第0812号"])
def test_a_number_with_a_blank_inside_is_found_as_it_was_printed(app, written):
    case = act("holder", draft(certificate(holder(), cert_no=written.replace("\u3000", " "))), "submit")

    assert [one.id for one in lookups.find(written, case.holder.name)] == [case.certificate.id]
