"""Links that go out by mail: each works once and not for ever, and a newer one of its kind ends the older."""

from __future__ import annotations

import secrets

from sqlalchemy import select, update

from domain.errors import DomainError
from domain.ways_in import Purpose
from encryption import fingerprint
from extensions import db
from models import Holder, MailedLink, now


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


def end_all(holder: Holder) -> None:
    """End every open link of the holder, of whatever kind."""
    still_open = (MailedLink.holder_id == holder.id, MailedLink.used_at.is_(None))
    db.session.execute(update(MailedLink).where(*still_open).values(used_at=now()))


def waiting(holder: Holder, purpose: Purpose) -> MailedLink | None:
    """Return the holder's link of this kind that still works."""
    query = select(MailedLink).filter_by(holder_id=holder.id, purpose=purpose.name, used_at=None)
    return db.session.scalar(query.where(MailedLink.expires_at > now()))


def opened(token: str, purpose: Purpose) -> tuple[MailedLink, Holder]:
    """Return the link and whose it is; looking does not use it up."""
    return _working(token, purpose, locked=False)


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
