"""找回密码 by the security question: ID number, mobile and answer together, five tries, and a day to stop it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.ways_in import NEW_PASSWORD, RECOVERED_AT_ONCE
from extensions import db
from models import Holder, now
from operations import accounts, events, holders, mailed_links, telling, throttle
from operations.passwords import fits
from operations.recovery import Letter
from operations.throttle import Limit

TRIES, PER_ADDRESS = 5, 20
WINDOW = timedelta(days=1)
TOO_OFTEN = "试的次数太多了，请 24 小时后再试，或用邮箱找回密码"
TOLD = """有人用身份证号、手机号和密保答案给您的账号设了新密码，24 小时后生效。
是您本人设的，不用管；想马上用，请打开发到您邮箱的那封邮件。
不是您本人，请马上修改密码，那个新密码就不会生效。"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says about an account, as it is stored: whoever knows all three may set a password."""

    id_number: str
    mobile: str
    answer: str
    address: str


def reserve(claim: Claim) -> bool:
    """Count the try before it is looked at, whether there is such an account or not; False where it is one too many."""
    return throttle.take(_of_account(claim), Limit("answer_address", claim.address, PER_ADDRESS), window=WINDOW)


def _of_account(claim: Claim) -> Limit:
    return Limit("answer", claim.id_number, TRIES)


def tries_left(claim: Claim) -> int:
    limit = _of_account(claim)
    return limit.most - throttle.failures(limit.kind, limit.subject, WINDOW)


def holder_who_fits(claim: Claim) -> Holder | None:
    """Return the holder if all three are right; takes as long where there is none."""
    holder = Holder.with_id_number(claim.id_number)
    answered = fits(holder.security_answer_hash if holder else None, holders.normalised_answer(claim.answer))
    return holder if holder and answered and holder.mobile == claim.mobile and holder.is_active else None


def keep_new_password(holder: Holder, password_hash: str, claim: Claim) -> Letter:
    """Let the new password wait for its day; return the letter by which it is used at once, or stopped."""
    token = mailed_links.new(holder, NEW_PASSWORD)
    holder.next_password_hash, holder.next_password_from = password_hash, now() + NEW_PASSWORD.within
    throttle.forgive("answer", claim.id_number)
    throttle.give_back("answer_address", claim.address)
    telling.leave(holder, "有人用密保问题给您的账号设了新密码", TOLD)
    events.record(holder.actor, "answer_question", ("holder", holder.id), "用密保问题设新密码，24 小时后生效")
    return Letter(holder.name, holder.email, token)


def use_now(token: str) -> None:
    """Let the new password take effect at once: who has the link reads the account's mail."""
    _, holder = mailed_links.take(token, NEW_PASSWORD)
    assert holder.next_password_hash is not None, "the link dies with the password it was sent for"
    accounts.set_password(holder, holder.next_password_hash, RECOVERED_AT_ONCE)


def stop(token: str) -> None:
    """Drop the new password; the one in use stays."""
    _, holder = mailed_links.take(token, NEW_PASSWORD)
    holder.next_password_hash = holder.next_password_from = None
    db.session.flush()
    events.record(holder.actor, "stop_new_password", ("holder", holder.id), "停掉密保找回的新密码")
