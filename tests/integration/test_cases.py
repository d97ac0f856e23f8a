"""Every transition of a case, through the one operation that takes it: its effects, its event, its letter, its refusals."""

from __future__ import annotations

import pytest

from domain.errors import NotAllowed, StaleVersion
from domain.partial_dates import PartialDate
from domain.verification import TRANSITIONS, CaseState
from domain.vocabulary import ObtainedBy
from extensions import db, writing
from models import Event, Message, ProblemPerson, VerificationCase
from operations import lookups, offices
from tests import factories
from tests.engines import PLAIN_SQL
from tests.factories import (
    COUNTY,
    act,
    case_at,
    certificate,
    draft,
    dump,
    edit,
    holder,
    letters_to,
    office,
    refused,
    staff,
)


def events_of(case):
    return Event.about("case", case.id)


def is_found(record):
    return bool(lookups.find(record.cert_no, record.name))


# Submitting.


def test_a_draft_that_equals_its_imported_record_is_approved_by_itself(app):
    case = draft(record := certificate(holder()))

    act("holder", case, "submit")

    assert case.state is CaseState.AUTO_APPROVED
    assert case.office_id == record.office_id
    assert is_found(record)
    assert len(record.verify_code) == 12
    assert "已自动审核通过" in letters_to(case)[-1]


DIFFERENT = (
    {"cert_no": "0000007"}, {"title_series": "农业系列", "title": "助理农艺师"}, {"title_level": "员级", "title": "技术员"},
    {"specialty": "公路与桥梁"}, {"awarding_body": COUNTY}, {"awarded_on": "2009-12"}, {"issued_on": "2010-03"},
    {"obtained_by": "评审"},
)  # fmt: skip


@PLAIN_SQL
def test_one_deciding_column_that_differs_leads_to_the_office(app):
    sent = [draft(certificate(holder()), **changed) for changed in DIFFERENT]

    for case in sent:
        act("holder", case, "submit")

    assert {tuple(changed): case.state for changed, case in zip(DIFFERENT, sent, strict=True)} == {
        tuple(changed): CaseState.PENDING for changed in DIFFERENT
    }
    assert not any(is_found(case.certificate) for case in sent)
    assert all(events_of(case)[-1].changed for case in sent)


def test_what_does_not_decide_may_differ(app):
    case = draft(certificate(holder()), employer_name="灵山县交通局", sex="女")

    assert act("holder", case, "submit").state is CaseState.AUTO_APPROVED


def test_a_record_that_was_not_imported_is_not_proof_enough(app):
    case = draft(certificate(holder(), imported=False))

    assert act("holder", case, "submit").state is CaseState.PENDING


def test_a_listed_person_is_never_approved_automatically_until_the_listing_is_lifted(app):
    listed = case_at(CaseState.COUNTERFEIT)
    first, second = draft(certificate(holder())), draft(certificate(holder()))

    act("holder", first, "submit")
    act("ls.admin", listed, "take_back")
    act("holder", second, "submit")

    assert (first.state, second.state) == (CaseState.PENDING, CaseState.AUTO_APPROVED)


def test_what_is_incomplete_is_not_sent_and_everything_missing_is_said_at_once(app):
    case = draft(None, owner := holder(confirmed=False), photos=False)
    with writing():
        db.session.get_one(VerificationCase, case.id).specialty = None

    sentence = refused("holder", case, "submit")

    assert owner.email_confirmed_at is None
    assert "邮箱还没有确认" in sentence
    assert "还没有填好：专业、证书编号页、证书内容页" in sentence


def test_the_date_of_issue_may_stay_empty_only_where_the_record_has_none(app):
    without = draft(certificate(holder(), issued_on=None))
    emptied = draft(certificate(holder()), issued_on="")

    assert act("holder", without, "submit").state is CaseState.AUTO_APPROVED
    assert "办证时间" in refused("holder", emptied, "submit")


# Deciding.


def test_approving_makes_the_submitted_data_the_record_and_keeps_the_old_values_in_its_history(app):
    case = case_at(CaseState.PENDING, record := certificate(holder(), name="韦小兰"), specialty="公路与桥梁")

    act("ls.staff", case, "approve", checked="证书编号、姓名")

    assert (record.specialty, record.obtained_by, record.manage_no) == (
        "公路与桥梁",
        ObtainedBy.RECONFIRMATION,
        "G2009-17",
    )
    assert is_found(record)
    assert Event.about("certificate", record.id)[-1].changed["证书专业"] == ["水利水电工程", "公路与桥梁"]
    assert events_of(case)[-1].changed["与照片一致"] == ["", "证书编号、姓名"]


