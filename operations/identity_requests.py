"""身份信息更正 and 解除占用: what is asked with both sides of the ID card, and what a decision does."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from domain.access import Actor, Permission
from domain.errors import DomainError, FieldProblem, NotFound, StaleVersion
from domain.identifiers import IdDocument
from domain.verification import CaseState
from domain.vocabulary import RequestKind, RequestState
from domain.ways_in import MOBILE_RELEASED
from extensions import db
from models import Holder, IdentityRequest, ProblemPerson, VerificationCase, id_digest, now
from operations import events, releasing, routing, sessions, telling, ways_in

PERMISSIONS = {
    RequestKind.CORRECTION: Permission.IDENTITY_CORRECTIONS,
    RequestKind.RELEASE: Permission.RELEASES,
}
LONGEST_REPLY = 1000
PAGES = ("front", "back", "statement")
"""The columns that name pictures."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who somebody says to be, as the ID card in the pictures has it."""

    name: str
    document: IdDocument


def ask_correction(holder: Holder, claimed: Claimant, pages: dict[str, str]) -> IdentityRequest:
    """Ask the office to mend the account's name or ID number; one request at a time."""
    db.session.execute(select(Holder.id).filter_by(id=holder.id).with_for_update(key_share=True))
    if waiting_of(holder) is not None:
        raise DomainError("您有一份更正申请正在办理，办完以后才能再申请")
    if claimed.name == holder.name and claimed.document.number == holder.id_number:
        raise FieldProblem("name", "填的和现在账号里的一样，不用更正")
    request = _request(RequestKind.CORRECTION, claimed, pages, holder.region_code)
    request.holder_id = holder.id
    db.session.flush()
    events.record(holder.actor, "ask_correction", ("identity_request", request.id), "申请更正身份信息")
    return request


def ask_release(
    actor: Actor, claimed: Claimant, pages: dict[str, str], *, mobile: str, email: str, region_code: str
) -> IdentityRequest:
    """Ask that an ID number which somebody else registered be free again; nobody learns whether it is registered."""
    request = _request(RequestKind.RELEASE, claimed, pages, region_code)
    request.mobile, request.email = mobile, email
    db.session.flush()
    events.record(actor, "ask_release", ("identity_request", request.id), f"{claimed.name}申请解除占用")
    return request


def _request(kind: RequestKind, claimed: Claimant, pages: dict[str, str], region_code: str) -> IdentityRequest:
    request = IdentityRequest(
        kind=kind, name=claimed.name, id_number=claimed.document.number, id_digest=id_digest(claimed.document.number),
        id_kind=claimed.document.kind, **pages,
    )  # fmt: skip
    request.belong_to(routing.pool_of(region_code).place)
    db.session.add(request)
    return request


def waiting_of(holder: Holder) -> IdentityRequest | None:
    return db.session.scalar(select(IdentityRequest).filter_by(holder_id=holder.id, state=RequestState.WAITING))


def all_of(holder: Holder) -> list[IdentityRequest]:
    query = select(IdentityRequest).filter_by(holder_id=holder.id).order_by(IdentityRequest.id.desc())
    return list(db.session.scalars(query))


def account_that_holds(request: IdentityRequest) -> Holder | None:
    """Return the account that has the ID number of the request now, the asker's own left out."""
    holder = Holder.with_id_number(request.id_number)
    return None if holder is None or holder.id == request.holder_id else holder


def account_with_mobile(request: IdentityRequest) -> Holder | None:
    """Return the account that has the mobile number of somebody whose ID number nobody has registered.

    Who asks for the ID number may have given a relative's number to be called at: it is no matter of the request then.
    """
    if request.mobile is None or account_that_holds(request) is not None:
        return None
    return Holder.with_mobile(request.mobile)


def reached(actor: Actor, request_id: int) -> IdentityRequest:
    """Return the request, locked, if it is the actor's to decide; raises NotFound otherwise."""
    query = select(IdentityRequest).filter_by(id=request_id).with_for_update()
    request = db.session.scalar(query.execution_options(populate_existing=True))
    if request is None or not actor.reaches(PERMISSIONS[request.kind], request.office.place):
        raise NotFound("没有这份申请，可能已经不归您办理")
    return request


