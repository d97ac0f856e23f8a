"""The verification case as data: its states, its transitions and the reasons against each.

Buttons, batch actions, confirm pages, guards, messages, documentation and CHECK constraints all read these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from domain import normalizing
from domain.access import Actor, Permission, Place, Role
from domain.vocabulary import Term


class Group(Term):
    """The three lists of the holder's certificates."""

    TO_COMPLETE = "to_complete", "待完善"
    IN_REVIEW = "in_review", "审核中"
    FINISHED = "finished", "审核结束"


class CaseState(StrEnum):
    """Where a case stands; `label` is the staff's word, `holder_label` the holder's."""

    label: str
    holder_label: str
    group: Group
    tone: str
    icon: str

    def __new__(cls, slug: str, label: str, holder_label: str, group: Group, tone: str, icon: str) -> Self:
        member = str.__new__(cls, slug)
        member._value_ = slug
        member.label, member.holder_label, member.group = label, holder_label, group
        member.tone, member.icon = tone, icon
        return member

    DRAFT = "draft", "信息未完善", "信息未完善", Group.TO_COMPLETE, "none", "box"
    PENDING = "pending", "审核中", "审核中", Group.IN_REVIEW, "info", "clock"
    ONSITE = "onsite", "待现场审核", "待现场审核", Group.IN_REVIEW, "plum", "pin"
    NEEDS_CHANGES = "needs_changes", "待客户修改", "待您修改", Group.TO_COMPLETE, "warn", "pen"
    NEEDS_CONFIRMATION = "needs_confirmation", "待客户确认", "待您确认", Group.TO_COMPLETE, "warn", "pen"
    APPROVED = "approved", "审核通过", "审核通过", Group.FINISHED, "ok", "tick"
    AUTO_APPROVED = "auto_approved", "自动审核通过", "自动审核通过", Group.FINISHED, "ok", "tick"
    REJECTED = "rejected", "审核不通过", "审核不通过", Group.FINISHED, "bad", "cross"
    COUNTERFEIT = "counterfeit", "假证", "审核不通过", Group.FINISHED, "bad", "cross"

    @property
    def is_open(self) -> bool:
        return self.group is not Group.FINISHED

    @property
    def is_public(self) -> bool:
        return self in (CaseState.APPROVED, CaseState.AUTO_APPROVED)


OFFICE_TURN = (CaseState.PENDING, CaseState.ONSITE)
"""Where the office is to decide."""
EDITABLE = (CaseState.DRAFT, CaseState.NEEDS_CHANGES)
"""Where the holder fills in and changes."""
OVERDUE_DAYS = 30
"""Without any act of the office for so long, the office above sees it."""
OPEN_STATES = tuple(state for state in CaseState if state.is_open)
PENDING_TAB_LABEL = "待审核"
"""The staff's tab calls `pending` by what is to be done."""


