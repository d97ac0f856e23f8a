"""Office accounts: opening, disabling, resetting, and giving or taking the role 职改办管理员."""

from __future__ import annotations

from sqlalchemy import func, select

from domain import normalizing
from domain.access import Actor, Permission, Role
from domain.errors import DomainError, FieldProblem, NotAllowed, NotFound
from extensions import db
from models import Office, StaffUser
from operations import accounts, events, sessions

GIVEN = (Role.STAFF, Role.ADMIN)


def reached(actor: Actor, user_id: int) -> StaffUser:
    """Return the account if the actor's user administration carries to it; raises NotFound otherwise."""
    user = db.session.get(StaffUser, user_id)
    if user is None or not actor.reaches(Permission.USERS, user.office.place):
        raise NotFound("没有这个账户，可能已经不归您管理")
    return user


def open_account(
    actor: Actor, office: Office, username: str, display_name: str, role: Role, password_hash: str
) -> StaffUser:
    """Open an account that must change its first password."""
    username, display_name = normalizing.text(username), normalizing.text(display_name)
    accounts.refuse_names(StaffUser, username, display_name)
    if role not in GIVEN:
        raise FieldProblem("role", "角色只能是工作人员或职改办管理员")
    if office.closed_at:
        raise FieldProblem("office", f"“{office.name}”已经停用，不能再建账户")
    user = StaffUser(
        username=username, display_name=display_name, office_id=office.id, role=role, password_hash=password_hash
    )
    db.session.add(user)
    db.session.flush()
    events.record(
        actor, "open_account", ("staff_user", user.id), f"为“{office.name}”新建账户“{username}”（{role.label}）"
    )
    return user


def give_role(actor: Actor, user: StaffUser, role: Role) -> None:
    """Make a clerk an administrator or the other way; the account has to sign in again."""
    _refuse_own(actor, user, "不能改自己的角色，请让另一位管理员来改")
    if user.role is Role.DEFAULT_ACCOUNT:
        raise NotAllowed("机构默认账户只管本机构的用户，不能改成别的角色；请另建账户")
    if user.role is role or role not in GIVEN:
        return
    if role is Role.STAFF:
        _refuse_last_admin(user)
    before, user.role = user.role, role
    sessions.end_all(user)
    db.session.flush()
    changes = {"角色": [before.label, role.label]}
    events.record(
        actor, "give_role", ("staff_user", user.id), f"“{user.display_name}”改为{role.label}", changes=changes
    )


def disable(actor: Actor, user: StaffUser) -> None:
    """Shut an account out at once."""
    _refuse_own(actor, user, "不能停用自己的账户")
    _refuse_last_admin(user)
    accounts.disable(actor, user)


def enable(actor: Actor, user: StaffUser) -> None:
    if user.office.closed_at:
        raise DomainError(f"“{user.office.name}”已经停用，账户不能再启用")
    accounts.enable(actor, user)


def reset_password(actor: Actor, user: StaffUser, password_hash: str) -> None:
    """Give an account a one-time password, to be changed at the next sign-in."""
    _refuse_own(actor, user, "自己的密码请在“修改密码”里改")
    accounts.give_one_time_password(actor, user, password_hash)


def rename(actor: Actor, user: StaffUser, display_name: str) -> None:
    display_name = normalizing.text(display_name)
    accounts.refuse_display_name(display_name)
    before, user.display_name = user.display_name, display_name
    db.session.flush()
    changes = {"姓名": [before, display_name]}
    events.record(actor, "rename_account", ("staff_user", user.id), f"账户“{user.username}”改姓名", changes=changes)


def _refuse_own(actor: Actor, user: StaffUser, sentence: str) -> None:
    if actor.id == user.id and actor.role.is_office:
        raise NotAllowed(sentence)
    if user.role is Role.DEFAULT_ACCOUNT and actor.role is Role.DEFAULT_ACCOUNT:
        raise NotAllowed("机构默认账户请由上级来管理")


def _refuse_last_admin(user: StaffUser) -> None:
    """Two administrators who take each other's role at once wait here for each other."""
    db.session.execute(select(Office.id).filter_by(id=user.office_id).with_for_update(key_share=True))
    others = select(func.count()).select_from(StaffUser).where(
        StaffUser.office_id == user.office_id,
        StaffUser.role == Role.ADMIN,
        StaffUser.disabled_at.is_(None),
        StaffUser.id != user.id,
    )  # fmt: skip
    if user.role is Role.ADMIN and not db.session.scalar(others):
        raise DomainError("这是最后一位管理员，请先指定另一位")
