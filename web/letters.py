"""Mails that are sent while the page waits, so that it can offer to send them again; others go through jobs.mail."""

from __future__ import annotations

from flask import current_app

import mailing


def send(to: str, subject: str, body: str) -> bool:
    try:
        return mailing.send(current_app.config, to, subject, body)
    except mailing.NoSuchAddress:
        return False