class Reply(StrEnum):
    """Whether an action asks for words."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Case(Protocol):
    """What a guard may know of a case; tests pass a plain namespace."""

    @property
    def state(self) -> CaseState: ...
    @property
    def holder_id(self) -> int: ...
    @property
    def place(self) -> Place | None: ...
    @property
    def has_correction(self) -> bool: ...
    @property
    def touched_by_office(self) -> bool: ...
    @property
    def ever_handled_by_office(self) -> bool: ...
    @property
    def ever_taken_back(self) -> bool: ...
    @property
    def missing(self) -> Collection[str]: ...
    @property
    def matches_record(self) -> bool: ...
    @property
    def number_typed(self) -> bool: ...
    @property
    def to_be_checked(self) -> bool: ...
    @property
    def released(self) -> bool: ...
    @property
    def holder_listed(self) -> bool: ...
    @property
    def holder_email_confirmed(self) -> bool: ...
    @property
    def refused_before(self) -> bool: ...
    @property
    def held_by_another(self) -> bool: ...
    @property
    def deleted(self) -> bool: ...


Guard = Callable[[Case, str], str | None]
"""Takes the case and the reply; returns the reason against, or None."""

RULES: dict[Guard, str] = {}
"""What each guard demands, in the words of the documentation."""


def demands(rule: str) -> Callable[[Guard], Guard]:
    def note(guard: Guard) -> Guard:
        RULES[guard] = rule
        return guard

    return note


@demands("必填项和两张照片齐全")
def is_complete(case: Case, reply: str) -> str | None:
    """Required fields and photos are there."""
    return f"还没有填好：{'、'.join(case.missing)}，请补齐后再提交" if case.missing else None


@demands(
    "对上导入的记录，记录的编号由本人照证书输入，第 2、10—17 列和姓名、身份证号都相同，本人不在问题人员里，职改办没有处理过"
)
def matches_its_record(case: Case, reply: str) -> str | None:
    """Attached to an imported record whose number was typed from the paper, columns 2 and 10–17 equal, person not listed.

    A certificate that an office has looked into is never approved by itself again, however it came back to its holder.
    """
    proven = case.number_typed and case.matches_record
    if proven and not case.holder_listed and not case.ever_handled_by_office:
        return None
    return "填写的内容与导入记录不完全相同，需要职改办审核"


@demands("邮箱已确认")
def email_is_confirmed(case: Case, reply: str) -> str | None:
    """The link in the confirming mail was opened before the first submission."""
    return None if case.holder_email_confirmed else "邮箱还没有确认，请打开注册邮箱里的确认链接，再回来提交"


@demands("同一本证书没有被审核不通过")
def was_not_refused(case: Case, reply: str) -> str | None:
    """The same holder cannot submit the same number and body again after a refusal."""
    return "这本证书已审核不通过，不能再次提交；有疑问请致电授予单位职改办" if case.refused_before else None


@demands("上次提交后职改办还没有处理过")
def office_has_not_acted(case: Case, reply: str) -> str | None:
    """No office action since the holder last sent it, and not after 恢复."""
    if case.touched_by_office or case.ever_taken_back:
        return "职改办已经开始处理，不能撤回；要改动请等审核回复"
    return None


@demands("编号和授予单位不属于另一条记录")
def number_is_free(case: Case, reply: str) -> str | None:
    """Number and awarding body do not belong to another person's record."""
    return (
        "证书编号和授予单位与另一人的证书相同，不能通过；请核对照片，或转给授予单位核实"
        if case.held_by_another
        else None
    )


@demands("编号和授予单位不属于另一条记录")
def confirmation_can_publish(case: Case, reply: str) -> str | None:
    """As number_is_free, in words for the holder: nothing is told of the other record."""
    return "职改办还要再核对一次，暂时不能确认；请稍后再来，或致电职改办" if case.held_by_another else None


@demands("已保存更正")
def correction_is_saved(case: Case, reply: str) -> str | None:
    """The holder can only confirm what the office has written."""
    return None if case.has_correction else "还没有更正内容，请到审核页修改"


@demands("回复里不写“假证”，证据另填")
def reply_keeps_the_word(case: Case, reply: str) -> str | None:
    """The holder never reads 假证, not even with a blank or an invisible character in between."""
    read = "".join(normalizing.text(reply).split())
    return "给本人的回复里不能写“假证”，请写明原因，证据写在内部说明里" if "假证" in read else None


@demands("由职改办删除的")
def office_deleted_it(case: Case, reply: str) -> str | None:
    """What the holder gave up is the holder's to begin again."""
    return None if case.touched_by_office else "这份审验是本人放弃的，不能撤销；请本人重新审验"


