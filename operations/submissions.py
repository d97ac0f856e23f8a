"""批文 and submissions: scans beside a batch, sending it to the office above, and getting it back with a reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from domain import batches
from domain.access import Actor, Permission
from domain.errors import DomainError, FieldProblem, NotFound, StaleVersion
from domain.vocabulary import BatchState
from extensions import db
from models import ApprovalPage, ImportBatch, now
from operations import events
from photos import SafePhoto

MOST_PAGES = 60
_LONGEST_LABEL = 120
_LONGEST_REPLY = 1000
_CLOSED = "这一批现在不能改批文"
CHANGED = "这一批刚刚有了变化，请看最新情况再决定"


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page whose picture lies in the storage already."""

    label: str
    photo: SafePhoto
    key: str


def held(actor: Actor, batch_id: int) -> ImportBatch:
    """Return a batch of the actor's subtree as it is now, held until the transaction ends."""
    query = select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()
    batch = db.session.scalar(query.execution_options(populate_existing=True))
    if batch is None or not actor.reaches(Permission.IMPORT, batch.place):
        raise NotFound("没有这一批，可能已删除，或不归您管理")
    return batch


def taken(actor: Actor, batch_id: int, version: int, name: str) -> ImportBatch:
    """Return the batch for a transition that is open to the actor; raises with the sentence where it is not."""
    batch = held(actor, batch_id)
    one = batches.transition(name, batch, actor)
    if batch.version != version or one is None:
        raise StaleVersion(batches.ENDED.get(batch.state, CHANGED))
    reason = batches.refusal(one, batch, actor)
    if reason:
        raise DomainError(reason)
    return batch


def open_batch(actor: Actor, batch_id: int, version: int) -> ImportBatch:
    """Return a batch that lies with its own office, as it was when it was looked at: its rows may be mended."""
    batch = held(actor, batch_id)
    if batch.state not in batches.OPEN or batch.version != version:
        raise StaleVersion(batches.ENDED.get(batch.state, CHANGED))
    return batch


def moved(batch: ImportBatch, state: BatchState) -> None:
    batch.state = state
    batch.ended_at = now() if state.is_over else None
    batch.version += 1
    db.session.flush()


def submit(actor: Actor, batch_id: int, version: int) -> ImportBatch:
    """Send a series office's batch to the office above it."""
    batch = taken(actor, batch_id, version, "submit")
    before, batch.reply = batch.state, None
    batch.submitted_by, batch.submitted_at = actor.name, now()
    moved(batch, BatchState.SUBMITTED)
    above = batch.office.parent.name if batch.office.parent else ""
    _note(actor, "submit_batch", batch, f"向“{above}”报送“{batch.file_name}”，批文 {len(batch.pages)} 页", before)
    return batch


def send_back(actor: Actor, batch_id: int, version: int, reply: str) -> ImportBatch:
    """Give a submitted batch back to its office, with words that say what to mend."""
    batch = taken(actor, batch_id, version, "send_back")
    words = reply.strip()
    if not words:
        raise FieldProblem("reply", "请写明要改什么，报送的机构会看到")
    if len(words) > _LONGEST_REPLY:
        raise FieldProblem("reply", f"最多 {_LONGEST_REPLY} 个字，请写短一点")
    batch.reply = words
    moved(batch, BatchState.RETURNED)
    _note(
        actor,
        "send_back_batch",
        batch,
        f"退回“{batch.office.name}”报送的“{batch.file_name}”",
        BatchState.SUBMITTED,
        words,
    )
    return batch


def _note(
    actor: Actor, action: str, batch: ImportBatch, summary: str, before: BatchState, reply: str | None = None
) -> None:
    events.record(
        actor, action, ("import_batch", batch.id), summary[:500], from_state=before, to_state=batch.state, reply=reply
    )


def attach_pages(actor: Actor, batch_id: int, pages: Sequence[StoredPage]) -> list[str]:
    """Put scanned pages to a batch; return the keys of those it has already, which are not needed."""
    batch = _with_open_pages(actor, batch_id)
    known = {page.sha256 for page in batch.pages}
    fresh = {page.photo.sha256: page for page in pages if page.photo.sha256 not in known}
    if len(known) + len(fresh) > MOST_PAGES:
        raise DomainError(f"一批最多 {MOST_PAGES} 页批文，请只留需要的页")
    for page in fresh.values():
        batch.pages.append(_page(actor, page))
    db.session.flush()
    if fresh:
        summary = f"为“{batch.file_name}”上传批文 {len(fresh)} 页"
        events.record(actor, "attach_approval", ("import_batch", batch.id), summary)
    kept = {page.key for page in fresh.values()}
    return [page.key for page in pages if page.key not in kept]


def _page(actor: Actor, page: StoredPage) -> ApprovalPage:
    photo = page.photo
    return ApprovalPage(
        label=page.label[-_LONGEST_LABEL:], key=page.key, sha256=photo.sha256, width=photo.width, height=photo.height,
        size=len(photo.data), created_by=actor.name,
    )  # fmt: skip


def remove_page(actor: Actor, batch_id: int, page_id: int) -> str:
    """Take a page away and return the key of its picture, which nobody needs any more."""
    batch = _with_open_pages(actor, batch_id)
    page = next((one for one in batch.pages if one.id == page_id), None)
    if page is None:
        raise NotFound("没有这一页批文，可能已经删除")
    events.record(actor, "remove_approval", ("import_batch", batch.id), f"删去“{batch.file_name}”的批文“{page.label}”")
    db.session.delete(page)
    db.session.flush()
    return page.key


def _with_open_pages(actor: Actor, batch_id: int) -> ImportBatch:
    batch = held(actor, batch_id)
    if batch.state not in batches.OPEN:
        raise DomainError(batches.ENDED.get(batch.state, _CLOSED))
    return batch


def page_of(batch: ImportBatch, page_id: int) -> ApprovalPage:
    page = db.session.get(ApprovalPage, page_id)
    if page is None or page.batch_id != batch.id:
        raise NotFound("没有这一页批文，可能已经删除")
    return page


def waiting(actor: Actor) -> int:
    """Return how many submitted batches wait for the actor's office."""
    if actor.place is None or not actor.may(Permission.COMMIT_SUBMITTED):
        return 0
    query = select(func.count()).select_from(ImportBatch).where(
        ImportBatch.within(actor.place), ImportBatch.office_id != actor.office_id,
        ImportBatch.state == BatchState.SUBMITTED,
    )  # fmt: skip
    return db.session.scalar(query) or 0