def test_approving_a_case_without_record_makes_one(app):
    case = act("holder", draft(None), "submit")

    act("ls.staff", case, "approve")

    record = case.certificate
    assert (record.name, record.id_digest, record.batch_id) == ("韦小兰", case.holder.id_digest, None)
    assert record.awarded_on == PartialDate(2009, 12, 20)
    assert is_found(record)


def test_a_correction_stands_beside_the_holders_words_and_is_published_by_confirming(app):
    case = case_at(CaseState.NEEDS_CONFIRMATION, record := certificate(holder()))
    beside = (case.specialty, case.correction)

    act("holder", case, "confirm")

    assert beside == ("水利水电工程", {"specialty": "房屋建筑工程"})
    assert (case.state, record.specialty) == (CaseState.APPROVED, "房屋建筑工程")
    assert is_found(record)


def test_approving_publishes_the_holders_words_also_where_a_correction_was_saved(app):
    case = case_at(CaseState.PENDING, record := certificate(holder()))
    act("ls.staff", case, "correct")

    act("ls.staff", case, "approve")

    assert record.specialty == "水利水电工程"


def test_a_correction_can_empty_a_field(app):
    case = case_at(CaseState.PENDING, record := certificate(holder()))
    act("ls.staff", case, "correct", correction={"issued_on": None})
    act("ls.staff", case, "ask_confirmation")

    act("holder", case, "confirm")

    assert record.issued_on is None


def test_without_a_correction_nothing_is_there_to_confirm(app):
    case = case_at(CaseState.PENDING)
    act("ls.staff", case, "correct", correction={"specialty": case.specialty})

    assert refused("ls.staff", case, "ask_confirmation") == "还没有更正内容，请到审核页修改"


def test_a_corrected_number_of_somebody_else_is_not_published_and_not_betrayed(app):
    foreign, case = certificate(None, name="宁国强"), case_at(CaseState.PENDING)
    act("ls.staff", case, "correct", correction={"cert_no": foreign.cert_no})
    act("ls.staff", case, "ask_confirmation")

    sentence = refused("holder", case, "confirm")

    assert "暂时不能确认" in sentence
    assert "宁国强" not in sentence


def test_a_corrected_number_joins_the_holders_own_record(app):
    record = certificate(holder())
    case = act("holder", draft(None), "submit")
    act("ls.staff", case, "correct", correction={"cert_no": record.cert_no, "awarding_body": record.awarding_body})
    act("ls.staff", case, "ask_confirmation")

    act("holder", case, "confirm")

    assert case.certificate_id == record.id
    assert record.is_public


def test_a_disputed_correction_goes_back_to_the_same_office(app):
    case = case_at(CaseState.NEEDS_CONFIRMATION)

    silent = refused("holder", case, "dispute", reply=" ")
    act("holder", case, "dispute")

    assert "要写明原因" in silent
    assert (case.state, case.office.name) == (CaseState.PENDING, COUNTY)
    assert events_of(case)[-1].reply == "证书上写的是机电。"


def test_sent_again_it_stays_with_the_office_that_asked_unless_the_body_changed(app):
    stays = act("holder", draft(None, awarding_body="国营糖厂"), "submit")
    goes = act("holder", draft(None, awarding_body="国营糖厂"), "submit")
    for case in (stays, goes):
        act("qz.staff", case, "hand_over", to_office=office(COUNTY))
        act("ls.staff", case, "ask_changes")
    edit(goes, awarding_body="浦北县职改办")

    act("holder", stays, "resubmit")
    act("holder", goes, "resubmit")

    assert (stays.office.name, goes.office.name) == (COUNTY, "浦北县职改办")


def test_sent_again_it_is_never_approved_automatically(app):
    case = case_at(CaseState.NEEDS_CHANGES)
    edit(case, obtained_by="转正定职")

    assert act("holder", case, "resubmit").state is CaseState.PENDING


@pytest.mark.parametrize("decision", ["reject", "find_counterfeit"])
@pytest.mark.parametrize("numbered", [True, False], ids=["with a number", "without one"])
def test_what_was_refused_cannot_be_sent_again(app, decision, numbered):
    record = certificate(holder(), **({} if numbered else {"cert_no": None}))
    case = case_at(CaseState.PENDING, record, cert_no=record.cert_no or "1")
    again = {"cert_no": case.cert_no, "awarding_body": case.awarding_body}
    if not numbered:
        with writing():
            db.session.get_one(VerificationCase, case.id).cert_no = None
    act("ls.staff", case, decision)
    second = draft(None, **again, **({} if numbered else {"specialty": "给排水"}))
    if not numbered:
        with writing():
            db.session.get_one(VerificationCase, second.id).cert_no = None

    sentence = refused("holder", second, "submit")

    assert "已审核不通过，不能再次提交" in sentence
    assert "假证" not in sentence