@demands("没有因解除占用而结束")
def was_not_released(case: Case, reply: str) -> str | None:
    """What ended with its account stays ended; the person begins again under an account of their own."""
    return "这件审验已随解除占用结束，不能撤销；请本人用自己的账号重新审验" if case.released else None


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: who may take a case from where to where, and what speaks against it."""

    name: str
    label: str
    sources: tuple[CaseState, ...]
    target: CaseState | None
    role: Role
    reply: Reply = Reply.NONE
    guards: tuple[Guard, ...] = ()
    tone: str = "none"
    batch: bool = False
    key: str = ""
    deletes: bool = False
    restores: bool = False
    evidence: bool = False
    confirms_correction: bool = False
    checks: bool = False
    """Only for what stands in 待抽查."""
    permission: Permission = Permission.REVIEW
    deed: str = ""
    meaning: str = ""
    """What it brings about, told where it is asked once more."""

    @property
    def verb(self) -> str:
        """The action inside a sentence; the labels of some only name a state."""
        return self.deed or self.label

    @property
    def told(self) -> str:
        """How it is said once it is done."""
        return f"已{self.verb}"

    @property
    def by_office(self) -> bool:
        return self.role is Role.STAFF

    def applies_to(self, case: Case) -> bool:
        wanted = case.to_be_checked or not self.checks
        return wanted and case.state in self.sources and case.deleted == self.restores

    def lands_on(self, state: CaseState) -> CaseState:
        """Return the state after the action; actions without a target leave it where it is."""
        return self.target or state


S = CaseState
_SENT = (email_is_confirmed, is_complete, was_not_refused)

TRANSITIONS: tuple[Transition, ...] = (
    Transition("submit_matched", "提交", (S.DRAFT,), S.AUTO_APPROVED, Role.HOLDER, guards=(*_SENT, matches_its_record)),
    Transition("submit", "提交", (S.DRAFT,), S.PENDING, Role.HOLDER, guards=_SENT),
    Transition("withdraw", "撤回审验", (S.PENDING,), S.DRAFT, Role.HOLDER, guards=(office_has_not_acted,)),
    Transition("discard", "放弃", (S.DRAFT,), None, Role.HOLDER, deletes=True),
    Transition(
        "abandon", "注销账号时撤回", (S.PENDING, S.ONSITE, S.NEEDS_CHANGES, S.NEEDS_CONFIRMATION), S.DRAFT, Role.HOLDER,
        deletes=True, meaning="本人注销账号，没有办完的审验不再办。",
    ),
    Transition("resubmit", "再次提交", (S.NEEDS_CHANGES,), S.PENDING, Role.HOLDER, guards=_SENT),
    Transition("confirm", "确认无误", (S.NEEDS_CONFIRMATION,), S.APPROVED, Role.HOLDER, guards=(confirmation_can_publish,)),
    Transition("dispute", "有异议", (S.NEEDS_CONFIRMATION,), S.PENDING, Role.HOLDER, Reply.REQUIRED),
    Transition("correct", "保存更正", OFFICE_TURN, None, Role.STAFF),
    Transition(
        "approve", "审核通过", OFFICE_TURN, S.APPROVED, Role.STAFF, Reply.OPTIONAL, (number_is_free,), "ok", True, "1"
    ),
    Transition(
        "ask_changes", "待客户修改", OFFICE_TURN, S.NEEDS_CHANGES, Role.STAFF, Reply.REQUIRED,
        tone="warn", batch=True, key="2", deed="转为待客户修改",
    ),
    Transition(
        "ask_confirmation", "待客户确认", OFFICE_TURN, S.NEEDS_CONFIRMATION, Role.STAFF, Reply.OPTIONAL,
        (correction_is_saved,), "warn", True, "3", confirms_correction=True, deed="转为待客户确认",
    ),
    Transition(
        "call_in", "待现场审核", (S.PENDING,), S.ONSITE, Role.STAFF, Reply.REQUIRED, tone="plum", batch=True, key="4",
        deed="转为待现场审核",
    ),
    Transition(
        "reject", "审核不通过", OFFICE_TURN, S.REJECTED, Role.STAFF, Reply.REQUIRED, tone="bad", batch=True, key="5",
        meaning="审完以后，本人不能再提交同一本证书。审错了可以用“恢复”撤回。",
    ),
    Transition(
        "find_counterfeit", "假证", OFFICE_TURN, S.COUNTERFEIT, Role.STAFF, Reply.REQUIRED,
        tone="bad", batch=True, key="6", evidence=True, deed="认定为假证",
        meaning="认定后证书不能公开查验，持证人会列入问题人员。认定错了可以用“恢复”撤回。",
    ),
    Transition(
        "take_back", "恢复",
        (S.ONSITE, S.NEEDS_CHANGES, S.NEEDS_CONFIRMATION, S.APPROVED, S.AUTO_APPROVED, S.REJECTED, S.COUNTERFEIT),
        S.PENDING, Role.STAFF, Reply.REQUIRED, tone="info", batch=True,
        meaning="审验回到待审核，内容是本人最后提交的。已公开的撤下，记录还原成审核前的；因这一件列入问题人员的，一并解除。本人会收到消息。",
    ),
    Transition(
        "check", "看过，没问题", (S.APPROVED, S.AUTO_APPROVED), None, Role.STAFF, tone="ok", batch=True, checks=True,
        permission=Permission.SPOT_CHECKS, deed="办结抽查",
        meaning="从“待抽查”里拿掉，证书照常公开。有问题的请用“恢复”撤回。",
    ),
    Transition(
        "hand_over", "转办", (S.PENDING,), S.PENDING, Role.STAFF, Reply.REQUIRED, batch=True,
        meaning="转过去以后由那里审核；不是本机构下级的，这里不再看得到。本人会收到消息。",
    ),
    Transition(
        "delete", "删除", (S.DRAFT, S.PENDING), None, Role.STAFF, Reply.REQUIRED, tone="bad", batch=True, deletes=True,
        meaning="删除以后不再审核，可以在“已删除”里撤销。本人会收到消息。",
    ),
    Transition(
        "undelete", "撤销删除", (S.DRAFT, S.PENDING), None, Role.STAFF, guards=(office_deleted_it, was_not_released),
        batch=True, restores=True,
    ),
)  # fmt: skip

BY_NAME = {transition.name: transition for transition in TRANSITIONS}
RELEASE = Transition(
    "release", "解除占用", OPEN_STATES, None, Role.STAFF, Reply.REQUIRED, deletes=True, permission=Permission.RELEASES
)
"""Ends what an account under somebody else's ID number has begun; part of 解除占用, never done to a single case."""
DECISIONS = tuple(transition for transition in TRANSITIONS if transition.key)
_IN_BATCH = (
    "approve", "reject", "call_in", "ask_changes", "ask_confirmation", "find_counterfeit", "take_back", "check", "hand_over",
    "delete", "undelete",
)  # fmt: skip
BATCH_ACTIONS = tuple(BY_NAME[name] for name in _IN_BATCH)
ONE_BY_ONE = ("find_counterfeit", "take_back")
"""Never offered for all rows that match: each of these is looked at."""


