"""Twenty at the same moment: one takes effect, the others are told, nothing is lost and nobody waits for ever."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from domain.access import Role
from domain.errors import DomainError, NotAllowed, StaleVersion
from domain.offers import MOST_NUMBERS
from domain.verification import CaseState
from domain.vocabulary import RecordShown
from extensions import db, writing
from models import (
    CalendarDay,
    CasePhoto,
    Certificate,
    DeletedCertificate,
    Event,
    Holder,
    Message,
    NumberTry,
    Office,
    ProblemPerson,
    StaffUser,
    VerificationCase,
)
from operations import (
    bodies,
    case_drafts,
    cases,
    events,
    holders,
    lookups,
    offices,
    problem_persons,
    register,
    working_days,
)
from operations import staff as accounts_of_offices
from operations.offers import OnPaper
from tests import factories
from tests.factories import COUNTY, act, at_once, case_at, certificate, draft, holder, office, registration, staff

TWENTY = 20


def written(work, *given, **named):
    """Return the work as a transaction of its own."""

    def run():
        with writing():
            work(*given, **named)
        return "done"

    return run


def kinds(answers):
    return Counter(answer if isinstance(answer, str) else type(answer) for answer in answers)


def test_of_twenty_decisions_one_takes_effect_and_nineteen_are_told(app):
    case = case_at(CaseState.PENDING)
    names = ("approve", "reject", "call_in", "ask_changes", "find_counterfeit")
    reviewers = [staff(name) for name in ("ls.staff", "ls.admin", "qz.staff", "qz.admin")]
    decisions = [
        written(cases.act, reviewers[at % 4], case.id, case.version, names[at % 5], reply="已核对", evidence="见附件")
        for at in range(TWENTY)
    ]

    answers = at_once(app, *decisions)

    assert kinds(answers) == {"done": 1, StaleVersion: TWENTY - 1}
    assert all("刚刚处理了这一件" in str(answer) for answer in answers if answer != "done")
    assert len(Event.about("case", case.id)) == 3


def test_of_twenty_submissions_of_one_draft_one_counts(app):
    case = draft(certificate(holder()))
    submissions = [written(cases.act, case.holder.actor, case.id, case.version, "submit")] * TWENTY

    answers = at_once(app, *submissions)

    assert kinds(answers) == {"done": 1, StaleVersion: TWENTY - 1}
    assert db.session.query(Message).count() == 1
    assert db.session.get_one(VerificationCase, case.id).version == 2


def test_of_twenty_registrations_of_one_person_one_is_made(app):
    number = factories.fresh_person()
    given = [registration(id_number=number) for _ in range(TWENTY)]

    answers = at_once(app, *(written(holders.register, one) for one in given))

    assert kinds(answers) == {"done": 1, holders.IdTaken: TWENTY - 1}
    assert {answer.field for answer in answers if answer != "done"} == {"id_number"}
    assert db.session.query(Holder).count() == 1


def test_an_address_that_somebody_else_took_first_is_named(app):
    given = [registration(email="one@example.com") for _ in range(6)]

    answers = at_once(app, *(written(holders.register, one) for one in given))

    assert {answer.field for answer in answers if answer != "done"} == {"email"}


def test_starts_from_one_record_and_of_one_number_lead_to_one_draft(app):
    record = certificate(owner := holder())
    owner_id, record_id, paper = owner.id, record.id, OnPaper(record.cert_no)

    def from_record():
        owner = db.session.get_one(Holder, owner_id)
        case_drafts.start_from_record(owner.actor, owner, record_id, paper)

    def by_number():
        owner = db.session.get_one(Holder, owner_id)
        case_drafts.start_by_number(owner.actor, owner, OnPaper("0833232"))

    answers = at_once(app, *([written(from_record)] * 6), *([written(by_number)] * 6))

    assert kinds(answers) == {"done": 12}
    assert db.session.query(VerificationCase).count() == 2


def test_what_is_typed_in_another_window_never_changes_what_was_sent(app):
    case = draft(certificate(holder()))
    case_id, actor, version = case.id, case.holder.actor, case.version

    def type_on():
        again = db.session.get_one(VerificationCase, case_id)
        answers = case_drafts.read_form(again, {**factories.shown_values(again), "specialty": "护理"})
        case_drafts.fill_in(again, answers, "", again.version)

    *_, told = at_once(app, *([written(type_on)] * 8), written(cases.act, actor, case_id, version, "submit"))

    db.session.rollback()
    sent = db.session.get_one(VerificationCase, case_id)
    if isinstance(told, StaleVersion):
        assert (sent.state, sent.submitted) == (CaseState.DRAFT, None), "what was typed first is looked at again"
        return
    assert sent.specialty == sent.submitted["specialty"]
    assert sent.certificate.is_public == (sent.specialty == sent.certificate.specialty)


def test_one_photo_of_a_kind_stays_whoever_uploads(app):
    case = draft(certificate(holder()), photos=False)
    case_id = case.id

    def upload():
        one = factories.photo()
        again = db.session.get_one(VerificationCase, case_id)
        case_drafts.attach_photo(again, factories.PhotoKind.NUMBER_PAGE, one, one.sha256)

    answers = at_once(app, *([written(upload)] * 8))

    assert kinds(answers) == {"done": 8}
    assert db.session.query(CasePhoto).count() == 1


def test_of_two_approvals_of_one_number_one_makes_the_record(app):
    number = factories.fresh_number()
    pair = [act("holder", draft(None, holder(None), cert_no=number), "submit") for _ in range(2)]

    answers = at_once(app, *(written(cases.act, staff("ls.staff"), case.id, case.version, "approve") for case in pair))

    assert sum(answer == "done" for answer in answers) == 1
    assert all(isinstance(answer, NotAllowed) for answer in answers if answer != "done")
    assert db.session.query(Certificate).filter_by(cert_no=number).count() == 1


def test_two_administrators_do_not_depose_each_other(app):
    with writing():
        accounts_of_offices.give_role(
            staff("qz.admin"), db.session.query(StaffUser).filter_by(username="ls.staff").one(), Role.ADMIN
        )
    ids = {name: staff(name).id for name in ("ls.staff", "ls.admin")}

    def depose(who, whom):
        accounts_of_offices.give_role(who, db.session.get_one(StaffUser, ids[whom]), Role.STAFF)

    answers = at_once(
        app, written(depose, staff("ls.admin"), "ls.staff"), written(depose, staff("ls.staff"), "ls.admin")
    )

    assert kinds(answers) == {"done": 1, DomainError: 1}


def test_of_twenty_moves_of_one_certificate_one_takes_effect(app):
    record_id, version = (record := certificate(None)).id, record.version
    people = [staff(name) for name in ("ls.staff", "ls.admin", "qz.staff", "qz.admin")]
    names = ("request_void", "delete_certificate")
    moves = [written(register.move, people[at % 4], record_id, version, names[at % 2], "重复") for at in range(TWENTY)]

    answers = at_once(app, *moves)

    assert kinds(answers) == {"done": 1, StaleVersion: TWENTY - 1}
    assert len(Event.about("certificate", record_id)) == 1
    standing = (db.session.get(Certificate, record_id), db.session.get(DeletedCertificate, record_id))
    assert sum(one is not None for one in standing) == 1


def test_however_many_numbers_are_guessed_at_once_three_are_weighed(app):
    record = certificate(owner := holder())
    owner_id, record_id, right = owner.id, record.id, record.cert_no

    def guess(number):
        owner = db.session.get_one(Holder, owner_id)
        case_drafts.start_from_record(owner.actor, owner, record_id, OnPaper(number))

    at_once(app, *(written(guess, f"000000{at}") for at in range(8)))
    written(guess, right)()

    assert db.session.query(NumberTry).count() == MOST_NUMBERS
    assert db.session.query(VerificationCase).one().record_shown is RecordShown.CARD


def test_a_record_is_not_deleted_from_under_a_case_that_begins(app):
    owner = holder()
    records = [certificate(owner) for _ in range(4)]
    record_ids = [record.id for record in records]
    papers = {record.id: OnPaper(record.cert_no) for record in records}
    owner_id, clerk = owner.id, staff("ls.staff")

    def start(record_id):
        owner = db.session.get_one(Holder, owner_id)
        case_drafts.start_from_record(owner.actor, owner, record_id, papers[record_id])

    works = [written(start, one) for one in record_ids]
    works += [written(register.move, clerk, one, 1, "delete_certificate", "重复") for one in record_ids]

    answers = at_once(app, *works)

    assert kinds(answers)["done"] == len(record_ids)
    begun = db.session.query(VerificationCase.certificate_id).filter_by(deleted_at=None).all()
    assert all(db.session.get(Certificate, record_id) for (record_id,) in begun)
    assert len(begun) + db.session.query(DeletedCertificate).count() == len(record_ids)


def test_of_twenty_liftings_of_one_listing_one_counts(app):
    case = case_at(CaseState.COUNTERFEIT)
    listing_id = db.session.query(ProblemPerson.id).filter_by(case_id=case.id).scalar()

    answers = at_once(app, *([written(problem_persons.lift, staff("ls.admin"), listing_id, "核实无误")] * TWENTY))

    assert kinds(answers) == {"done": 1, StaleVersion: TWENTY - 1}
    assert len(Event.about("problem_person", listing_id)) == 2


def test_lookups_folded_by_many_lose_nothing(app):
    record_ids = [certificate(None).id for _ in range(3)]

    def look_up():
        for _ in range(10):
            for record_id in record_ids:
                lookups.buffer.add(record_id)
            lookups.fold()

    at_once(app, *([look_up] * 8))

    assert [lookups.count_of(record_id) for record_id in record_ids] == [80, 80, 80]


def test_offices_and_cases_changed_together_wait_for_nobody_for_ever(app):
    waiting = [
        case_at(CaseState.PENDING, certificate(holder(), awarding_body="国营灵山糖厂"), by="qz.admin") for _ in range(6)
    ]
    actor, reviewer = staff("gx.admin"), staff("qz.admin")
    county, neighbour, city = (office(name).id for name in (COUNTY, "浦北县职改办", "钦州市职改办"))
    decide = [written(cases.act, reviewer, case.id, case.version, "approve") for case in waiting]

    def take_in():
        bodies.add_body(actor, db.session.get_one(Office, county), "国营灵山糖厂")

    def rename():
        offices.change(
            actor, db.session.get_one(Office, county), name="灵山县人才中心", contact=offices.NOT_TOLD, series=[]
        )

    def move():
        offices.move(actor, db.session.get_one(Office, neighbour), db.session.get_one(Office, city))

    answers = at_once(app, *decide, written(take_in), written(rename), written(move))

    assert answers == ["done"] * 9


def test_holidays_entered_together_stand_once(app):
    actor, first, last = staff("gx.admin"), date(2031, 10, 1), date(2031, 10, 7)
    enter = written(working_days.add_days, actor, first, last, worked=False, note="国庆节")

    answers = at_once(app, *([enter] * TWENTY))

    assert kinds(answers) == {"done": TWENTY}
    assert db.session.query(CalendarDay).filter(CalendarDay.day >= first).count() == 7


def test_a_case_corrected_handed_over_and_deleted_at_once_goes_one_way(app):
    case = case_at(CaseState.PENDING, by="qz.staff")
    case_id, seen = case.id, case.version
    ways = [
        written(cases.act, staff("qz.staff"), case_id, seen, name, reply="重复提交", **more)
        for name, more in (
            ("correct", {"correction": factories.CORRECTION}),
            ("hand_over", {"to_office": office("浦北县职改办")}),
            ("delete", {}),
            ("approve", {}),
        )
    ]

    answers = at_once(app, *(ways * 5))

    db.session.rollback()
    assert kinds(answers)["done"] == 1
    assert db.session.get_one(VerificationCase, case_id).version == seen + 1


@pytest.mark.parametrize("times", [TWENTY])
def test_events_of_many_threads_make_one_chain(app, times):
    before, actor = db.session.query(Event).count(), staff("ls.staff")

    def record():
        events.record(actor, "sign_in", ("staff_user", actor.id), "登录")

    answers = at_once(app, *([written(record)] * times))

    assert kinds(answers) == {"done": times}
    assert db.session.query(Event).count() == before + times
