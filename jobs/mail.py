"""Mails that leave beside the answer: nobody waits for the mail server, and a mail that could not go is sent later."""

from __future__ import annotations

import time
from typing import Any

from flask import current_app

import mailing
from domain import letters
from domain.access import ANYBODY, Actor
from domain.background import MAIL, MESSAGE_MAIL, RECOVERY_MAIL
from domain.errors import DomainError
from extensions import db
from jobs.running import Run, TryLater, work_of
from models import BackgroundJob, Holder, Message
from operations import background, recovery, ways_in

REST_SECONDS = 30.0
"""A mail server that was away is left alone for so long: thousands of mails that wait for it keep no thread from work."""
AWAY = "邮件服务器暂时连不上，系统会自己再试"
UNKNOWN = "邮件服务器说没有这个邮箱，请收件人核对邮箱地址"


class Rest:
    """Until when no message is tried, since the last one found the mail server away."""

    def __init__(self) -> None:
        self._until = 0.0

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        self._until = time.monotonic() + REST_SECONDS


rest = Rest()


def ask_for(actor: Actor, to: str, subject: str, body: str) -> BackgroundJob:
    """Write a mail down in the running transaction; `jobs.wake` sends it."""
    return background.ask_for(actor, MAIL, {"to": to, "subject": subject, "body": body})


TOKEN = "TOKEN"  # noqa: S105 - no password
"""Stands in an address for what only the worker draws."""


def ask_to_recover(login: str, link: str) -> BackgroundJob:
    """Write down that a mail was asked for that leads to a new password; who it is for, if anybody, is looked up later."""
    return background.ask_for(ANYBODY, RECOVERY_MAIL, {"login": login, "link": link})


@work_of(RECOVERY_MAIL)
def send_recovery(run: Run) -> None:
    with run.writing():
        letter = recovery.letter_for(run.payload["login"])
    if letter is not None:
        address = run.payload["link"].replace(TOKEN, letter.token)
        _send(letter.email, recovery.SUBJECT, recovery.BODY.format(name=letter.name, address=address))


@work_of(MAIL)
def send(run: Run) -> None:
    given = run.payload
    body = given["body"]
    if "page" in given:
        body = body.replace(ways_in.WORDS_OF_ADDRESS, _address_of(*given["page"]))
    _send(given["to"], given["subject"], body)


@work_of(MESSAGE_MAIL)
def send_message(run: Run) -> None:
    """Send the words of a message to the address that its holder has by now (operations/telling.py)."""
    message = db.session.get(Message, run.subject_id)
    holder = db.session.get(Holder, message.holder_id) if message else None
    if message is None or holder is None or holder.email_confirmed_at is None or not holder.is_active:
        return
    own = (holder.id_number, holder.mobile)
    subject, body = letters.by_mail(holder.name, message.title, message.body, _address(message), own)
    if rest.goes_on:
        raise TryLater(AWAY)
    try:
        _send(holder.email, subject, body)
    except TryLater:
        rest.begin()
        raise


def _address(message: Message) -> str:
    """Return where the message can be acted on: no page was asked for here, so there is none to take the host from."""
    if message.case_id:
        return _address_of("own_cases.details", {"case_id": message.case_id})
    return _address_of("messages.inbox", {})


def _address_of(endpoint: str, values: dict[str, Any]) -> str:
    return f"{current_app.config['PUBLIC_URL']}{current_app.url_map.bind('').build(endpoint, values)}"


def _send(to: str, subject: str, body: str) -> None:
    try:
        sent = mailing.send(current_app.config, to, subject, body)
    except mailing.NoSuchAddress as nobody:
        raise DomainError(UNKNOWN) from nobody
    if not sent:
        raise TryLater(AWAY)