def test_a_counterfeit_lists_the_person_with_reason_and_evidence_apart(app):
    case = case_at(CaseState.PENDING)

    worded = refused("ls.staff", case, "find_counterfeit", reply="这是假证")
    unproven = refused("ls.staff", case, "find_counterfeit", evidence="")
    act("ls.staff", case, "find_counterfeit")

    listing = db.session.query(ProblemPerson).one()
    assert "不能写“假证”" in worded
    assert "请填写证据说明" in unproven
    assert (listing.reason, listing.evidence, listing.office.name) == (case.reply, factories.EVIDENCE, COUNTY)
    assert not any(word in letter for letter in letters_to(case) for word in ("假证", factories.EVIDENCE))


def test_a_pending_case_is_handed_to_the_subtree_or_to_the_parent_only(app):
    down, up, aside = case_at(CaseState.PENDING), case_at(CaseState.PENDING), case_at(CaseState.PENDING)
    act("ls.staff", up, "hand_over", to_office=office("钦州市职改办"))
    act("qz.staff", down, "hand_over", to_office=office("浦北县职改办"))

    sentences = [
        refused("ls.staff", aside, "hand_over", to_office=office(name) if name else None)
        for name in ("浦北县职改办", "广西区职改办", COUNTY, None)
    ]

    assert (up.office.name, down.office.name) == ("钦州市职改办", "浦北县职改办")
    assert ["只能转给" in sentence for sentence in sentences] == [True, True, False, False]
    assert "受理机构" in events_of(up)[-1].changed


def test_a_closed_office_is_handed_nothing(app):
    case = case_at(CaseState.PENDING)
    with writing():
        offices.close(staff("qz.admin"), office("钦北区职改办"), "撤并")

    assert "请选择转给哪个职改办" in refused("qz.staff", case, "hand_over", to_office=office("钦北区职改办"))


# What holds for every action.


@pytest.mark.parametrize(("who", "name"), [("gx.admin", "approve"), ("holder", "withdraw")])
def test_the_loser_of_a_race_is_told_what_happened_and_nothing_changes(app, who, name):
    case = case_at(CaseState.PENDING)
    seen = case.version
    act("ls.staff", case, "reject")
    before = dump()

    with pytest.raises(StaleVersion, match="审核不通过") as told:
        act(who, case, name, version=seen)

    assert dump() == before
    assert ("梁敏刚刚处理了这一件（审核不通过）。您的结论" in told.value.sentence) == (who != "holder")
    assert ("梁敏" in told.value.sentence) == (who != "holder")


def test_who_decided_in_another_window_is_called_you(app):
    case = case_at(CaseState.PENDING)
    seen = case.version
    act("ls.staff", case, "call_in")

    with pytest.raises(StaleVersion, match="您刚刚处理了这一件"):
        act("ls.staff", case, "approve", version=seen)


@pytest.mark.parametrize(("state", "name"), [(CaseState.NEEDS_CHANGES, "take_back"), (CaseState.DRAFT, "delete")])
def test_a_holder_who_goes_on_typing_is_named_as_what_changed(app, state, name):
    case = case_at(state)
    seen = case.version
    edit(case, specialty="给水排水")

    with pytest.raises(StaleVersion, match="本人刚刚改了填写的内容"):
        act("ls.staff", case, name, version=seen)


@PLAIN_SQL
def test_what_the_table_does_not_have_is_refused_and_leaves_no_trace(app):
    standing = [case_at(state) for state in CaseState]
    strangers = [("pb.staff", "take_back"), ("gc.staff", "approve"), (holder(1).actor, "submit")]
    before = dump()

    for case in standing:
        impossible = [one for one in TRANSITIONS if case.state not in one.sources or one.restores]
        steps = [("ls.staff" if one.by_office else "holder", one.name.removesuffix("_matched")) for one in impossible]
        for who, name in (*strangers, *steps):
            with pytest.raises(NotAllowed):
                act(who, case, name, to_office=office("钦州市职改办"))

    assert dump() == before


def test_each_step_leaves_one_event_that_names_who_from_and_to(app):
    case = case_at(CaseState.NEEDS_CONFIRMATION)

    trail = [(event.actor_name, event.action, event.from_state, event.to_state) for event in events_of(case)]

    assert trail == [
        ("韦小兰", "start", None, "draft"), ("韦小兰", "submit", "draft", "pending"),
        ("梁敏", "correct", "pending", "pending"), ("梁敏", "ask_confirmation", "pending", "needs_confirmation"),
    ]  # fmt: skip


@PLAIN_SQL
def test_the_holders_letters_tell_the_reply_and_never_the_offices_word_for_people(app):
    for state in CaseState:
        case_at(state)

    letters = [f"{letter.title}{letter.body}" for letter in db.session.query(Message)]

    assert any(factories.REPLIES["ask_changes"] in letter for letter in letters)
    assert not [letter for letter in letters if "假证" in letter or "客户" in letter]
