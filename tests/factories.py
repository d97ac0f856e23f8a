"""Holders, records and cases for the tests; a case reaches its state through the operations that people use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from commands import cast
from commands.cast import id_number
from domain.access import Actor, Role
from domain.certificate_rows import shown
from domain.errors import NotAllowed
from domain.identifiers import IdKind, parse_id
from domain.partial_dates import PartialDate
from domain.verification import CaseState
from domain.vocabulary import BatchState, CertificateStatus, ObtainedBy, PhotoKind, TitleLevel
from extensions import db, writing
from models import (
    Account,
    Certificate,
    Employer,
    EmployerUser,
    Holder,
    ImportBatch,
    Message,
    Office,
    StaffUser,
    VerificationCase,
    id_digest,
    now,
)
from operations import bodies, case_drafts, cases, employers, events, holders, sessions
from operations.case_facts import PORTAL_KEYS
from operations.certificates import values_of
from operations.offers import OnPaper
from photos import SafePhoto
from tests.conftest import PASSWORD_HASH

COUNTY = "灵山县职改办"
NUMBERS = count(1)
REPLIES = {
    "call_in": "请带证书原件，周一上午到三楼核对。", "ask_changes": "照片反光，请重拍。", "reject": "批文里没有这本证书。",
    "find_counterfeit": "经核实，当年没有这个编号。", "take_back": "点错了。", "dispute": "证书上写的是机电。",
    "hand_over": "请按属地核对。", "delete": "重复提交。",
}  # fmt: skip
EVIDENCE = "钢印与存档不符。"
CORRECTION = {"specialty": "房屋建筑工程"}
STEPS: dict[CaseState, tuple[str, ...]] = {
    CaseState.DRAFT: (),
    CaseState.AUTO_APPROVED: ("submit",),
    CaseState.PENDING: ("change", "submit"),
    CaseState.ONSITE: ("change", "submit", "call_in"),
    CaseState.NEEDS_CHANGES: ("change", "submit", "ask_changes"),
    CaseState.NEEDS_CONFIRMATION: ("change", "submit", "correct", "ask_confirmation"),
    CaseState.APPROVED: ("change", "submit", "approve"),
    CaseState.REJECTED: ("change", "submit", "reject"),
    CaseState.COUNTERFEIT: ("change", "submit", "find_counterfeit"),
}
OF_HOLDERS = ("submit", "resubmit", "withdraw", "discard", "abandon", "confirm", "dispute")


def staff(username: str) -> Actor:
    return db.session.execute(db.select(StaffUser).filter_by(username=username)).scalar_one().actor


def office(name: str) -> Office:
    return db.session.execute(db.select(Office).filter_by(name=name)).scalar_one()


def fresh_number() -> str:
    return f"09{next(NUMBERS):05d}"


def fresh_person() -> str:
    """Return an ID number that nobody has."""
    at = next(NUMBERS)
    return id_number("450721", f"19{70 + at // 900 % 20}0315", f"{at % 900 + 100}")


def registration(**given: Any) -> holders.Registration:
    at = next(NUMBERS)
    values: dict[str, Any] = {
        "name": "农文华", "id_number": fresh_person(), "mobile": f"137{at:08d}", "email": f"holder{at}@example.com",
        "region_code": "450721", "password_hash": PASSWORD_HASH, "security_question": "您读的小学叫什么",
        "security_answer_hash": PASSWORD_HASH,
    } | given  # fmt: skip
    document = parse_id(values.pop("id_number"), now().date())
    return holders.Registration(document=document, **values)


def holder(demo: int | None = 0, *, confirmed: bool = True, **given: Any) -> Holder:
    """Register somebody of the cast (or, without a number, a stranger); the same person is not registered twice."""
    if demo is not None:
        one = cast.HOLDERS[demo]
        known = Holder.with_id_number(one.id_number)
        if known is not None:
            return known
        given = {**vars_of(one), **given}
    with writing():
        registered = holders.register(registration(**given))
        if confirmed:
            holders.confirm_email(holders.new_confirming_link(registered))
    return registered


def vars_of(one: cast.DemoHolder) -> dict[str, str]:
    return {name: getattr(one, name) for name in cast.DemoHolder.__slots__}


def certificate(
    owner: Holder | None = None, office_name: str = COUNTY, *, imported: bool = True, **values: Any
) -> Certificate:
    """Add a record as an import leaves it; an owner's record is offered to that owner."""
    name, number = (owner.name, owner.id_number) if owner else ("劳燕飞", fresh_person())
    given: dict[str, Any] = {
        "name": name, "id_number": number, "id_kind": IdKind.RESIDENT, "cert_no": fresh_number(),
        "title_series": "工程系列", "title_level": TitleLevel.ASSISTANT, "title": "助理工程师", "specialty": "水利水电工程",
        "awarding_body": "灵山县职称改革领导小组办公室", "awarded_on": PartialDate(2009, 12, 20), "issued_on": PartialDate(2010, 2),
        "obtained_by": ObtainedBy.PROBATION, "personal_status": "干部", "employer_name": "灵山县水利局", "manage_no": "G2009-17",
        "cert_status": CertificateStatus.NORMAL,
    } | values  # fmt: skip
    with writing():
        home = office(office_name)
        record = Certificate(
            **given, id_digest=id_digest(given["id_number"]), body_key=bodies.body_key(given["awarding_body"])
        )
        record.batch_id = _batch(home).id if imported else None
        record.belong_to(home.place)
        db.session.add(record)
    return record


