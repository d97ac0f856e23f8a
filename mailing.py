"""Sending mail: through SMTP where it is configured, else into a folder that the development outbox page shows."""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_SECONDS = 15
_NO_SUCH_MAILBOX = {550, 551, 553}


class NoSuchAddress(Exception):
    """The mail server knows that nobody reads this address: sending again would be in vain."""


def send(config: Mapping[str, Any], to: str, subject: str, body: str) -> bool:
    """Send one mail; False where the server is away, so that it can be sent again. Raises NoSuchAddress."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = config["MAIL_FROM"], to, subject
    message.set_content(body)
    if not config["SMTP_HOST"]:
        _keep(outbox(config), message)
        return True
    try:
        _deliver(config, message)
    except smtplib.SMTPRecipientsRefused as refused:
        if all(code in _NO_SUCH_MAILBOX for code, _ in refused.recipients.values()):
            raise NoSuchAddress from refused
        log.error("mail was not sent: the server did not take the address")
        return False
    except (OSError, smtplib.SMTPException) as trouble:
        log.error("mail was not sent: %s", type(trouble).__name__)
        return False
    return True


def _deliver(config: Mapping[str, Any], message: EmailMessage) -> None:
    with smtplib.SMTP(config["SMTP_HOST"], config["SMTP_PORT"], timeout=_SECONDS) as server:
        if config["SMTP_STARTTLS"]:
            server.starttls(context=ssl.create_default_context())
        if config["SMTP_USERNAME"]:
            server.login(config["SMTP_USERNAME"], config["SMTP_PASSWORD"])
        server.send_message(message)


def outbox(config: Mapping[str, Any]) -> Path:
    return Path(config["INSTANCE_PATH"]) / "outbox"


def _keep(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{time.time_ns()}.eml").write_bytes(message.as_bytes())
