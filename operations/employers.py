"""Employers and their accounts: an office lets an employer in, and its account lets in the staff under it."""

from __future__ import annotations

from sqlalchemy import select

from domain import normalizing
from domain.access import Actor, Permission, Role
from domain.errors import DomainError, FieldProblem, NotFound
from extensions import db
from models import Employer, EmployerUser, Office, now
from operations import accounts, events, sessions

LONGEST_NAME = 100


def reached(actor: Actor, employer_id: int) -> Employer:
    """Return the employer if the actor's office answers for it; raises NotFound otherwise."""
    employer = db.session.get(Employer, employer_id)
    if employer is None or not actor.reaches(Permission.EMPLOYERS, employer.office.place):
        raise NotFound("没有这个单位，可能已经不归您管理")
    return employer


def open_employer(
    actor: Actor, office: Office, name: str, username: str, display_name: str, password_hash: str
) -> Employer:
    """Let an employer in with an account that must change its first password."""
    name = normalizing.text(name)
    if not 2 <= len(name) <= LONGEST_NAME:
        raise FieldProblem("name", f"单位名称要 2 到 {LONGEST_NAME} 个字")
    if db.session.scalar(select(Employer.id).filter_by(name=name)):
        raise FieldProblem("name", f"“{name}”已经开通过单位账户")
    if office.closed_at:
        raise FieldProblem("office", f"“{office.name}”已经停用，请另选一个机构")
    employer = Employer(name=name)
    employer.belong_to(office.place)
    db.session.add(employer)
    db.session.flush()
    events.record(actor, "open_employer", ("employer", employer.id), f"开通单位“{name}”")
    _open_account(actor, employer, Role.EMPLOYER, username, display_name, password_hash)
    return employer


def _open_account(
    actor: Actor, employer: Employer, role: Role, username: str, display_name: str, password_hash: str
) -> EmployerUser:
    username, display_name = normalizing.text(username), normalizing.text(display_name)
    accounts.refuse_names(EmployerUser, username, display_name)
    user = EmployerUser(
        username=username, display_name=display_name, employer_id=employer.id, role=role, password_hash=password_hash
    )
    db.session.add(user)
    db.session.flush()
    events.record(
        actor, "open_account", ("employer_user", user.id), f"为“{employer.name}”新建账户“{username}”（{role.label}）"
    )
    return user


def close(actor: Actor, employer: Employer) -> None:
    """Shut out all accounts of an employer at once."""
    employer.closed_at = now()
    for user in employer.users:
        sessions.end_all(user)
    db.session.flush()
    events.record(actor, "close_employer", ("employer", employer.id), f"停用单位“{employer.name}”")


def reopen(actor: Actor, employer: Employer) -> None:
    if employer.office.closed_at:
        raise DomainError(f"“{employer.office.name}”已经停用，单位不能再启用")
    employer.closed_at = None
    db.session.flush()
    events.record(actor, "reopen_employer", ("employer", employer.id), f"启用单位“{employer.name}”")


def reset_password(actor: Actor, employer: Employer, password_hash: str) -> None:
    """Give the employer's own account a one-time password; its staff's are its own to reset."""
    accounts.give_one_time_password(actor, employer.main_account, password_hash)


# What the employer's own account does for its staff.


def own_employer(actor: Actor) -> Employer:
    return db.session.get_one(Employer, actor.employer_id)


def own_staff(actor: Actor, user_id: int) -> EmployerUser:
    """Return an account of the employer's staff; raises NotFound for anybody else's, and for the employer's own."""
    user = db.session.get(EmployerUser, user_id)
    mine = user is not None and actor.may(Permission.EMPLOYER_USERS) and user.employer_id == actor.employer_id
    if user is None or not mine or user.role is not Role.EMPLOYER_STAFF:
        raise NotFound("没有这个账户，可能已经不归您管理")
    return user


def open_staff_account(actor: Actor, username: str, display_name: str, password_hash: str) -> EmployerUser:
    return _open_account(actor, own_employer(actor), Role.EMPLOYER_STAFF, username, display_name, password_hash)
