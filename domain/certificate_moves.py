"""The moves of a certificate on record as data: voiding it, deleting it and bringing it back, and what speaks against each.

Buttons, batch actions, confirm pages, guards and documentation read this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from domain import normalizing
from domain.access import Actor, Permission, Place
from domain.verification import Reply
from domain.vocabulary import CertificateStatus


class Record(Protocol):
    """What a guard may know of a certificate; tests pass a plain namespace."""

    @property
    def status(self) -> CertificateStatus: ...
    @property
    def place(self) -> Place: ...
    @property
    def verified(self) -> bool: ...
    @property
    def in_review(self) -> bool: ...
    @property
    def number_taken(self) -> bool: ...
    @property
    def deleted(self) -> bool: ...
    def void_asked_by(self, actor: Actor) -> bool: ...
    def others_decide_beside(self, actor: Actor) -> bool: ...


Guard = Callable[[Record, Actor], str | None]
"""Returns the reason against, or None."""

RULES: dict[Guard, str] = {}
"""What each guard demands, in the words of the documentation."""


def demands(rule: str) -> Callable[[Guard], Guard]:
    def note(guard: Guard) -> Guard:
        RULES[guard] = rule
        return guard

    return note


@demands("还没有审验通过")
def is_unverified(record: Record, actor: Actor) -> str | None:
    """What its holder has confirmed is voided, not deleted."""
    return "这本证书已审验通过，不能删除；确实有问题请申请作废" if record.verified else None


@demands("没有正在办的审验")
def is_not_in_review(record: Record, actor: Actor) -> str | None:
    """Nobody's open case loses the record it stands on."""
    return "这本证书正在审验，请先办完或删除那一件审验" if record.in_review else None


@demands("编号和授予单位没有被另一条记录占用")
def number_is_free(record: Record, actor: Actor) -> str | None:
    """The same number may have been imported again since."""
    return "同一编号和授予单位已有另一条记录，不能恢复；请先核对那一条" if record.number_taken else None


@demands("不是申请人自己决定；本机构和上级都没有别的管理员时例外，操作记录会写明")
def is_not_alone(record: Record, actor: Actor) -> str | None:
    """Four eyes see a void, wherever there are four."""
    if record.void_asked_by(actor) and record.others_decide_beside(actor):
        return "这次作废是您自己申请的，要由本机构或上级的另一位管理员决定；不想作废了，请用“撤回申请”"
    return None


@demands("申请人自己")
def is_who_asked(record: Record, actor: Actor) -> str | None:
    return None if record.void_asked_by(actor) else "这次作废不是您申请的，不能撤回；管理员可以驳回"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: from which status to which, who may, and what speaks against it."""

    name: str
    label: str
    sources: tuple[CertificateStatus, ...]
    target: CertificateStatus | None
    permission: Permission
    reason: Reply = Reply.REQUIRED
    guards: tuple[Guard, ...] = ()
    tone: str = "none"
    meaning: str = ""
    deletes: bool = False
    restores: bool = False
    deed: str = ""

    @property
    def verb(self) -> str:
        """The move inside a sentence."""
        return self.deed or self.label

    def applies_to(self, record: Record) -> bool:
        return record.status in self.sources and record.deleted == self.restores

    def lands_on(self, status: CertificateStatus) -> CertificateStatus:
        return self.target or status


S = CertificateStatus
_ANY = tuple(CertificateStatus)

MOVES: tuple[Move, ...] = (
    Move(
        "request_void", "申请作废", (S.NORMAL,), S.VOID_PENDING, Permission.CERTIFICATE_CHANGES, tone="warn",
        meaning="交给管理员决定。决定之前，公开查验仍显示正常。",
    ),
    Move(
        "agree_void", "同意作废", (S.VOID_PENDING,), S.VOID, Permission.VOID_DECISIONS, Reply.OPTIONAL, (is_not_alone,), "bad",
        meaning="作废以后，公开查验显示“作废”，持证人会收到消息。",
    ),
    Move(
        "refuse_void", "驳回", (S.VOID_PENDING,), S.NORMAL, Permission.VOID_DECISIONS, Reply.OPTIONAL, (is_not_alone,), "info",
        meaning="驳回作废申请，证书仍是正常。",
    ),
    Move(
        "withdraw_void", "撤回申请", (S.VOID_PENDING,), S.NORMAL, Permission.CERTIFICATE_CHANGES, Reply.OPTIONAL, (is_who_asked,),
        meaning="收回自己的作废申请，证书仍是正常。", deed="撤回作废申请",
    ),
    Move(
        "cancel_void", "取消证书作废审核", (S.VOID_PENDING, S.VOID), S.NORMAL, Permission.VOID_DECISIONS, tone="info",
        meaning="证书回到正常；已经作废的，持证人会收到消息。",
    ),
    Move(
        "delete_certificate", "删除", _ANY, None, Permission.CERTIFICATE_CHANGES, guards=(is_unverified, is_not_in_review), tone="bad",
        meaning="删除以后，查询、审验和导入都看不到它；以后可以在“已删除的证书”里恢复。", deletes=True,
    ),
    Move(
        "undelete_certificate", "证书恢复", _ANY, None, Permission.CERTIFICATE_CHANGES, Reply.OPTIONAL, (number_is_free,), "info",
        meaning="证书回到历年证书数据，内容和删除前一样。", restores=True, deed="恢复",
    ),
)  # fmt: skip

BY_NAME = {move.name: move for move in MOVES}
ON_RECORD = tuple(move for move in MOVES if not move.restores)
"""What is done to the certificates of the register; the others are done to deleted ones."""


def refusals(move: Move, record: Record, actor: Actor, reason: str) -> Iterator[str]:
    """Yield every reason against the move; the first ones make the others pointless, so they come alone."""
    if not actor.reaches(move.permission, record.place):
        yield f"您不能{move.verb}这本证书，请找管理员"
    elif not move.applies_to(record):
        yield f"现在是“{status_word(record)}”，不能{move.verb}"
    else:
        if move.reason is Reply.REQUIRED and not normalizing.text(reason):
            yield f"“{move.label}”要写明原因，请填写原因"
        yield from filter(None, (guard(record, actor) for guard in move.guards))


def told_of(move: Move, record: Record, actor: Actor) -> str:
    """Return what the trail says of the move; where only two eyes saw it, that too."""
    if is_not_alone in move.guards and record.void_asked_by(actor):
        return f"{move.label}（申请人自己决定：本机构和上级没有别的管理员）"
    return move.label


def status_word(record: Record) -> str:
    return "已删除" if record.deleted else record.status.label


def available(record: Record, actor: Actor) -> list[Move]:
    """Return the moves that the actor could make now, given a reason."""
    return [move for move in MOVES if not list(refusals(move, record, actor, "—"))]
