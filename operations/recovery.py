"""找回密码 by mail: a link to the holder's address, good for one new password within half an hour."""

from __future__ import annotations

from dataclasses import dataclass

from domain.ways_in import RECOVERED_BY_MAIL, RESET_PASSWORD
from models import Holder, now
from operations import accounts, events, mailed_links, throttle
from operations.accounts import Attempt
from operations.throttle import Limit

PER_ACCOUNT, PER_ADDRESS = 3, 10
"""So many mails within fifteen minutes; beyond them nothing is sent and nothing is said."""


SUBJECT = "重设密码（证书在线审验）"
BODY = """{name}，您好：

有人在“证书在线审验”为您的账号申请重设密码。请打开下面的网址，设一个新密码：

{address}

网址 30 分钟内有效，只能用一次；又申请了新的邮件，这一封就失效了。
不是您本人申请的，不用理会这封邮件，密码不会变。请不要把网址转给别人。
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes into the mail, and where to."""

    name: str
    email: str
    token: str


def may_ask(login: str, address: str) -> bool:
    """Count one more mail that is asked for, whoever's it would be; False where it is one too many."""
    subject = accounts.subject_of(Attempt("holder", login, address))
    return throttle.take(
        Limit("recovery_account", subject, PER_ACCOUNT), Limit("recovery_address", address, PER_ADDRESS)
    )


def letter_for(login: str) -> Letter | None:
    """Return the letter to send; none where nobody can sign in by this login."""
    holder = accounts.holder_by_login(login)
    if holder is None or not holder.is_active:
        return None
    return Letter(holder.name, holder.email, mailed_links.new(holder, RESET_PASSWORD))


def holder_of(token: str) -> Holder:
    """Return whose password the link may set; looking does not use it up."""
    return mailed_links.holder_of(token, RESET_PASSWORD)


def reset(token: str, password_hash: str) -> None:
    """Set the new password and end all sessions; who had the link reads the mail, so the address is confirmed too."""
    _, holder = mailed_links.take(token, RESET_PASSWORD)
    if holder.email_confirmed_at is None:
        holder.email_confirmed_at = now()
        events.record(holder.actor, "confirm_email", ("holder", holder.id), "确认邮箱")
    accounts.set_password(holder, password_hash, RECOVERED_BY_MAIL)
