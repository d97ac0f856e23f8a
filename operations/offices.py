"""The tree of offices: creating, renaming, moving and closing them, each with its body and its default account."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update

from domain import normalizing
from domain.access import Actor, Permission, Place, Role
from domain.errors import DomainError, FieldProblem, NotFound
from domain.vocabulary import OfficeKind
from extensions import db
from models import (
    AwardingBody,
    BlankRange,
    Campaign,
    Certificate,
    DeletedCertificate,
    Employer,
    Feedback,
    IdentityRequest,
    ImportBatch,
    Notice,
    Office,
    ProblemPerson,
    ReferenceRecord,
    ReplyText,
    StaffUser,
    VerificationCase,
    now,
)
from operations import bodies, events, sessions
from tables.columns import ScopedByOffice

_BELONGING: tuple[type[ScopedByOffice], ...] = (
    VerificationCase, Certificate, DeletedCertificate, ImportBatch, ReferenceRecord, ProblemPerson, ReplyText,
    BlankRange, Campaign, Employer, IdentityRequest, Feedback, Notice,
)  # fmt: skip
"""Cases before records, as a decision takes them: nobody waits in a circle."""
LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class Contact:
    """How an office is reached: holders read it beside whatever the office decides."""

    phone: str = ""
    address: str = ""
    hours: str = ""


NOT_TOLD = Contact()


def reached(actor: Actor, permission: Permission, office_id: int) -> Office:
    """Return the office if the permission carries to it; raises NotFound otherwise, as for one that does not exist."""
    office = db.session.get(Office, office_id)
    if office is None or not actor.reaches(permission, office.place):
        raise NotFound("没有这个机构，可能已经不归您管理")
    return office


def below(actor: Actor, permission: Permission) -> list[Office]:
    """Return the open offices within the actor's reach, the tree's order."""
    if actor.place is None or not actor.may(permission):
        return []
    query = select(Office).where(Office.within(actor.place), Office.closed_at.is_(None))
    near = [office for office in db.session.scalars(query) if actor.reaches(permission, office.place)]
    return sorted(near, key=lambda office: (len(office.place.lineage), office.id))


def create(
    actor: Actor,
    name: str,
    kind: OfficeKind,
    parent: Office | None,
    password_hash: str,
    *,
    series: list[str] | None = None,
    region_code: str | None = None,
    contact: Contact = NOT_TOLD,
) -> Office:
    """Create an office with its awarding body (usual aliases) and its default account."""
    bodies.one_change_at_a_time()
    name = normalizing.text(name)
    _refuse_misplaced(name, kind, parent, series or [])
    if region_code and not (len(region_code) == 6 and region_code.isascii() and region_code.isdigit()):
        raise FieldProblem("region_code", "区划代码是 6 位数字")
    office = Office(name=name, kind=kind, parent_id=parent.id if parent else None, title_series=series or [])
    office.region_code = region_code or None
    _set_contact(office, contact)
    db.session.add(office)
    db.session.flush()
    _stand_below(office, parent)
    _name_as_body(actor, office)
    events.record(actor, "create_office", ("office", office.id), f"新建机构“{name}”（{kind.label}）")
    _open_default_account(office, password_hash)
    return office


def _refuse_name(name: str) -> None:
    """The default account signs in by the office's name, so both have to be free."""
    if not name:
        raise FieldProblem("name", "还没有填机构名称")
    if len(name) > LONGEST_NAME:
        raise FieldProblem("name", f"机构名称最多 {LONGEST_NAME} 个字")
    if Office.named(name) or db.session.scalar(select(StaffUser.id).filter_by(username=name)):
        raise FieldProblem("name", f"已经有“{name}”了，请换一个名称")


def _refuse_misplaced(name: str, kind: OfficeKind, parent: Office | None, series: list[str]) -> None:
    _refuse_name(name)
    if parent is not None and parent.closed_at:
        raise FieldProblem("parent", f"“{parent.name}”已经停用，请选别的上级")
    if parent is not None and parent.kind not in kind.parents:
        raise FieldProblem("kind", f"{kind.label}机构不能建在“{parent.name}”（{parent.kind.label}）下面")
    if parent is None and kind in (OfficeKind.COUNTY, OfficeKind.SERIES):
        raise FieldProblem("parent", f"{kind.label}机构要建在市职改办下面，请先选上级")
    if kind is OfficeKind.SERIES and not series:
        raise FieldProblem("series", "市直系列机构要写明管哪些职称系列")


def _stand_below(office: Office, parent: Office | None) -> None:
    region, city = (parent.region_office_id, parent.city_office_id) if parent else (None, None)
    office.region_office_id = office.id if office.kind is OfficeKind.REGION else region
    office.city_office_id = office.id if office.kind is OfficeKind.CITY else city


