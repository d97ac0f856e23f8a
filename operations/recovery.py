"""找回密码: a link mailed to the holder's address, good for one new password within half an hour."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from domain.errors import DomainError
from encryption import fingerprint
from extensions import db
from models import Holder, MailedLink, now
from operations import accounts, events, throttle
from operations.accounts import Attempt

RESET_PASSWORD = "reset_password"  # noqa: S105 - the purpose of a link
RESET_WITHIN = timedelta(minutes=30)
PER_ACCOUNT, PER_ADDRESS = 3, 10
"""So many mails within fifteen minutes; beyond them nothing is sent and nothing is said."""
OF_ACCOUNT, OF_ADDRESS = "recovery_account", "recovery_address"


class DeadLink(DomainError):
    """The link was used, ran out, was followed by a newer one, or never existed: all the same to whoever asks."""

    def __init__(self) -> None:
        super().__init__("这个网址已经用过、过期，或者后来又发过新的邮件。请用最新的一封，或重新发一封")


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into the mail, and where to."""

    name: str
    email: str
    token: str


def ask(login: str, address: str) -> Letter | None:
    """Return the letter to send; none where nobody can sign in by this login or it was asked for too often."""
    holder = accounts.holder_by_login(login)
    if holder is not None:
        db.session.refresh(holder, with_for_update={"key_share": True})
    subject = accounts.subject_of(Attempt("holder", login, address))
    if not _counted(subject, address) or holder is None or not holder.is_active:
        return None
    return Letter(holder.name, holder.email, _new_link(holder))


def _counted(subject: str, address: str) -> bool:
    """Count one more mail unless there were enough; an unknown login counts like an account."""
    if throttle.failures(OF_ACCOUNT, subject) >= PER_ACCOUNT or throttle.failures(OF_ADDRESS, address) >= PER_ADDRESS:
        return False
    throttle.fail(OF_ACCOUNT, subject)
    throttle.fail(OF_ADDRESS, address)
    return True


def _new_link(holder: Holder) -> str:
    """Return a fresh token; older links of the holder stop working."""
    _use_up(holder)
    token = secrets.token_urlsafe(32)
    db.session.add(
        MailedLink(
            holder_id=holder.id, purpose=RESET_PASSWORD, fingerprint=fingerprint(token),
            expires_at=now() + RESET_WITHIN,
        )
    )  # fmt: skip
    db.session.flush()
    return token


def _use_up(holder: Holder) -> None:
    open_ones = (
        MailedLink.holder_id == holder.id, MailedLink.purpose == RESET_PASSWORD, MailedLink.used_at.is_(None)
    )  # fmt: skip
    db.session.execute(update(MailedLink).where(*open_ones).values(used_at=now()))


def holder_of(token: str) -> Holder:
    """Return whose password the link may set; looking does not use it up."""
    link = db.session.scalar(select(MailedLink).filter_by(fingerprint=fingerprint(token), purpose=RESET_PASSWORD))
    if link is None or link.used_at or link.expires_at < now():
        raise DeadLink
    holder = db.session.get_one(Holder, link.holder_id)
    if not holder.is_active:
        raise DeadLink
    return holder


def reset(token: str, password_hash: str) -> None:
    """Set the new password and end all sessions; who had the link reads the mail, so the address is confirmed too."""
    holder = _locked_holder_of(token)
    _use_up(holder)
    accounts.set_password(holder, password_hash)
    events.record(holder.actor, "recover_password", ("holder", holder.id), "找回密码")
    if holder.email_confirmed_at is None:
        holder.email_confirmed_at = now()
        events.record(holder.actor, "confirm_email", ("holder", holder.id), "确认邮箱")


def change_password(holder: Holder, password_hash: str) -> None:
    """Change one's own password; a link that lies in the mailbox would undo it, so it stops working."""
    _use_up(holder)
    accounts.change_password(holder, password_hash)


def _locked_holder_of(token: str) -> Holder:
    """Look again once the holder's row is locked: of two who press the button together, one comes too late."""
    db.session.refresh(holder_of(token), with_for_update={"key_share": True})
    db.session.expire_all()
    return holder_of(token)
