"""A change of a way into an account: what it ends, who is told, and the event it leaves (domain/ways_in.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from domain import letters
from domain.access import Actor
from domain.background import MAIL
from domain.identifiers import mask_mobile
from domain.ways_in import CONFIRM_EMAIL, Change, Pending
from extensions import db
from models import Account, Holder, SecondFactor
from operations import account_news, background, events, mailed_links, sessions, telling

WORDS_OF_ADDRESS = "{address}"
"""Stands in a mail for the address of its page until it is sent: no request is at hand here that knows the host."""


def changed(
    account: Account,
    change: Change,
    *,
    but: str = "",
    actor: Actor | None = None,
    summary: str = "",
    differs: dict[str, list[str]] | None = None,
) -> None:
    """End all that is pending and all sessions `but` one, tell the account, and leave an event.

    `differs`: what stood there before and stands there now, where that may be said.
    """
    unconfirmed = _waits_for_first_confirmation(account)
    end_pending(account, but)
    events.record(
        actor or account.actor, change.action, (str(account.__tablename__), account.id), summary or change.summary,
        changes=differs,
    )  # fmt: skip
    _tell(account, change, but, next(iter((differs or {}).values()), ["", ""]))
    if isinstance(account, Holder) and unconfirmed and account.email_confirmed_at is None:
        _send_first_confirmation(account)


def end_pending(account: Account, but: str = "") -> None:
    """End everything by which somebody could still come in or change a way in without the password of now."""
    for end in ENDS.values():
        end(account, but)
    db.session.flush()


def _end_links(account: Account, _: str) -> None:
    if isinstance(account, Holder):
        mailed_links.end_all(account)


def _drop_waiting_password(account: Account, _: str) -> None:
    if isinstance(account, Holder):
        account.next_password_hash = account.next_password_from = None


def _drop_waiting_factor(account: Account, _: str) -> None:
    if account.prefix == "staff":
        unproved = update(SecondFactor).filter_by(staff_user_id=account.id)
        db.session.execute(unproved.values(next_secret=None, next_drawn_at=None))


ENDS: dict[Pending, Callable[[Account, str], None]] = {
    Pending.FIRST_CONFIRMATION: _end_links,
    Pending.WAITING_EMAIL: _end_links,
    Pending.STOP_EMAIL: _end_links,
    Pending.RESET_PASSWORD: _end_links,
    Pending.WAITING_PASSWORD: _drop_waiting_password,
    Pending.WAITING_FACTOR: _drop_waiting_factor,
    Pending.OTHER_SESSIONS: sessions.end_all,
}


def _waits_for_first_confirmation(account: Account) -> bool:
    link = mailed_links.waiting(account, CONFIRM_EMAIL) if isinstance(account, Holder) else None
    return link is not None and link.email is None


def _send_first_confirmation(holder: Holder) -> None:
    token = mailed_links.new(holder, CONFIRM_EMAIL)
    body = letters.CONFIRM_BODY.format(name=holder.name, address=WORDS_OF_ADDRESS)
    mail(holder, holder.email, letters.CONFIRM_SUBJECT, body, ("registration.confirm_page", {"token": token}))


def _tell(account: Account, change: Change, but: str, values: list[str]) -> None:
    if not isinstance(account, Holder):
        words = f"{account_news.moment_words()}，{change.others or change.body}"
        account_news.leave(account, change.way.value, words, but)
        return
    before, after = (mask_mobile(one) if one.isdigit() else one for one in values)
    body = change.body.format(before=before, after=after)
    telling.leave(account, change.title, body)
    own = (account.id_number, account.mobile)
    subject, words = letters.by_mail(account.name, change.title, body, WORDS_OF_ADDRESS, own)
    for to in dict.fromkeys((before if "@" in before else account.email, account.email)):
        mail(account, to, subject, words, ("messages.inbox", {}))


def mail(holder: Holder, to: str, subject: str, body: str, page: tuple[str, dict[str, Any]]) -> None:
    """Write a mail down whose words hold the address of this page; the worker's caretaker notices that it waits."""
    background.ask_for(holder.actor, MAIL, {"to": to, "subject": subject, "body": body, "page": list(page)})
