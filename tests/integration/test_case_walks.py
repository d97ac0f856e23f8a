"""Random walks: whoever tries whatever, the events tell how it came to stand, nothing is open twice or public unproven.

And 恢复 undoes everything: record, listing, photos, values and public look-up are what they were before the decision.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.stored_values import plain
from domain.verification import TRANSITIONS, available
from domain.vocabulary import PhotoKind
from extensions import db, writing
from models import Certificate, Event, Holder, ProblemPerson, VerificationCase
from operations import case_drafts, events, lookups
from operations.case_facts import PORTAL_KEYS, CaseFacts
from operations.offers import OnPaper
from tests import factories
from tests.engines import PLAIN_SQL
from tests.factories import act, certificate, draft, holder, office, staff

pytestmark = PLAIN_SQL

OFFICES = ("ls.staff", "ls.admin", "qz.staff", "pb.staff")
NAMES = sorted({one.name.removesuffix("_matched") for one in TRANSITIONS})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, phases=[Phase.generate])
@given(data=st.data())
def test_every_walk_can_be_replayed_from_its_events(app, data):
    owner = holder(None)
    records = [certificate(owner), certificate(owner, awarding_body="国营灵山糖厂")]
    walked = [draft(records[0], owner).id, draft(None, owner).id]
    memory = Memory()

    for _ in range(16):
        _step(data, owner.id, records, walked, memory)

    for case_id in walked:
        _replay(case_id)
    open_cases = db.session.scalars(db.select(VerificationCase).filter_by(holder_id=owner.id, deleted_at=None))
    attached = Counter(case.certificate_id for case in open_cases if case.state.is_open and case.certificate_id)
    assert set(attached.values()) <= {1}
    assert list(events.faults()) == []


class Memory:
    """What stood before each decision and what was last sent, to hold 恢复 against."""

    def __init__(self):
        self.records = {}
        self.photos = {}

    def note(self, case, name, record_before):
        """Look at a case that has just been taken through an action."""
        if name in ("submit", "resubmit"):
            self.photos[case.id] = _current_photos(case)
        if name == "take_back":
            self.compare(case)
        elif case.state.is_public:
            self.records[case.id] = case.certificate_id, record_before

    def compare(self, case):
        if case.id in self.records:
            record_id, before = self.records.pop(case.id)
            assert _row(record_id) == before
        listed = db.session.scalars(db.select(ProblemPerson).filter_by(case_id=case.id, lifted_at=None))
        assert not list(listed)
        assert plain({key: getattr(case, key) for key in (*PORTAL_KEYS, "former_name")}) == case.submitted
        assert _current_photos(case) == self.photos[case.id]
        record = case.certificate
        assert record is None or not lookups.find(record.cert_no or "", record.name)


def _current_photos(case):
    return {photo.key for photo in case.photos if not photo.superseded}


def _row(record_id):
    """Return a record as it lies in the database, to the last byte; only its version goes on counting."""
    db.session.rollback()
    found = db.session.execute(db.text("SELECT * FROM certificate WHERE id = :id"), {"id": record_id}).mappings()
    row = found.one_or_none()
    return {**row, "version": None} if row else None


def _step(data, holder_id, records, walked, memory):
    """Try something; most of the time what the table offers, sometimes what it does not."""
    case = db.session.get_one(VerificationCase, data.draw(st.sampled_from(walked)))
    who = data.draw(st.sampled_from(("holder", "holder", *OFFICES)))
    actor = case.holder.actor if who == "holder" else staff(who)
    offered = [one.name.removesuffix("_matched") for one in available(CaseFacts(case), actor)]
    name = data.draw(st.sampled_from([*(offered or NAMES), "start", "edit"]))
    before, record_before = case.version, _row(case.certificate_id) if case.certificate_id else None
    try:
        if name == "start":
            walked += [
                number for number in [_start(holder_id, data.draw(st.sampled_from(records)).id)] if number not in walked
            ]
        elif name == "edit":
            _edit(case.id, data.draw(st.sampled_from(("护理", "给水排水工程"))))
        else:
            memory.note(act(actor, case, name, to_office=office("钦州市职改办")), name, record_before)
    except DomainError:
        assert db.session.get_one(VerificationCase, case.id, populate_existing=True).version == before


def _edit(case_id, specialty):
    """Change a value and take a photo anew, where the holder may."""
    with writing():
        case = db.session.get_one(VerificationCase, case_id)
        answers = case_drafts.read_form(case, {**factories.shown_values(case), "specialty": specialty})
        case_drafts.fill_in(case, answers, "", case.version)
        one = factories.photo()
        case_drafts.attach_photo(case, PhotoKind.NUMBER_PAGE, one, one.sha256)


def _start(holder_id, record_id):
    with writing():
        owner = db.session.get_one(Holder, holder_id)
        number = db.session.get_one(Certificate, record_id).cert_no
        case = case_drafts.start_from_record(owner.actor, owner, record_id, OnPaper(number))
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
    assert state == case.state.value
    assert case.version >= len(trail), "every event raises it, and so does what a holder saves in a draft"
    assert case.deleted == (trail[-1].action in ("delete", "discard", "abandon"))
    if case.state.is_public:
        assert case.certificate.is_public
    elif case.certificate is not None and case.undo is not None:
        raise AssertionError("an undo note outlived its publication")
