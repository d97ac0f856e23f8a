"""The mails that a development server keeps instead of sending. Anywhere else the page does not exist."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from flask import Blueprint, abort, current_app, render_template
from markupsafe import Markup, escape

import mailing
from domain.access import Permission
from web.access import requires

blueprint = Blueprint("outbox", __name__)

NEWEST = 30
_address = re.compile(r"https?://[^\s<>\"]+")


@blueprint.get("/portal/outbox/")
@requires(Permission.SIGN_IN)
def mails() -> str:
    if not in_use():
        abort(404)
    return render_template("public/outbox.html", mails=[_shown(mail) for mail in _newest()])


def in_use() -> bool:
    config = current_app.config
    return bool(config["DEVELOPMENT"]) and not config["SMTP_HOST"]


@blueprint.app_context_processor
def _where_mails_are() -> dict[str, object]:
    return {"outbox_in_use": in_use()}


def _newest() -> list[EmailMessage]:
    files = sorted(mailing.outbox(current_app.config).glob("*.eml"), reverse=True)[:NEWEST]
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def _shown(mail: EmailMessage) -> dict[str, object]:
    return {"to": mail["To"], "subject": mail["Subject"], "body": _linked(mail.get_content())}


def _linked(text: str) -> Markup:
    """Make the addresses in a mail clickable; all the rest is plain text."""
    parts, at = [], 0
    for found in _address.finditer(text):
        parts += [escape(text[at : found.start()]), Markup('<a href="{0}">{0}</a>').format(found.group())]
        at = found.end()
    return Markup().join([*parts, escape(text[at:])])