def stranger(transition: Transition, case: Case, actor: Actor) -> str | None:
    """Return why the case is none of the actor's business, or None."""
    if transition.role is Role.HOLDER:
        return None if actor.role is Role.HOLDER and actor.id == case.holder_id else "这不是您的证书"
    if case.place is None or not actor.reaches(transition.permission, case.place):
        return "这件审验不归您所在的职改办"
    return None


def _speaks(transition: Transition, reply: str) -> str | None:
    needed = transition.reply is Reply.REQUIRED and not normalizing.text(reply)
    return f"“{transition.label}”要写明原因，请填写审核回复" if needed else None


def refusals(transition: Transition, case: Case, actor: Actor, reply: str) -> Iterator[str]:
    """Yield every reason against the action; the first ones make the others pointless, so they come alone."""
    foreign = stranger(transition, case, actor)
    if foreign:
        yield foreign
        return
    if not transition.applies_to(case):
        yield f"现在是“{state_word(case, actor)}”，不能{transition.verb}"
        return
    unsaid = _speaks(transition, reply)
    if unsaid:
        yield unsaid
    yield from filter(None, (guard(case, reply) for guard in guards_of(transition)))


def guards_of(transition: Transition) -> tuple[Guard, ...]:
    """Return what speaks against the action; whatever an office writes to a holder keeps the word 假证 out."""
    writes = transition.by_office and transition.reply is not Reply.NONE
    return (*transition.guards, reply_keeps_the_word) if writes else transition.guards


def state_word(case: Case, actor: Actor) -> str:
    """Return the state in the reader's words: the holder never reads 客户 or 假证."""
    if case.deleted:
        return "已删除"
    return case.state.holder_label if actor.role is Role.HOLDER else case.state.label


def available(case: Case, actor: Actor) -> list[Transition]:
    """Return the actions the actor could take now, not counting what a reply or a correction still has to bring."""
    return [
        transition
        for transition in TRANSITIONS
        if not stranger(transition, case, actor) and transition.applies_to(case)
    ]


def submission(case: Case) -> Transition:
    """Return which of the two submissions a draft takes: the automatic one where it equals its record."""
    return BY_NAME["submit" if matches_its_record(case, "") else "submit_matched"]
