"""A case in the holder's words: the status, what can be done about it, what happened so far. Never 客户, never 假证."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from domain.access import Actor, Role
from domain.certificate_fields import BY_KEY, FOLDED, FORMER_NAME_LABEL, Field
from domain.certificate_rows import shown
from domain.differences import Parts, marked
from domain.entrances import asked_at
from domain.stored_values import revived
from domain.verification import BY_NAME, OFFICE_TURN, CaseState, Group, refusals, submission
from domain.vocabulary import CertificateStatus, RecordShown
from models import Event, VerificationCase
from operations import bodies, case_drafts, routing, usual_time
from operations.case_drafts import changes_of
from operations.case_facts import CaseFacts, missing_fields, missing_photos

S = CaseState
EMPTY_GROUPS = {
    Group.TO_COMPLETE: "没有待完善的证书",
    Group.IN_REVIEW: "没有审核中的证书",
    Group.FINISHED: "还没有审核结束的证书",
}
HAPPENED = {
    "start": "您开始审验",
    "submit_matched": "您提交了审验，与导入记录一致，自动审核通过",
    "submit": "您提交了审验",
    "withdraw": "您撤回了审验",
    "discard": "您放弃了审验",
    "abandon": "您注销账号，撤回了审验",
    "resubmit": "您改好后再次提交",
    "confirm": "您确认了更正内容，审核通过",
    "dispute": "您对更正内容提出异议",
    "approve": "审核通过",
    "ask_changes": "请您修改",
    "ask_confirmation": "更正了内容，请您确认",
    "call_in": "请您到现场审核",
    "reject": "审核不通过",
    "find_counterfeit": "审核不通过",
    "take_back": "撤回了先前的处理，重新审核",
    "hand_over": "转给别的职改办审核",
    "delete": "删除了这份审验",
    "undelete": "恢复了这份审验",
}
"""By transition; what is not told here (保存更正) the holder only learns with the decision that follows."""

NEXT = {
    S.DRAFT: "都填好以后就可以提交。",
    S.PENDING: "等{office}审核，有结果会在“消息”里告诉您，也会发邮件。审验期间，不影响原证书的使用。",
    S.ONSITE: "请按审核回复带上材料，到{office}现场审核{where}。",
    S.NEEDS_CHANGES: "请按审核回复修改，改好以后再提交。",
    S.NEEDS_CONFIRMATION: "{office}更正了内容，请照着证书核对，再点“确认无误”或“有异议”。",
    S.APPROVED: "现在可以公开查验，也可以打印查验页和二维码。",
    S.AUTO_APPROVED: "现在可以公开查验，也可以打印查验页和二维码。",
    S.REJECTED: "这本证书不能再次提交。有疑问，请致电{office}{phone}。",
    S.COUNTERFEIT: "这本证书不能再次提交。有疑问，请致电{office}{phone}。",
}
USUAL = "近三个月这里审完的证书，一半在 {days} 个工作日内有结果。"
USUAL_AT_ONCE = "近三个月这里审完的证书，一半当天就有结果。"
VOID = "这本证书已作废，公开查验会显示“作废”。有疑问，请致电{office}{phone}。"
FOUND_BY_CODE = "没有证书编号的，只能用查验码或二维码查到。请打开查验页打印，或把网址交给要查验的单位。"
_SILENT = (S.DRAFT, S.PENDING, S.AUTO_APPROVED)
"""Where the reply of an earlier decision no longer says what to do."""
_EMPTY = "（没有填）"
NO_NUMBER, OTHER_NUMBER = "证书上没有编号", "与导入记录不同"


@dataclass(frozen=True, slots=True)
class Way:
    """A button or link of a row: GET leads on, POST acts at once and carries the version."""

    label: str
    url: str
    primary: bool = False
    posts: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A case as the holder's lists show it."""

    case: VerificationCase
    status: str
    tone: str
    icon: str
    ways: tuple[Way, ...]

    @property
    def title(self) -> str:
        title, level = self.case.title or "还没有填资格名称", shown(self.case.title_level)
        return f"{title}（{level}）" if level else title

    @property
    def reply(self) -> str:
        return "" if self.case.state in _SILENT else self.case.reply or ""

    @property
    def year(self) -> str:
        return str(self.case.awarded_on.year) if self.case.awarded_on else ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline."""

    words: str
    at: Any
    reply: str


def line(case: VerificationCase, actor: Actor) -> Line:
    state, ways = case.state, tuple(_ways(case, actor))
    if _is_void(case):
        return Line(case, CertificateStatus.VOID.label, "bad", "cross", ways)
    return Line(case, _status(case), state.tone, state.icon, ways)


def _is_void(case: VerificationCase) -> bool:
    """Whether the certificate that was approved has been voided since."""
    record = case.certificate
    return case.state.is_public and record is not None and record.cert_status is CertificateStatus.VOID


def grouped(cases: list[VerificationCase], actor: Actor) -> dict[Group, list[Line]]:
    """Return the lists in their fixed order; what waits for the holder stands first in its group."""
    lines = [line(case, actor) for case in cases]
    groups = {group: [one for one in lines if one.case.state.group is group] for group in Group}
    groups[Group.TO_COMPLETE].sort(key=lambda one: one.case.state is S.DRAFT)
    return groups


def _status(case: VerificationCase) -> str:
    if case.state is not S.DRAFT:
        return case.state.holder_label
    fields, photos = missing_fields(case), missing_photos(case)
    if fields:
        return f"缺 {len(fields)} 项"
    return f"缺 {len(photos)} 张照片" if photos else "还没有提交"


def _ways(case: VerificationCase, actor: Actor) -> Iterator[Way]:
    details = url_for("own_cases.details", case_id=case.id)
    if case.state is S.DRAFT:
        yield _way_on(case)
    elif case.state is S.NEEDS_CHANGES:
        yield Way("去修改", url_for("wizard.fill_in", case_id=case.id), primary=True)
    elif case.state is S.NEEDS_CONFIRMATION:
        yield Way("去确认", details, primary=True)
    elif case.state in (S.REJECTED, S.COUNTERFEIT):
        yield Way("看原因", details)
    elif case.state.is_public and case.certificate is not None and case.certificate.is_public:
        yield Way("查验页和二维码", url_for("lookup.verified", code=case.certificate.verify_code))
    if case.state not in (S.REJECTED, S.COUNTERFEIT, S.NEEDS_CONFIRMATION):
        yield Way("查看详情", details)
    if may(case, actor, "withdraw"):
        yield Way("撤回审验", url_for("own_cases.withdraw", case_id=case.id), posts=True)


def _way_on(case: VerificationCase) -> Way:
    if only_unsent(case):
        return Way("去提交", url_for("sending.photos", case_id=case.id), primary=True)
    return Way("继续填写", next_page(case))


def may(case: VerificationCase, actor: Actor, name: str) -> bool:
    """Whether the holder could take this step now."""
    return not list(refusals(BY_NAME[name], CaseFacts(case), actor, "-"))


def only_unsent(case: VerificationCase) -> bool:
    """Whether nothing is missing but the button: the address was not confirmed yet, or somebody stopped there."""
    return case.state is S.DRAFT and not CaseFacts(case).missing


def awaits_number(case: VerificationCase) -> bool:
    """Whether a draft begun by a card has no number yet."""
    return case_drafts.may_open(case) and case.cert_no is None and not case.without_number


def next_page(case: VerificationCase) -> str:
    """Return where somebody who wants to go on with the case has to go."""
    if awaits_number(case):
        return url_for("wizard.record_number", certificate_id=case.certificate_id)
    if case.state in (S.DRAFT, S.NEEDS_CHANGES):
        return url_for("wizard.fill_in", case_id=case.id)
    return url_for("own_cases.details", case_id=case.id)


def timeline(case: VerificationCase) -> list[Step]:
    """Return what happened, oldest first; of the office's side only what was told to the holder."""
    told = [event for event in Event.about("case", case.id) if event.action in HAPPENED]
    return [Step(_who(event) + HAPPENED[event.action], event.at, event.reply or "") for event in told]


