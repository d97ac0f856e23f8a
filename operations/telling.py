"""Telling a holder: a message in the portal, and its words by mail, asked for in the transaction that brings the news."""

from __future__ import annotations

from domain.background import MESSAGE_MAIL
from extensions import db
from models import Holder, Message
from operations import background


def tell(holder: Holder, title: str, body: str, case_id: int | None = None) -> None:
    """Leave a message; a confirmed address gets it by mail too. The worker's caretaker notices what waits.

    Who closed the account is told nothing any more.
    """
    if holder.closed_at is not None:
        return
    message = leave(holder, title, body, case_id)
    if holder.email_confirmed_at is not None:
        background.ask_for(holder.actor, MESSAGE_MAIL, subject=("message", message.id))


def leave(holder: Holder, title: str, body: str, case_id: int | None = None) -> Message:
    """Leave a message only: a mail with more to it goes out beside it."""
    message = Message(holder_id=holder.id, case_id=case_id, title=title, body=body)
    db.session.add(message)
    db.session.flush()
    return message
