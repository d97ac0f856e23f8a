"""Links that go out by mail: each works once and not for ever, and a newer one of its kind ends the older."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from domain.errors import DomainError
from encryption import fingerprint
from extensions import db
from models import Holder, MailedLink, now


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link is for, how long it works, and what to do where it works no longer."""

    name: str
    within: timedelta
    way_out: str


CONFIRM_EMAIL = Purpose("confirm_email", timedelta(days=7), "请登录后到“个人中心”重新发送")
RESET_PASSWORD = Purpose("reset_password", timedelta(minutes=30), "请用最新的一封，或重新发一封")
NEW_PASSWORD = Purpose("new_password", timedelta(hours=24), "新密码可能已经生效或被停掉，请登录试一试，或重新找回")


class DeadLink(DomainError):
    """The link was used, ran out, was followed by a newer one, or never existed: all the same to whoever asks."""

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(f"这个网址已经用过、过期，或者后来又发过新的邮件。{purpose.way_out}")
        self.purpose = purpose


def new(holder: Holder, purpose: Purpose, email: str | None = None) -> str:
    """Return a fresh token; of several asked for at once the last one works. `email`: the address it proves."""
    db.session.refresh(holder, with_for_update={"key_share": True})
    use_up(holder, purpose)
    token = secrets.token_urlsafe(32)
    db.session.add(
        MailedLink(
            holder_id=holder.id, purpose=purpose.name, fingerprint=fingerprint(token),
            expires_at=now() + purpose.within, email=email,
        )
    )  # fmt: skip
    db.session.flush()
    return token


def use_up(holder: Holder, *purposes: Purpose) -> None:
    """End the holder's open links of these kinds."""
    names = [purpose.name for purpose in purposes]
    of_holder = (MailedLink.holder_id == holder.id, MailedLink.purpose.in_(names), MailedLink.used_at.is_(None))
    db.session.execute(update(MailedLink).where(*of_holder).values(used_at=now()))


def holder_of(token: str, purpose: Purpose) -> Holder:
    """Return whose link it is; looking does not use it up."""
    return _working(token, purpose, locked=False)[1]


def take(token: str, purpose: Purpose) -> tuple[MailedLink, Holder]:
    """Use the link up; of two who press its button together, one comes too late."""
    link, holder = _working(token, purpose, locked=True)
    link.used_at = now()
    db.session.flush()
    return link, holder


def _working(token: str, purpose: Purpose, *, locked: bool) -> tuple[MailedLink, Holder]:
    query = select(MailedLink).filter_by(fingerprint=fingerprint(token), purpose=purpose.name)
    link = db.session.scalar(query.with_for_update().execution_options(populate_existing=True) if locked else query)
    holder = db.session.get(Holder, link.holder_id) if link else None
    if link is None or holder is None or link.used_at or link.expires_at < now() or not holder.is_active:
        raise DeadLink(purpose)
    return link, holder
