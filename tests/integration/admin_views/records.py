"""Records for the tests of the back office, made plainly where a workbook would be beside the point."""

from __future__ import annotations

from itertools import count
from typing import Any

from commands import cast
from commands.cast import id_number
from domain.identifiers import IdKind
from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.vocabulary import CertificateStatus, ObtainedBy, TitleLevel
from extensions import db, writing
from models import (
    Certificate,
    Event,
    Holder,
    Office,
    ProblemPerson,
    StaffUser,
    VerificationCase,
    id_digest,
    mobile_digest,
    now,
)
from operations import bodies
from tests.statements import asked

NUMBERS = count(8_000_001)


def office(name: str) -> Office:
    return db.session.execute(db.select(Office).filter_by(name=name)).scalar_one()


def account_of(username: str) -> StaffUser:
    return db.session.execute(db.select(StaffUser).filter_by(username=username)).scalar_one()


def trail(**wanted: Any) -> list[Event]:
    """Return the events as they stand now, newest first."""
    db.session.rollback()
    return list(db.session.scalars(db.select(Event).filter_by(**wanted).order_by(Event.id.desc())))


def certificate(office_name: str = "灵山县职改办", **values: Any) -> int:
    """Add a record of this office and return its id."""
    with writing():
        return _added(office_name, values).id


def certificates(number: int, office_name: str = "灵山县职改办", **values: Any) -> list[int]:
    with writing():
        return [_added(office_name, values).id for _ in range(number)]


def _added(office_name: str, values: dict[str, Any]) -> Certificate:
    person = id_number("450721", "19800101", f"{next(NUMBERS) % 900 + 100}")
    given: dict[str, Any] = {
        "name": "韦小兰", "id_number": person, "id_kind": IdKind.RESIDENT, "cert_no": str(next(NUMBERS)),
        "title_series": "工程系列", "title_level": TitleLevel.ASSISTANT, "title": "助理工程师", "specialty": "水利水电工程",
        "awarding_body": office_name, "awarded_on": PartialDate(2009, 12, 20), "obtained_by": ObtainedBy.PROBATION,
        "cert_status": CertificateStatus.NORMAL,
    } | values  # fmt: skip
    record = Certificate(
        **given, id_digest=id_digest(given["id_number"]), body_key=bodies.body_key(given["awarding_body"])
    )
    record.belong_to(office(office_name).place)
    db.session.add(record)
    db.session.flush()
    return record


def problem_person(case: VerificationCase, **values: Any) -> int:
    with writing():
        listed = ProblemPerson(
            case_id=case.id, name=case.holder.name, id_number=case.holder.id_number, id_digest=case.holder.id_digest,
            reason="编号和原件对不上", evidence="发证机关当年没有这个编号", listed_by="梁敏", **values,
        )  # fmt: skip
        assert case.office is not None
        listed.belong_to(case.office.place)
        db.session.add(listed)
        db.session.flush()
        return listed.id


def case(state: CaseState, office_name: str = "灵山县职改办", *, holder: int = 0, **values: Any) -> VerificationCase:
    """Add a case that stands in this state at this office; the path that leads there is the operations' own matter."""
    with writing():
        owner = _holder(cast.HOLDERS[holder])
        given: dict[str, Any] = {
            "holder_id": owner.id, "state": state, "cert_no": str(next(NUMBERS)), "title": "助理工程师", "submitted_at": now(),
            "decided_at": None if state.is_open else now(),
        } | values  # fmt: skip
        added = VerificationCase(**given)
        added.belong_to(office(office_name).place)
        db.session.add(added)
    return added


def _holder(one: cast.DemoHolder) -> Holder:
    known = Holder.with_id_number(one.id_number)
    if known:
        return known
    holder = Holder(
        name=one.name, id_number=one.id_number, id_digest=id_digest(one.id_number), id_kind=IdKind.RESIDENT,
        mobile=one.mobile, mobile_digest=mobile_digest(one.mobile), email=one.email, region_code=one.region_code,
        password_hash="-", security_question="?", security_answer_hash="-",
    )  # fmt: skip
    db.session.add(holder)
    db.session.flush()
    return holder


def queries(client: Any, address: str) -> list[str]:
    """Return the statements that the database was asked while the page was made."""
    return [" ".join(statement.split()) for statement, _ in asked(lambda: client.get(address))]
