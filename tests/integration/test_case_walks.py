"""Random walks: whoever tries whatever, the events tell how it came to stand, and nothing is open twice or public unproven."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.verification import TRANSITIONS, available
from extensions import db, writing
from models import Event, Holder, VerificationCase
from operations import case_drafts, events
from operations.case_facts import CaseFacts
from tests import factories
from tests.factories import act, certificate, draft, holder, office, staff

OFFICES = ("ls.staff", "ls.admin", "qz.staff", "pb.staff")
NAMES = sorted({one.name.removesuffix("_matched") for one in TRANSITIONS})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, phases=[Phase.generate])
@given(data=st.data())
def test_every_walk_can_be_replayed_from_its_events(app, data):
    owner = holder(None)
    records = [certificate(owner), certificate(owner, awarding_body="国营灵山糖厂")]
    walked = [draft(records[0], owner).id, draft(None, owner).id]

    for _ in range(14):
        _step(data, owner.id, records, walked)

    for case_id in walked:
        _replay(case_id)
    open_cases = db.session.scalars(db.select(VerificationCase).filter_by(holder_id=owner.id, deleted_at=None))
    attached = Counter(case.certificate_id for case in open_cases if case.state.is_open and case.certificate_id)
    assert set(attached.values()) <= {1}
    assert list(events.faults()) == []


def _step(data, holder_id, records, walked):
    """Try something; most of the time what the table offers, sometimes what it does not."""
    case = db.session.get_one(VerificationCase, data.draw(st.sampled_from(walked)))
    who = data.draw(st.sampled_from(("holder", "holder", *OFFICES)))
    actor = case.holder.actor if who == "holder" else staff(who)
    offered = [one.name.removesuffix("_matched") for one in available(CaseFacts(case), actor)]
    name = data.draw(st.sampled_from([*(offered or NAMES), "start"]))
    before = case.version
    try:
        if name == "start":
            walked += [
                number for number in [_start(holder_id, data.draw(st.sampled_from(records)).id)] if number not in walked
            ]
        else:
            act(actor, case, name, to_office=office("钦州市职改办"))
    except DomainError:
        assert db.session.get_one(VerificationCase, case.id, populate_existing=True).version == before


def _start(holder_id, record_id):
    with writing():
        owner = db.session.get_one(Holder, holder_id)
        case = case_drafts.start_from_record(owner.actor, owner, record_id)
        if case.submitted is None and not case.photos:
            factories.add_photos(case)
    return case.id


def _replay(case_id):
    db.session.rollback()
    case, state = db.session.get_one(VerificationCase, case_id), None
    trail = Event.about("case", case_id)
    for event in trail:
        assert event.from_state == state
        state = event.to_state
    assert (state, case.version) == (case.state.value, len(trail))
    assert case.deleted == (trail[-1].action in ("delete", "discard"))
    if case.state.is_public:
        assert case.certificate.is_public
    elif case.certificate is not None and case.undo is not None:
        raise AssertionError("an undo note outlived its publication")
