"""An import batch as data: its states, who may do what with it, and the reasons against.

A county commits its own batch; one of a series office goes to the city with scans of its 批文, and the city commits it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from domain.access import Actor, Permission, Place
from domain.vocabulary import BatchState, OfficeKind


class Batch(Protocol):
    """What a guard may know of a batch."""

    @property
    def state(self) -> BatchState: ...
    @property
    def place(self) -> Place: ...
    @property
    def goes_in(self) -> int: ...
    @property
    def approval_pages(self) -> int: ...


Guard = Callable[[Batch, Actor], str | None]


@dataclass(frozen=True, slots=True)
class BatchTransition:
    """One thing that can be done with a batch; `needs_reply`: its words reach the office that sent it."""

    name: str
    label: str
    sources: tuple[BatchState, ...]
    target: BatchState
    permission: Permission
    guards: tuple[Guard, ...] = ()
    needs_reply: bool = False


def is_of_a_series(batch: Batch, actor: Actor) -> str | None:
    """Only a series office submits."""
    return None if batch.place.kind is OfficeKind.SERIES else "只有市直系列的批次要报送，县区的自己导入"


def has_rows(batch: Batch, actor: Actor) -> str | None:
    """There is something to commit."""
    return None if batch.goes_in else "这一批没有可以导入的行，请先改好"


def has_approval_pages(batch: Batch, actor: Actor) -> str | None:
    """The 批文 are there."""
    return None if batch.approval_pages else "还没有批文，请先上传批文的扫描件"


def is_not_of_ones_own_series(batch: Batch, actor: Actor) -> str | None:
    """A series office's rows are committed above it."""
    return "市直系列的批次由市职改办导入，请上传批文后报送" if _is_its_own_series(batch, actor) else None


def stands_above(batch: Batch, actor: Actor) -> str | None:
    """What was submitted is decided above the office that submitted it."""
    own = actor.place is not None and actor.place.office_id == batch.place.office_id
    return "报送的批次由上级处理，请等上级的结果" if own else None


def is_taken_back_above(batch: Batch, actor: Actor) -> str | None:
    """Whoever may put a series office's rows on record may take them off it."""
    return "市直系列的批次由市职改办导入，也由市职改办撤销" if _is_its_own_series(batch, actor) else None


def _is_its_own_series(batch: Batch, actor: Actor) -> bool:
    return batch.place.kind is OfficeKind.SERIES and stands_above(batch, actor) is not None


S = BatchState
OPEN = (S.CHECKED, S.RETURNED)
"""While a batch is with its own office, its rows can be mended."""

BATCH_TRANSITIONS: tuple[BatchTransition, ...] = (
    BatchTransition(
        "submit", "报送", OPEN, S.SUBMITTED, Permission.IMPORT, (is_of_a_series, has_approval_pages, has_rows)
    ),
    BatchTransition(
        "send_back", "退回", (S.SUBMITTED,), S.RETURNED, Permission.COMMIT_SUBMITTED, (stands_above,), True
    ),
    BatchTransition("commit", "导入", OPEN, S.COMMITTING, Permission.IMPORT, (is_not_of_ones_own_series,)),
    BatchTransition("commit", "导入", (S.SUBMITTED,), S.COMMITTING, Permission.COMMIT_SUBMITTED, (stands_above,)),
    BatchTransition("abandon", "放弃", (S.READING, S.UNMAPPED, *OPEN), S.ABANDONED, Permission.IMPORT),
    BatchTransition("check_again", "重新检查", (S.REFUSED,), S.READING, Permission.IMPORT),
    BatchTransition("undo", "撤销导入", (S.COMMITTED,), S.UNDOING, Permission.IMPORT, (is_taken_back_above,)),
)

ENDED = {
    S.COMMITTED: "这一批刚才已经导入了，没有重复导入",
    S.ABANDONED: "这一批已经放弃，没有导入",
    S.READING: "这一批正在检查，请等检查完再决定",
    S.REFUSED: "这个文件没有收下，请改好再上传",
    S.COMMITTING: "这一批正在导入，请等它完成",
    S.UNDOING: "这一批正在撤销，请等它完成",
    S.UNDONE: "这一批的导入已经撤销",
    S.UNMAPPED: "这一批还没有对应好列，请先对应列",
    S.SUBMITTED: "这一批已经报送，正在等上级处理",
    S.RETURNED: "这一批已经退回给报送的机构",
}
"""What is said to somebody who comes too late or too early."""


def transition(name: str, batch: Batch, actor: Actor) -> BatchTransition | None:
    """Return the transition of this name from the batch's state that the actor's permission carries to."""
    fitting = (one for one in BATCH_TRANSITIONS if one.name == name and batch.state in one.sources)
    return next((one for one in fitting if actor.reaches(one.permission, batch.place)), None)


def refusal(one: BatchTransition, batch: Batch, actor: Actor) -> str | None:
    """Return the first reason against."""
    return next((reason for guard in one.guards if (reason := guard(batch, actor))), None)


def available(batch: Batch, actor: Actor) -> set[str]:
    """Return the names of what the actor can do with the batch now."""
    named = ((one.name, transition(one.name, batch, actor)) for one in BATCH_TRANSITIONS)
    return {name for name, one in named if one is not None and refusal(one, batch, actor) is None}