def _batch(home: Office) -> ImportBatch:
    known = db.session.scalar(db.select(ImportBatch).filter_by(office_id=home.id))
    if known is not None:
        return known
    batch = ImportBatch(file_name="明细表.xlsx", file_digest="0" * 64, state=BatchState.COMMITTED, created_by="梁敏")
    batch.ended_at = now()
    batch.belong_to(home.place)
    db.session.add(batch)
    db.session.flush()
    return batch


def employer_user(role: Role = Role.EMPLOYER, name: str = "灵山县水利局", office_name: str = COUNTY) -> EmployerUser:
    """Let an employer in, with one member of its staff; return the account of that role, its first password changed."""
    known = db.session.scalar(db.select(Employer).filter_by(name=name))
    if known is None:
        with writing():
            known = _employer(name, office_name)
    return next(user for user in known.users if user.role is role)


def _employer(name: str, office_name: str) -> Employer:
    at = next(NUMBERS)
    opener = staff("gx.admin")
    opened = employers.open_employer(opener, office(office_name), name, f"dw{at}", "宁静", PASSWORD_HASH)
    employers.open_staff_account(opened.main_account.actor, f"dw{at}.lan", "蓝海", PASSWORD_HASH)
    db.session.refresh(opened, ["users"])
    for user in opened.users:
        user.must_change_password = False
    return opened


def open_session(account: Account) -> str:
    """Sign somebody in on some device; return the key of the session."""
    kind, account_id = type(account), account.id
    with writing():
        return sessions.open_for(db.session.get_one(kind, account_id), "测试")


def still_open(account: Account, key: str) -> bool:
    """Whether the key opens anything for this account."""
    return sessions.account_of(account.prefix, account.id, key) is not None


def photo() -> SafePhoto:
    """Return a photo that looks like no other; what photos hold is tested elsewhere."""
    digest = hashlib.sha256(str(next(NUMBERS)).encode())
    return SafePhoto(b"jpeg", "image/jpeg", 1600, 1200, digest.hexdigest(), int.from_bytes(digest.digest()[:8]) >> 1)


def typed(**changed: str) -> dict[str, str]:
    """Return the wizard's form as somebody fills it in by hand."""
    return {
        "cert_no": fresh_number(), "title_series": "工程系列", "title_level": "助理级", "title": "助理工程师",
        "specialty": "水利水电工程", "awarding_body": COUNTY, "awarded_on": "2009-12-20", "issued_on": "2010-02",
        "obtained_by": "转正定职",
    } | changed  # fmt: skip


def draft(
    record: Certificate | None = None, owner: Holder | None = None, *, photos: bool = True, **changed: str
) -> VerificationCase:
    """Start a draft, from a record or by hand, with what was changed against it and both photos."""
    owner = owner or holder()
    holder_id, record_id = owner.id, record.id if record else None
    form = None if record else typed(**changed)
    with writing():
        owner = db.session.get_one(Holder, holder_id)
        case = _started(owner, record_id, (form or {}).get("cert_no", ""))
        _fill_in(case, form or {**shown_values(case.certificate), **changed})
        if photos:
            add_photos(case)
    return case


