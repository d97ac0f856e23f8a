"""Invented cases for the demonstration, in every state, taken there by the same operations that people use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from commands.cast import HOLDERS, USERS, id_number, operator_of
from domain.identifiers import parse_id
from domain.stored_values import plain
from domain.verification import CaseState
from domain.vocabulary import ObtainedBy, PhotoKind
from drawing import certificate_pages
from extensions import db, writing
from models import CasePhoto, Certificate, Holder, Office, StaffUser, VerificationCase, now
from operations import case_drafts, cases, dictionary_changes, holders, offers
from operations.case_facts import PORTAL_KEYS
from operations.certificates import values_of
from operations.offers import OnPaper
from photos import make_safe
from storage import new_key

CHANGED = {"obtained_by": ObtainedBy.RECONFIRMATION}
QUESTION, ANSWER = "您的第一所小学叫什么？", "实验小学"

STORIES: dict[str, tuple[str, ...]] = {
    "自动通过": ("submit",),
    "等审核": ("change", "submit"),
    "等了很久": ("change", "submit"),
    "照片相同": ("change", "submit_copied"),
    "现场审核": ("change", "submit", "call_in"),
    "待修改": ("change", "submit", "ask_changes"),
    "待确认": ("change", "submit", "correct", "ask_confirmation"),
    "通过": ("change", "submit", "approve"),
    "不通过": ("change", "submit", "reject"),
    "假证": ("change", "submit", "find_counterfeit"),
    "草稿": (),
    "请抽查": ("submit_copied",),
}
REPLIES = {
    "call_in": "请带身份证和证书原件，工作日上午到县政务中心三楼职改办现场核对。",
    "ask_changes": "证书内容页照片反光，看不清“授予时间”。请把证书放平、避开灯光，重新拍这一页。",
    "ask_confirmation": "证书上的专业与您填写的不同，已按照片更正，请核对后确认。",
    "approve": "",
    "reject": "这本证书由外省核发，不在本次审验范围，请到发证地查询。",
    "find_counterfeit": "经向授予单位核实，当年批文里没有这个编号，不能通过。",
}
EVIDENCE = "批文附件名单里没有此人，编号段不属于该年度；证书钢印与存档样式不符。"
OF_THE_CAST = {"陆海生": ("待修改",), "黄春梅": ("自动通过", "等审核"), "覃志强": ("待确认",)}
LONG_AGO = 43
OF_A_MILL = {
    "cert_no": "0388120", "title_series": "工程系列", "title_level": "助理级", "title": "助理工程师", "specialty": "制糖工程",
    "awarding_body": "灵山县糖厂职称评审小组", "awarded_on": "1998-06", "obtained_by": "评审",
}  # fmt: skip
OF_OTHERS = (
    "自动通过",
    "等审核",
    "照片相同",
    "等了很久",
    "现场审核",
    "通过",
    "通过",
    "不通过",
    "假证",
    "草稿",
    "请抽查",
)


def add(password_hash: str) -> None:
    """Register the holders of the cast and some others, and take their certificates along the stories."""
    keep_replies()
    for number, demo in enumerate(HOLDERS):
        holder_id = register(demo.name, demo.id_number, demo.mobile, demo.email, demo.region_code, password_hash)
        for at, story in enumerate(OF_THE_CAST.get(demo.name, ())):
            walk(holder_id, story, days_ago=12 - number - at, at=at)
    for number, (certificate, story) in enumerate(zip(_strangers(), OF_OTHERS, strict=False)):
        holder_id = _register_owner(certificate, number, password_hash)
        walk(holder_id, story, days_ago=LONG_AGO if story == "等了很久" else 9 - number % 8)
    into_the_pool(password_hash)


def keep_replies() -> None:
    """Let the city office keep a reply for each action that wants one; the counties below read them too."""
    city = Office.named("钦州市职改办")
    with writing():
        for action in ("call_in", "ask_changes", "reject"):
            dictionary_changes.add_reply_text(operator_of(city), action, REPLIES[action])


def register(name: str, id_number: str, mobile: str, email: str, region: str, password_hash: str) -> int:
    given = holders.Registration(
        name=name, document=parse_id(id_number, now().date()), mobile=mobile, email=email, region_code=region,
        password_hash=password_hash, security_question=QUESTION, security_answer_hash=password_hash,
    )  # fmt: skip
    with writing():
        token = holders.new_confirming_link(holders.register(given))
    with writing():
        return holders.confirm_email(token).id


def _strangers() -> Iterator[Certificate]:
    """Yield records of 灵山 whose people are not of the cast, one a person."""
    names = {holder.name for holder in HOLDERS}
    numbers = db.session.scalars(
        select(Certificate.id).where(Certificate.name.not_in(names)).order_by(Certificate.office_id, Certificate.id)
    )
    for number in list(numbers):
        yield db.session.get_one(Certificate, number)


def _register_owner(certificate: Certificate, number: int, password_hash: str) -> int:
    return register(
        certificate.name, certificate.id_number, f"139000001{number:02d}", f"demo{number:02d}@example.com", "450721",
        password_hash,
    )  # fmt: skip


def walk(holder_id: int, story: str, days_ago: int, at: int = 0) -> None:
    """Take one of the holder's offered certificates along a story, as if some days ago."""
    holder = db.session.get_one(Holder, holder_id)
    record = offers.offered(holder)[0 if at == 0 else -1]
    with writing():
        case_id = case_drafts.start_from_record(holder.actor, holder, record.id, OnPaper(record.cert_no or "")).id
    for step in STORIES[story]:
        (_WALKED.get(step) or _office_step(step))(case_id)
    _date_back(case_id, days_ago)