def decide(actor: Actor, request_id: int, *, grant: bool, reply: str) -> IdentityRequest:
    """Grant or refuse a request that still waits; of two who decide, the second is told what was decided."""
    request, reply = reached(actor, request_id), reply.strip()
    if request.state is not RequestState.WAITING:
        raise StaleVersion(f"这份申请{request.decided_by}已经办过了（{request.state.label}），您这次没有生效")
    if not grant and not reply:
        raise FieldProblem("reply", "请写明为什么不同意，申请人会看到")
    if grant:
        EFFECTS[request.kind](actor, request)
    request.state = RequestState.GRANTED if grant else RequestState.REFUSED
    request.reply, request.decided_by, request.decided_at = reply or None, actor.name, now()
    db.session.flush()
    summary = f"{request.kind.label}：{request.state.label}（{request.name}）"
    events.record(
        actor, "decide_request", ("identity_request", request.id), summary,
        from_state=RequestState.WAITING.value, to_state=request.state.value, reply=reply,
    )  # fmt: skip
    if request.holder is not None:
        telling.tell(request.holder, f"{request.kind.label}申请：{request.state.label}", _told(request))
    return request


def _told(request: IdentityRequest) -> str:
    words = {
        RequestState.GRANTED: "姓名和身份证号已按申请改好，系统会按新的重新找您的证书。",
        RequestState.REFUSED: "姓名和身份证号没有改动。材料补齐后可以再申请。",
    }[request.state]
    return words + (f"\n职改办的回复：{request.reply}" if request.reply else "")


def _correct(actor: Actor, request: IdentityRequest) -> None:
    """Change the account, and with it which records are the holder's."""
    holder = request.holder
    assert holder is not None, "a correction is asked for from an account"
    if account_that_holds(request) is not None:
        raise DomainError("这个身份证号已被另一个账号占用，请先办理解除占用，再同意这份更正")
    changes = {"姓名": [holder.name, request.name], "身份证号": [holder.id_number, request.id_number]}
    holder.name, holder.id_kind = request.name, request.id_kind
    holder.id_number, holder.id_digest = request.id_number, request.id_digest
    db.session.flush()
    _let_go_of_others_records(holder)
    _carry_listings(holder)
    events.record(actor, "correct_identity", ("holder", holder.id), f"更正身份信息为{holder.name}", changes=changes)


def _let_go_of_others_records(holder: Holder) -> None:
    """A draft that was opened on a record which is not the holder's after all goes on as one typed by hand."""
    for case in _cases(holder, (CaseState.DRAFT,)):
        record = case.certificate
        if record and not holder.is_named_by(record):
            case.leave_record()
    db.session.flush()


def _carry_listings(holder: Holder) -> None:
    """Who is listed under 问题人员 is the person, whatever number the account had."""
    own_cases = select(VerificationCase.id).filter_by(holder_id=holder.id)
    listed = update(ProblemPerson).where(ProblemPerson.case_id.in_(own_cases))
    db.session.execute(
        listed.values(name=holder.name, id_number=holder.id_number, id_digest=holder.id_digest),
        execution_options={"synchronize_session": False},
    )


def _release(actor: Actor, request: IdentityRequest) -> None:
    """Shut out the account that holds the number, and free number, mobile and address for the one who asked."""
    holder = account_that_holds(request)
    if holder is None:
        _release_mobile(actor, request)
        return
    releasing.undo_all(actor, holder)
    changes = {"手机号": [holder.mobile, ""], "邮箱": [holder.email, ""]}
    holder.disabled_at = now()
    holder.id_digest, holder.mobile_digest = secrets.token_bytes(16), secrets.token_bytes(16)
    holder.email = f"released-{holder.id}"
    sessions.end_all(holder)
    db.session.flush()
    events.record(actor, "release_id_number", ("holder", holder.id), "解除占用，账号已停用", changes=changes)


def _release_mobile(actor: Actor, request: IdentityRequest) -> None:
    """Take the mobile number off the account of who had it before; all else of the account stays."""
    holder = account_with_mobile(request)
    if holder is None:
        raise DomainError("这个身份证号和手机号现在都没有被占用，可以直接注册；请不同意，并在回复里告诉申请人")
    before = holder.mobile
    holder.mobile, holder.mobile_digest = "", secrets.token_bytes(16)
    ways_in.changed(holder, MOBILE_RELEASED, actor=actor, differs={"手机号": [before, ""]})


def _cases(holder: Holder, states: Sequence[CaseState]) -> list[VerificationCase]:
    query = select(VerificationCase).filter_by(holder_id=holder.id, deleted_at=None)
    return list(db.session.scalars(query.where(VerificationCase.state.in_(states))))


EFFECTS: dict[RequestKind, Callable[[Actor, IdentityRequest], None]] = {
    RequestKind.CORRECTION: _correct,
    RequestKind.RELEASE: _release,
}