def _started(owner: Holder, record_id: int | None, number: str) -> VerificationCase:
    if record_id is None:
        return case_drafts.start_by_number(owner.actor, owner, OnPaper(number, sure=True))
    number = db.session.get_one(Certificate, record_id).cert_no or ""
    return case_drafts.start_from_record(owner.actor, owner, record_id, OnPaper(number, sure=True))


def shown_values(source: VerificationCase | Certificate | None) -> dict[str, str]:
    """Return what the form shows; of a record, what its holder reads on the paper."""
    return {key: shown(value) for key, value in values_of(source, PORTAL_KEYS).items()}


def _fill_in(case: VerificationCase, form: dict[str, str]) -> None:
    answers = case_drafts.read_form(case, form)
    case_drafts.refuse_wrong(answers)
    case_drafts.fill_in(case, answers, "", case.version)


def add_photos(case: VerificationCase) -> None:
    for kind in (PhotoKind.NUMBER_PAGE, PhotoKind.CONTENT_PAGE):
        one = photo()
        case_drafts.attach_photo(case, kind, one, one.sha256[:32])


def edit(case: VerificationCase, **changed: str) -> VerificationCase:
    """Let the holder change an open form."""
    case_id = case.id
    with writing():
        case = db.session.get_one(VerificationCase, case_id)
        _fill_in(case, {**shown_values(case), **changed})
    return case


def act(who: str | Actor, case: VerificationCase, name: str, **given: Any) -> VerificationCase:
    """Take one step, as this office account or as the holder; replies that are asked for are given."""
    case_id, version = case.id, given.pop("version", case.version)
    actor = case.holder.actor if who == "holder" else staff(who) if isinstance(who, str) else who
    given.setdefault("reply", REPLIES.get(name, ""))
    given.setdefault("evidence", EVIDENCE if name == "find_counterfeit" else "")
    if name == "correct":
        given.setdefault("correction", CORRECTION)
    with writing():
        return cases.act(actor, case_id, version, name, **given)


def case_at(
    state: CaseState,
    record: Certificate | None = None,
    owner: Holder | None = None,
    *,
    by: str = "ls.staff",
    **changed: str,
) -> VerificationCase:
    """Take a case of an imported record to this state, step by step; `changed` is what the holder changes against it."""
    owner = owner or holder()
    steps = STEPS[state]
    different = {"obtained_by": "重新确认"} | changed if "change" in steps else changed
    case = draft(record or certificate(owner), owner, **different)
    for step in steps:
        if step != "change":
            act("holder" if step in OF_HOLDERS else by, case, step)
    assert case.state is state
    return case


def dump(*left_out: str) -> dict[str, list[Any]]:
    """Return every row of every table as it is stored, to tell whether anything changed at all."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name not in left_out]
    dumped = {
        table.name: sorted(db.session.execute(db.select(db.text("*")).select_from(table)).all(), key=repr)
        for table in tables
    }
    db.session.rollback()
    return dumped


def letters_to(case: VerificationCase) -> list[str]:
    return [
        letter.body for letter in db.session.scalars(db.select(Message).filter_by(case_id=case.id).order_by(Message.id))
    ]


def refused(who: str | Actor, case: VerificationCase, name: str, **given: Any) -> str:
    """Take a step that must be refused, prove that nothing at all changed, and return the sentence."""
    before = dump()
    with pytest.raises(NotAllowed) as refusal:
        act(who, case, name, **given)
    assert dump() == before
    return refusal.value.sentence


def at_once(app: Flask, *works: Callable[[], Any]) -> list[Any]:
    """Let each work begin at the same moment on a thread of its own; return what each returned or raised."""
    db.session.rollback()
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait()
            try:
                return work()
            except Exception as trouble:
                return trouble
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(works)) as threads:
        answers = list(threads.map(run, works, timeout=60))
    assert list(events.faults()) == []
    return answers