def _name_as_body(actor: Actor, office: Office) -> None:
    if not bodies.known_body(office.name):
        bodies.add_body(actor, office, office.name, bodies.usual_names(office.name)[1:])


def _open_default_account(office: Office, password_hash: str) -> None:
    db.session.add(
        StaffUser(
            username=office.name, display_name=office.name, office_id=office.id, role=Role.DEFAULT_ACCOUNT,
            password_hash=password_hash, must_change_password=True,
        )
    )  # fmt: skip
    db.session.flush()


def _set_contact(office: Office, contact: Contact) -> None:
    office.phone, office.address, office.hours = contact.phone or None, contact.address or None, contact.hours or None


def change(actor: Actor, office: Office, *, name: str, contact: Contact, series: list[str]) -> None:
    """Rename an office or change how it is reached; its old name stays an alias of its awarding body."""
    name = normalizing.text(name)
    if name != office.name:
        _rename(actor, office, name)
    if office.kind is OfficeKind.SERIES and not series:
        raise FieldProblem("series", "市直系列机构要写明管哪些职称系列")
    before = _reached_by(office)
    office.title_series = series
    _set_contact(office, contact)
    db.session.flush()
    after = _reached_by(office)
    changes = {label: [before[label], after[label]] for label in after if before[label] != after[label]}
    events.record(
        actor, "change_office", ("office", office.id), f"修改机构“{office.name}”的信息", changes=changes or None
    )


def _reached_by(office: Office) -> dict[str, str]:
    series = "、".join(office.title_series)
    contact = {"联系电话": office.phone, "地址": office.address, "办公时间": office.hours}
    return {label: value or "" for label, value in contact.items()} | {"管的职称系列": series}


def _rename(actor: Actor, office: Office, name: str) -> None:
    bodies.one_change_at_a_time()
    _refuse_name(name)
    old, office.name = office.name, name
    default = db.session.scalar(select(StaffUser).filter_by(office_id=office.id, role=Role.DEFAULT_ACCOUNT))
    if default is not None:
        default.username = default.display_name = name
        sessions.end_all(default)
    bodies.follow_office(actor, office, old)
    events.record(actor, "rename_office", ("office", office.id), f"机构“{old}”改名为“{name}”")


def move(actor: Actor, office: Office, parent: Office) -> None:
    """Put an office below another one; all that belongs to it moves along."""
    if office.kind not in (OfficeKind.COUNTY, OfficeKind.SERIES):
        raise DomainError("只有县区和市直系列机构可以换上级")
    if parent.kind not in office.kind.parents or parent.closed_at:
        raise FieldProblem("parent", f"“{parent.name}”不能做“{office.name}”的上级，请选一个市职改办")
    bodies.one_change_at_a_time()
    office.parent_id = parent.id
    _stand_below(office, parent)
    db.session.flush()
    for table in _BELONGING:
        _carry(table, office.place)
    events.record(actor, "move_office", ("office", office.id), f"机构“{office.name}”划归“{parent.name}”")


def _carry(table: type[ScopedByOffice], place: Place) -> None:
    values = {"city_office_id": place.city_office_id, "region_office_id": place.region_office_id}
    db.session.execute(
        update(table).where(table.office_id == place.office_id).values(**values),
        execution_options={"synchronize_session": "fetch"},
    )


def close(actor: Actor, office: Office, reason: str) -> None:
    """Close an office that answers for nothing any more; its records and its history stay."""
    if actor.place and actor.place.office_id == office.id:
        raise DomainError("不能停用自己所在的机构，请由上级来停用")
    if not reason.strip():
        raise FieldProblem("reason", "请写明为什么停用")
    _refuse_needed(office)
    office.closed_at = now()
    for user in db.session.scalars(select(StaffUser).filter_by(office_id=office.id, disabled_at=None)):
        user.disabled_at = now()
        sessions.end_all(user)
    db.session.flush()
    events.record(actor, "close_office", ("office", office.id), f"停用机构“{office.name}”", reply=reason)


def _refuse_needed(office: Office) -> None:
    open_below = (
        select(func.count()).select_from(Office).where(Office.parent_id == office.id, Office.closed_at.is_(None))
    )
    if db.session.scalar(open_below):
        raise DomainError(f"“{office.name}”下面还有没停用的机构，请先停用或划走它们")
    waiting = select(VerificationCase.id).where(
        VerificationCase.office_id == office.id,
        VerificationCase.decided_at.is_(None),
        VerificationCase.deleted_at.is_(None),
    )
    if db.session.scalar(waiting.limit(1)):
        raise DomainError(f"“{office.name}”还有没审完的证书，请先审完或转办")
    if db.session.scalar(
        select(AwardingBody.id).where(AwardingBody.office_id == office.id, AwardingBody.name != office.name)
    ):
        raise DomainError(f"“{office.name}”还归口着别的授予单位，请先把它们划给别的职改办")