def into_the_pool(password_hash: str) -> None:
    """Let somebody fill in a certificate whose body the dictionary does not know, for the city to pass on."""
    owner = ("莫桂珍", id_number("450721", "19680317", "024"), "13900000120", "demo20@example.com")
    holder_id = register(*owner, "450721", password_hash)
    with writing():
        holder = db.session.get_one(Holder, holder_id)
        case = case_drafts.start_by_number(holder.actor, holder, OnPaper(OF_A_MILL["cert_no"]))
        case_drafts.fill_in(case, case_drafts.read_form(case, OF_A_MILL), "", case.version)
        case_id = case.id
    _submit(case_id)
    _date_back(case_id, 6)


def _change(case_id: int) -> None:
    with writing():
        case = db.session.get_one(VerificationCase, case_id)
        typed = {key: _word(value) for key, value in values_of(case, PORTAL_KEYS).items()}
        typed |= {key: value.label for key, value in CHANGED.items()}
        case_drafts.fill_in(case, case_drafts.read_form(case, typed), "", case.version)


def _word(value: Any) -> str:
    return getattr(value, "label", None) or getattr(value, "iso", None) or value or ""


def _submit(case_id: int) -> None:
    case = db.session.get_one(VerificationCase, case_id)
    facts = {**plain(values_of(case, PORTAL_KEYS)), "name": case.holder.name}
    facts |= {"sex": case.sex.label if case.sex else ""}
    _send(case_id, certificate_pages(facts))


def _submit_copied(case_id: int) -> None:
    """Send the photos of the case before, for a hint to find."""
    other = db.session.scalars(
        select(CasePhoto).where(CasePhoto.case_id < case_id).order_by(CasePhoto.id.desc()).limit(2)
    )
    _send(case_id, [current_app.extensions["photos"].get(photo.key) for photo in other][::-1])


def _send(case_id: int, photos: Iterable[bytes]) -> None:
    pages = [make_safe(page) for page in photos]
    keys = [new_key() for _ in pages]
    for key, page in zip(keys, pages, strict=True):
        current_app.extensions["photos"].put(key, page.data)
    with writing():
        case = db.session.get_one(VerificationCase, case_id)
        for kind, page, key in zip((PhotoKind.NUMBER_PAGE, PhotoKind.CONTENT_PAGE), pages, keys, strict=True):
            case_drafts.attach_photo(case, kind, page, key)
        cases.act(case.holder.actor, case_id, case.version, "submit")


def _correct(case_id: int) -> None:
    with writing():
        case = db.session.get_one(VerificationCase, case_id)
        corrected = {"specialty": "园艺" if case.specialty != "园艺" else "农学"}
        cases.act(_reviewer(case), case_id, case.version, "correct", correction=corrected)


def _office_step(name: str) -> Callable[[int], None]:
    def step(case_id: int) -> None:
        with writing():
            case = db.session.get_one(VerificationCase, case_id)
            evidence = EVIDENCE if name == "find_counterfeit" else ""
            cases.act(_reviewer(case), case_id, case.version, name, reply=REPLIES[name], evidence=evidence)

    return step


def _reviewer(case: VerificationCase) -> Any:
    """Return the actor of a demo account at the office that has the case."""
    names = [user.username for user in USERS]
    accounts = db.session.scalars(select(StaffUser).where(StaffUser.username.in_(names)).order_by(StaffUser.id.desc()))
    place = case.place
    assert place is not None, "a submitted case has an office"
    return next(account.actor for account in accounts if place.lies_within(account.office_id))


_WALKED: dict[str, Callable[[int], None]] = {
    "change": _change,
    "submit": _submit,
    "submit_copied": _submit_copied,
    "correct": _correct,
}


def _date_back(case_id: int, days: int) -> None:
    """Let the queue look lived in: what was sent today was sent some days ago."""
    moment = now() - timedelta(days=max(days, 0), hours=days % 5)
    with writing():
        dated = update(VerificationCase).where(
            VerificationCase.id == case_id, VerificationCase.state != CaseState.DRAFT
        )
        db.session.execute(dated.values(submitted_at=moment))
        owed = update(VerificationCase).where(VerificationCase.id == case_id, VerificationCase.owed_since.is_not(None))
        db.session.execute(owed.values(owed_since=moment))
