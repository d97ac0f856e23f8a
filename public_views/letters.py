"""Mails that the two faces send: at once, or beside the answer where the answer must not show what was sent."""

from __future__ import annotations

from threading import Thread

from flask import current_app

import mailing

POSTMAN = "postman"


def send(to: str, subject: str, body: str) -> bool:
    return mailing.send(current_app.config, to, subject, body)


def send_beside(to: str, subject: str, body: str) -> None:
    """Send while the page answers already: waiting for the mail server would show which accounts exist."""
    config = current_app.config
    Thread(target=mailing.send, args=(config, to, subject, body), name=POSTMAN).start()