def _who(event: Event) -> str:
    return "" if event.actor_role == Role.HOLDER else "职改办："


def changes(case: VerificationCase) -> list[tuple[str, str, str, str]]:
    """Return what the holder changed against what they may see of the record: key, label, record, case.

    Of a number that did not open the record nothing is told, not even whether it is the record's after all.
    """
    told = [(key, BY_KEY[key].label, shown(before), shown(after)) for key, (before, after) in changes_of(case).items()]
    if not case_drafts.by_card(case):
        return told
    return [("cert_no", BY_KEY["cert_no"].label, OTHER_NUMBER, case.cert_no or NO_NUMBER), *told]


def corrections(case: VerificationCase) -> list[tuple[str, Parts, Parts]]:
    """Return what the office corrected: label, the holder's value and the office's with the changed signs marked."""
    return [
        (BY_KEY[key].label, *marked(shown(getattr(case, key)) or _EMPTY, shown(value) or _EMPTY))
        for key, value in revived(case.correction or {}).items()
    ]


def values(case: VerificationCase) -> list[tuple[str, str]]:
    """Return what the case says, by label; once it is public, what the record says."""
    source = case.certificate if case.state.is_public and case.certificate else case
    asked = [(field.label, _value(source, field)) for field in asked_at(case.entrance)]
    folded = [(field.label, shown(getattr(source, field.key))) for field in FOLDED]
    more = [(FORMER_NAME_LABEL, case.former_name or ""), *folded]
    return [*asked, *((label, value) for label, value in more if value)]


