"""恢复: whatever a decision did is undone, to the last sign, or refused with the change that stands in the way."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import NotAllowed
from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.vocabulary import ObtainedBy, PhotoKind, Sex, TitleLevel
from extensions import db, writing
from models import Certificate, Event, Holder, ProblemPerson, VerificationCase
from operations import bodies, case_drafts, events, lookups, offices
from tests import factories
from tests.engines import PLAIN_SQL
from tests.factories import COUNTY, act, case_at, certificate, draft, dump, edit, holder, office, staff

words = st.text("水利电力房屋建筑公路桥梁机械制造", min_size=1, max_size=20)
dates = st.builds(PartialDate, st.integers(1980, 2012), st.integers(1, 12), st.none() | st.integers(1, 28))
changes = st.fixed_dictionaries(
    {},
    optional={
        "cert_no": st.none() | st.text("0123456789", min_size=12, max_size=15), "specialty": words, "title": words,
        "title_series": st.sampled_from(["农业系列", "卫生系列"]), "title_level": st.sampled_from(TitleLevel),
        "awarding_body": st.sampled_from([COUNTY, "浦北县职改办", "国营灵山糖厂"]), "awarded_on": dates,
        "issued_on": st.none() | dates, "obtained_by": st.sampled_from(ObtainedBy), "sex": st.none() | st.sampled_from(Sex),
        "employer_name": st.none() | words, "personal_status": st.none() | words,
    },
)  # fmt: skip


def stored(record_id):
    """Return the row as it lies in the database; only the cipher of the ID number and the version may differ."""
    db.session.rollback()
    row = dict(
        db.session.execute(db.text("SELECT * FROM certificate WHERE id = :id"), {"id": record_id}).mappings().one()
    )
    row["id_number"], row["version"] = db.session.get_one(Certificate, record_id).id_number, None
    return row


@PLAIN_SQL
@pytest.mark.parametrize("decision", ["approve", "confirm"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(changed=changes)
def test_the_record_is_put_back_as_it_was_whatever_was_changed(app, decision, changed):
    record = certificate(holder(), name="韦小兰")
    before, case = stored(record.id), case_at(CaseState.PENDING, record)
    _submit_as(case, changed if decision == "approve" else {})
    if decision == "confirm":
        numbered = {key: value for key, value in changed.items() if (key, value) != ("cert_no", None)}
        act("qz.admin", case, "correct", correction={**numbered, "employer_kind": "国有企业"})
        act("qz.admin", case, "ask_confirmation")
    act("qz.admin" if decision == "approve" else "holder", case, decision)
    public = case.certificate.is_public

    act("qz.admin", case, "take_back")

    assert (public, stored(record.id)) == (True, before)
    assert case.state is CaseState.PENDING
    with writing():
        _leave(case.id)


def _submit_as(case, changed):
    """Let the case hold what a holder might have sent, whatever a form would say to it."""
    with writing():
        fresh = db.session.get_one(VerificationCase, case.id)
        for key, value in changed.items():
            setattr(fresh, key, value)
        fresh.body_key = bodies.body_key(fresh.awarding_body)


def _leave(case_id):
    """Make room for the next example with the same number."""
    db.session.get_one(VerificationCase, case_id).deleted_at = db.session.get_one(VerificationCase, case_id).created_at


def test_an_automatic_approval_is_withdrawn_at_once(app):
    case = case_at(CaseState.AUTO_APPROVED, record := certificate(holder()))
    number, name, code = record.cert_no, record.name, record.verify_code

    act("ls.staff", case, "take_back")

    assert lookups.find(number, name) == []
    assert not lookups.by_code(code)
    assert (record.verified_at, record.verify_code) == (None, None)


@pytest.mark.parametrize(
    "state",
    [
        CaseState.ONSITE,
        CaseState.NEEDS_CHANGES,
        CaseState.NEEDS_CONFIRMATION,
        CaseState.REJECTED,
        CaseState.COUNTERFEIT,
    ],
)
def test_the_other_states_go_back_to_what_the_holder_last_sent(app, state):
    case = case_at(state)

    act("ls.admin", case, "take_back")

    assert (case.state, case.decided_at, case.reply) == (CaseState.PENDING, None, factories.REPLIES["take_back"])
    assert db.session.query(ProblemPerson).filter_by(lifted_at=None).count() == 0
    assert Event.about("case", case.id)[-1].from_state == state.value


def test_what_the_holder_was_changing_meanwhile_is_put_back_with_its_photos(app):
    case = case_at(CaseState.NEEDS_CHANGES)
    sent = {photo.kind: photo.sha256 for photo in case.photos}
    edit(case, awarding_body="浦北县职改办", specialty="护理")
    with writing():
        again = db.session.get_one(VerificationCase, case.id)
        one = factories.photo()
        case_drafts.attach_photo(again, PhotoKind.NUMBER_PAGE, one, one.sha256)
        case_drafts.remove_photo(again, PhotoKind.CONTENT_PAGE)

    act("ls.staff", case, "take_back")

    assert (case.specialty, case.awarding_body) == ("水利水电工程", "灵山县职称改革领导小组办公室")
    assert case.body_key == bodies.body_key(case.awarding_body)
    assert {photo.kind: photo.sha256 for photo in case.photos if not photo.superseded} == sent


def test_a_record_that_the_approval_made_is_gone_again_and_its_number_never_used_for_another(app):
    case = act("holder", draft(None), "submit")
    act("ls.staff", case, "approve")
    removed = case.certificate_id

    act("ls.staff", case, "take_back")

    assert (case.certificate_id, db.session.get(Certificate, removed)) == (None, None)
    assert certificate(holder()).id != removed
    assert act("ls.staff", case, "approve").certificate.is_public


def test_a_record_that_was_changed_since_is_kept_and_the_change_is_named(app):
    case = case_at(CaseState.APPROVED, record := certificate(holder()))
    with writing():
        changed = db.session.get_one(Certificate, record.id)
        changed.manage_no, changed.version = "G1", changed.version + 1
        events.record(staff("ls.admin"), "change_certificate", ("certificate", changed.id), "更正证书管理号")
        events.record(staff("qz.admin"), "view_id_number", ("certificate", changed.id), "查看完整身份证号")
    before = dump()

    with pytest.raises(NotAllowed, match="劳志坚：更正证书管理号"):
        act("ls.staff", case, "take_back")

    assert dump() == before
    assert lookups.find(record.cert_no, record.name)


def test_a_number_that_another_record_took_meanwhile_stops_it(app):
    case = case_at(CaseState.APPROVED, record := certificate(holder()), cert_no=factories.fresh_number())
    old = next(
        change for label, change in Event.about("certificate", record.id)[-1].changed.items() if label == "证书编号"
    )[0]
    certificate(None, cert_no=old)
    before = dump()

    with pytest.raises(NotAllowed, match="编号已归另一条记录"):
        act("ls.staff", case, "take_back")

    assert dump() == before


def test_a_record_put_back_stands_where_its_office_stands_now(app):
    case = case_at(CaseState.APPROVED, record := certificate(holder(), awarding_body="国营灵山糖厂"), by="qz.admin")
    with writing():
        city = offices.create(
            staff("gx.admin"), "玉林市职改办", office("钦州市职改办").kind, office("广西区职改办"), "-"
        )
        offices.move(staff("gx.admin"), office(COUNTY), city)
        bodies.add_body(staff("gx.admin"), office(COUNTY), "国营灵山糖厂")

    act("qz.admin", case, "take_back")

    assert record.city_office_id == office("玉林市职改办").id
    assert record.body_key == bodies.body_key("国营灵山糖厂")


def test_taken_back_and_approved_again_the_person_is_found_again(app):
    case = case_at(CaseState.APPROVED, record := certificate(holder()))
    act("ls.staff", case, "take_back")

    act("ls.staff", case, "approve")

    assert lookups.find(record.cert_no, record.name)
    assert db.session.query(Holder).count() == 1
