"""Mails that leave beside the answer: nobody waits for the mail server, and a mail that could not go is sent later."""

from __future__ import annotations

from flask import current_app

import mailing
from domain.access import Actor
from domain.background import MAIL
from jobs.running import Run, TryLater, work_of
from models import BackgroundJob
from operations import background

AWAY = "邮件服务器暂时连不上，系统会自己再试"


def ask_for(actor: Actor, to: str, subject: str, body: str) -> BackgroundJob:
    """Write a mail down in the running transaction; `jobs.wake` sends it."""
    return background.ask_for(actor, MAIL, {"to": to, "subject": subject, "body": body})


@work_of(MAIL)
def send(run: Run) -> None:
    if not mailing.send(current_app.config, **run.payload):
        raise TryLater(AWAY)