def _value(source: Any, field: Field) -> str:
    absent = field.key == "cert_no" and source.cert_no is None and getattr(source, "without_number", True)
    return NO_NUMBER if absent else shown(getattr(source, field.key))


def next_step(case: VerificationCase) -> str:
    if _is_void(case):
        return _about_office(VOID, case)
    if case.state.is_public and not case.cert_no:
        return FOUND_BY_CODE
    return _about_office(NEXT[case.state], case)


def _about_office(sentence: str, case: VerificationCase) -> str:
    """Say in the sentence itself where to go or what to dial: on a phone the rest stands far below."""
    reached = dict(contact(case))
    where = "，".join(reached[label] for label in ("地址", "办公时间", "电话") if label in reached)
    phone = reached.get("电话", "")
    office = case.office.name if case.office else "职改办"
    return sentence.format(office=office, phone=f"（{phone}）" if phone else "", where=f"（{where}）" if where else "")


def usual(case: VerificationCase) -> str:
    """Say how long it usually takes, while it is the office's turn."""
    days = usual_time.usual_days(case.office_id) if case.office_id and case.state in OFFICE_TURN else None
    return "" if days is None else USUAL.format(days=days) if days else USUAL_AT_ONCE


def contact(case: VerificationCase) -> list[tuple[str, str]]:
    """Return how the office that decides is reached, and the number to quote there; nothing before it is sent."""
    office = case.office
    if office is None or case.state is S.DRAFT:
        return []
    phone = office.phone or current_app.config["ORGANISER_PHONE"]
    told = [("职改办", office.name), ("电话", phone), ("地址", office.address), ("办公时间", office.hours)]
    return [(label, value) for label, value in (*told, ("受理号", case.receipt)) if value]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What will become of a case if it is sent as it stands."""

    automatic: bool
    changed: int
    on_record: bool
    office: str


def outcome(case: VerificationCase) -> Outcome:
    automatic = case.state is S.DRAFT and submission(CaseFacts(case)).name == "submit_matched"
    return Outcome(automatic, len(changes(case)), case.record_shown is RecordShown.ALL, _deciding_office(case))


def _deciding_office(case: VerificationCase) -> str:
    body = bodies.known_body(case.awarding_body or "")
    return body.office_name if body else routing.pool_of(case.holder.region_code).name
