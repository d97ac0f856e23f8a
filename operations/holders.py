"""Holders: registering, confirming the e-mail, reading messages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from domain import normalizing
from domain.errors import DomainError, FieldProblem
from domain.identifiers import IdDocument
from encryption import fingerprint
from extensions import db
from models import Holder, MailedLink, Message, id_digest, mobile_digest, now
from operations import events

CONFIRM_EMAIL = "confirm_email"
CONFIRM_WITHIN = timedelta(days=7)
TAKEN_ID = "这个身份证号已经注册过，请直接登录，或用“忘记密码”找回；不是您注册的，请致电职改办解除占用"
TAKEN_OTHER = "这个{what}已经注册过，请换一个，或用它登录"


@dataclass(frozen=True, slots=True)
class Registration:
    """What a new holder gave, checked for form; hashes were made before the transaction."""

    name: str
    document: IdDocument
    mobile: str
    email: str
    region_code: str
    password_hash: str
    security_question: str
    security_answer_hash: str


def register(registration: Registration) -> Holder:
    """Add a holder; ID number, mobile and e-mail register once each."""
    given = registration
    if Holder.with_id_number(given.document.number):
        raise FieldProblem("id_number", TAKEN_ID)
    if Holder.with_email(given.email):
        raise FieldProblem("email", TAKEN_OTHER.format(what="邮箱"))
    if Holder.with_mobile(given.mobile):
        raise FieldProblem("mobile", TAKEN_OTHER.format(what="手机号"))
    holder = Holder(
        name=given.name, id_number=given.document.number, id_digest=id_digest(given.document.number),
        id_kind=given.document.kind, mobile=given.mobile, mobile_digest=mobile_digest(given.mobile),
        email=given.email.strip().lower(), region_code=given.region_code, password_hash=given.password_hash,
        security_question=given.security_question, security_answer_hash=given.security_answer_hash,
    )  # fmt: skip
    db.session.add(holder)
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise _taken(str(clash.orig)) from clash
    events.record(holder.actor, "register", ("holder", holder.id), "注册")
    return holder


def _taken(clash: str) -> FieldProblem:
    """Name the field of which somebody else was faster; both engines name its column."""
    for field, what in (("email", "邮箱"), ("mobile", "手机号")):
        if field in clash:
            return FieldProblem(field, TAKEN_OTHER.format(what=what))
    return FieldProblem("id_number", TAKEN_ID)


def new_confirming_link(holder: Holder) -> str:
    """Return a fresh token for the confirming mail; older ones stop working."""
    older = (MailedLink.holder_id == holder.id, MailedLink.purpose == CONFIRM_EMAIL, MailedLink.used_at.is_(None))
    db.session.execute(update(MailedLink).where(*older).values(used_at=now()))
    token = secrets.token_urlsafe(32)
    db.session.add(
        MailedLink(
            holder_id=holder.id, purpose=CONFIRM_EMAIL, fingerprint=fingerprint(token),
            expires_at=now() + CONFIRM_WITHIN,
        )
    )  # fmt: skip
    db.session.flush()
    return token


def confirm_email(token: str) -> Holder:
    """Confirm the address the link was sent to; a link works once."""
    link = db.session.scalar(
        select(MailedLink).filter_by(fingerprint=fingerprint(token), purpose=CONFIRM_EMAIL).with_for_update()
    )
    if link is None or link.used_at or link.expires_at < now():
        raise DomainError("这个确认链接已经用过或过期了，请登录后重新发送")
    link.used_at = now()
    holder = db.session.get_one(Holder, link.holder_id)
    holder.email_confirmed_at = holder.email_confirmed_at or now()
    db.session.flush()
    events.record(holder.actor, "confirm_email", ("holder", holder.id), "确认邮箱")
    return holder


def unread(holder_id: int) -> int:
    query = select(func.count()).select_from(Message).filter_by(holder_id=holder_id, read_at=None)
    return db.session.scalar(query) or 0


def inbox(holder_id: int, limit: int = 100) -> list[Message]:
    query = select(Message).filter_by(holder_id=holder_id).order_by(Message.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def mark_read(holder_id: int) -> None:
    """Note all messages of the holder as read."""
    unread_ones = update(Message).where(Message.holder_id == holder_id, Message.read_at.is_(None))
    db.session.execute(unread_ones.values(read_at=now()))


def normalised_answer(answer: str) -> str:
    """Fold a security answer as people repeat it years later: blanks, width and case do not count."""
    return normalizing.code(answer).replace(" ", "").casefold()
