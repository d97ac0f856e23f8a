"""What holds for every account: signing in, and changing one's own password."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select

from domain import normalizing
from domain.access import Actor, Place, Role
from domain.errors import DomainError, FieldProblem
from domain.identifiers import IdProblem, MobileProblem, mobile, parse_id
from domain.passwords import FIRST_PASSWORD_LASTS, check_password
from domain.ways_in import GIVEN_PASSWORD, OWN_PASSWORD, RECOVERED_WHEN_DUE, Change
from encryption import fingerprint
from extensions import db
from models import Account, EmployerUser, Holder, KnownDevice, Office, StaffUser, now
from operations import events, sessions, throttle, ways_in
from operations.passwords import fits
from operations.throttle import Limit

PER_ACCOUNT, PER_ADDRESS = 5, 20
ASK_AFTER = 2
WRONG = "账号或密码不对"
LONGEST_NAME = 50
WAIT = "试错的次数太多了，请 15 分钟后再试；忘了密码的，重设以后就可以用新密码登录，不用等"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in: at which door, as whom, from where. `device` is what the browser is known by, if it is."""

    door: str
    login: str
    address: str
    device: str = ""


def subject_of(attempt: Attempt) -> str:
    """Return what a try counts against: a holder under whichever of the three logins, else the login as it was typed.

    A browser that the account has signed in from before has a count of its own: whoever guesses elsewhere shuts nobody
    out of it, and has no more tries by it.
    """
    account = DOORS[attempt.door].find(attempt.login)
    known = attempt.device and _device_of(account, attempt.device)
    if known:
        return _subject_of_device(known)
    found = account if attempt.door == "holder" else None
    return f"holder number {found.id}" if found else f"{attempt.door}:{_as_found(attempt.login)}"


def _device_of(account: Account | None, token: str) -> int | None:
    """Return the account's known browser of this token; asked for a stranger too, so that the time tells nothing."""
    kind, number = (account.prefix, account.id) if account else ("", 0)
    whose = {"account_kind": kind, "account_id": number, "fingerprint": fingerprint(token)}
    return db.session.scalar(select(KnownDevice.id).filter_by(**whose))


def _subject_of_device(device_id: int) -> str:
    return f"known device {device_id}"


def unlock(account: Account) -> None:
    """Forget what counts against the account, wherever it was tried from."""
    throttle.forgive("account", subject_of(attempt_of(account, "")))
    devices = select(KnownDevice.id).filter_by(account_kind=account.prefix, account_id=account.id)
    for device_id in db.session.scalars(devices):
        throttle.forgive("account", _subject_of_device(device_id))


def _as_found(login: str) -> str:
    """Return a login as an account is found by it: another way to write a number is no other account."""
    typed = normalizing.code(login)
    with suppress(IdProblem):
        return parse_id(typed, now().date()).number
    with suppress(MobileProblem):
        return mobile(typed)
    return typed


def asks_challenge(attempt: Attempt, always: bool) -> bool:
    """Whether this try has to bring a 验证码: after two failures of the account or the address, or always."""
    return always or max(throttle.failures("account", subject_of(attempt)), _of_address(attempt)) >= ASK_AFTER


def locked(attempt: Attempt) -> bool:
    """Five failures in fifteen minutes for an account, twenty for an address; whether the account exists or not."""
    return throttle.failures("account", subject_of(attempt)) >= PER_ACCOUNT or _of_address(attempt) >= PER_ADDRESS


def _of_address(attempt: Attempt) -> int:
    return throttle.failures("address", attempt.address)


def reserve(attempt: Attempt) -> int:
    """Count the try before the password is looked at and return which one it is; 0 where it has to wait.

    Who comes in gets it back.
    """
    holder = holder_by_login(attempt.login) if attempt.door == "holder" else None
    if holder is not None:
        _let_due_password_take_effect(holder)
    subject = subject_of(attempt)
    taken = throttle.take(Limit("account", subject, PER_ACCOUNT), Limit("address", attempt.address, PER_ADDRESS))
    return throttle.failures("account", subject) if taken else 0


def _let_due_password_take_effect(holder: Holder) -> None:
    if holder.next_password_hash and holder.next_password_from and holder.next_password_from <= now():
        set_password(holder, holder.next_password_hash, RECOVERED_WHEN_DUE)


def give_back(attempt: Attempt) -> None:
    """Take a try off both counts: its password was right, what is still missing counts by itself."""
    throttle.give_back("account", subject_of(attempt))
    throttle.give_back("address", attempt.address)


def refusal(attempt: Attempt) -> str:
    """Return the sentence for a try that failed, the same for a wrong password and an unknown account."""
    log.warning("sign-in failed at the %s door from %s", attempt.door, attempt.address)
    left = PER_ACCOUNT - throttle.failures("account", subject_of(attempt))
    return WAIT if left <= 0 else f"{WRONG}。再试 {left} 次会锁定 15 分钟，{DOORS[attempt.door].way_out}。"


def wrong_present(account: Account, attempt: Attempt, number: int) -> str:
    """Note that the present password was typed wrong by somebody signed in, as at the door; return what to say."""
    if number in (1, PER_ACCOUNT):
        told = "现在的密码输错了" if number == 1 else f"现在的密码连续输错 {number} 次，锁定 15 分钟"
        events.record(account.actor, "fail_password", (_table(account), account.id), told)
    log.warning("present password wrong of %s from %s", account.get_id(), attempt.address)
    left = PER_ACCOUNT - number
    return WAIT if left <= 0 else f"现在的密码不对。再试 {left} 次会锁定 15 分钟，{DOORS[attempt.door].way_out}。"


def right_present(attempt: Attempt) -> None:
    """Take the try back: the password was right, so those before it were its owner's mistakes."""
    throttle.forgive("account", subject_of(attempt))
    throttle.give_back("address", attempt.address)


def note_failure(attempt: Attempt, number: int) -> None:
    """Leave an event of a window's first failure and of the one that locks: two at most, whoever tries how often.

    The one that shuts a whole address out is told at the top too: an office behind it may be waiting. Somebody who does
    not exist leaves the same, so that the time tells nothing. What was typed is never kept: it may be a password in the
    wrong field, or an ID number.
    """
    if _of_address(attempt) >= PER_ADDRESS:
        stranger = Actor(Role.PUBLIC, name="未登录", place=_top())
        told = f"来自 {attempt.address} 的登录 15 分钟内失败了 {PER_ADDRESS} 次，这个网络地址 15 分钟内不能登录"
        events.record(stranger, "fail_sign_in", (DOORS[attempt.door].table, None), told)
    if number not in (1, PER_ACCOUNT):
        return
    door = DOORS[attempt.door]
    account = door.find(attempt.login)
    whose = f"账户“{account.actor.name}”" if account else "不存在的账户"
    told = "登录失败" if number == 1 else f"连续 {number} 次登录失败，锁定 15 分钟"
    top = _top() if attempt.door == "staff" else None
    stranger = Actor(Role.PUBLIC, name="未登录", place=account.actor.place if account else top)
    subject = (door.table, account.id if account else None)
    events.record(stranger, "fail_sign_in", subject, f"{whose}{told}，来自 {attempt.address}")


def _top() -> Place | None:
    """Return where a failure is told that is no office's own: at the top."""
    top = db.session.scalar(select(Office).filter_by(parent_id=None).order_by(Office.id).limit(1))
    return top.place if top else None


def signed_in(account: Account, attempt: Attempt, verified_hash: str, device: str = "") -> str:
    """Open a session and return its key; raises if the password was changed or the account closed since the check."""
    db.session.refresh(account)
    if account.password_hash != verified_hash or not account.is_active:
        raise DomainError(f"{WRONG}，请重新输入")
    failed = throttle.failures("account", subject_of(attempt)) - 1
    throttle.forgive("account", subject_of(attempt))
    throttle.give_back("address", attempt.address)
    account.last_signed_in_at = now()
    summary = f"登录，之前 15 分钟内有 {failed} 次失败" if failed > 0 else "登录"
    events.record(account.actor, "sign_in", (_table(account), account.id), summary)
    return sessions.open_for(account, device)


def staff_by_login(login: str) -> StaffUser | None:
    return db.session.scalar(select(StaffUser).filter_by(username=normalizing.text(login)))


def employer_by_login(login: str) -> EmployerUser | None:
    return _employers_user(login, Role.EMPLOYER)


def employer_staff_by_login(login: str) -> EmployerUser | None:
    return _employers_user(login, Role.EMPLOYER_STAFF)


def _employers_user(login: str, role: Role) -> EmployerUser | None:
    return db.session.scalar(select(EmployerUser).filter_by(username=normalizing.text(login), role=role))


def holder_by_login(login: str) -> Holder | None:
    """Return the holder whose ID number, e-mail or mobile this is."""
    typed = normalizing.code(login)
    if "@" in typed:
        return Holder.with_email(typed)
    try:
        found = Holder.with_id_number(parse_id(typed, now().date()).number)
    except IdProblem:
        found = None
    return found or _by_mobile(typed)


def _by_mobile(typed: str) -> Holder | None:
    try:
        return Holder.with_mobile(mobile(typed))
    except MobileProblem:
        return None


@dataclass(frozen=True, slots=True)
class Door:
    """A way in: to which accounts, how they are found, and what to do who forgot the password."""

    table: str
    find: Callable[[str], Account | None]
    way_out: str


DOORS = {
    "staff": Door("staff_user", staff_by_login, "忘了密码请找本单位管理员重置"),
    "holder": Door("holder", holder_by_login, "可以先找回密码"),
    "employer": Door("employer_user", employer_by_login, "忘了密码请找开通账户的职改办重置"),
    "employer_staff": Door("employer_user", employer_staff_by_login, "忘了密码请用单位账户登录，给您重置"),
}


def recognised(account: Account | None, password: str) -> Account | None:
    """Return the account if the password fits and it may come in; takes as long where there is none."""
    fit = fits(account.password_hash if account else None, password)
    return account if account is not None and fit and account.is_active else None


def lapsed(account: Account) -> bool:
    """Whether the account still has a password that was handed out, and nobody used it in time."""
    if not isinstance(account, StaffUser | EmployerUser):
        return False
    return account.password_expires_at is not None and account.password_expires_at < now()


def lapsed_sentence(account: Account) -> str:
    """Return what to do; said only to who brought the right password."""
    if account.actor.role is Role.DEFAULT_ACCOUNT:
        way_out = "请上级职改办在“用户管理”里重置，或由管服务器的人用命令 reset-password 重置"
    else:
        way_out = DOORS[attempt_of(account, "").door].way_out.removeprefix("忘了密码")
    return f"这个初始密码 {FIRST_PASSWORD_LASTS.days} 天没有用，已经失效。{way_out}"


def change_password(account: Account, password_hash: str, session_key: str = "") -> None:
    """Take a new password; of the account's sessions only the one that has this key goes on."""
    set_password(account, password_hash, OWN_PASSWORD, but=session_key)


def set_password(
    account: Account,
    password_hash: str,
    change: Change,
    *,
    but: str = "",
    actor: Actor | None = None,
    summary: str = "",
) -> None:
    """Set it, end all that was pending with the one before, and unlock: who guessed at the old one knows nothing."""
    take_password(account, password_hash)
    unlock(account)
    ways_in.changed(account, change, but=but, actor=actor, summary=summary)


def take_password(account: Account, password_hash: str) -> None:
    """Set a password that is its owner's own: it need not be changed and does not lapse."""
    account.password_hash = password_hash
    if not isinstance(account, Holder):
        account.must_change_password, account.password_expires_at = False, None
    db.session.flush()


def attempt_of(account: Account, address: str, device: str = "") -> Attempt:
    """Return the try that whoever is signed in makes by typing the present password: it counts as at their door."""
    match account:
        case Holder():
            return Attempt("holder", account.id_number, address, device)
        case EmployerUser():
            return Attempt(account.role.value, account.username, address, device)
        case StaffUser():
            return Attempt("staff", account.username, address, device)
    raise TypeError(type(account))


def set_single_keys(user: StaffUser, wanted: bool) -> None:
    """Let single keys decide on the case page, or not."""
    if user.single_keys == wanted:
        return
    user.single_keys = wanted
    summary = f"{'打开' if wanted else '关闭'}单键操作"
    events.record(user.actor, "change_settings", ("staff_user", user.id), summary)


def _table(account: Account) -> str:
    return str(account.__tablename__)


def refuse_weak(password: str, repeated: str, *, names: list[str], office_default: str) -> None:
    """Raise what is wrong with a new password; see domain.passwords for the rule."""
    if password != repeated:
        raise FieldProblem("repeated", "两次输入的密码不一样，请重新输入")
    check_password(password, account_names=names, forbidden=[office_default])


def refuse_present(password_hash: str, password: str) -> None:
    """Raise if the new password is the one in use: whoever knows that one would know the new one. Slow."""
    if fits(password_hash, password):
        raise FieldProblem("password", "这就是现在的密码，请换一个没有用过的")


def refuse_names(table: type[StaffUser] | type[EmployerUser], username: str, display_name: str) -> None:
    """Raise what is wrong with the names of an account to be."""
    if not 2 <= len(username) <= LONGEST_NAME:
        raise FieldProblem("username", f"登录名要 2 到 {LONGEST_NAME} 个字")
    refuse_display_name(display_name)
    if db.session.scalar(select(table.id).filter_by(username=username)):
        raise FieldProblem("username", f"登录名“{username}”已经有人用了，请换一个")


def refuse_display_name(display_name: str) -> None:
    if not display_name:
        raise FieldProblem("display_name", "还没有填姓名")
    if len(display_name) > LONGEST_NAME:
        raise FieldProblem("display_name", f"姓名最多 {LONGEST_NAME} 个字")


def disable(actor: Actor, account: StaffUser | EmployerUser) -> None:
    """Shut an account out at once."""
    account.disabled_at = now()
    sessions.end_all(account)
    db.session.flush()
    events.record(actor, "disable_account", (_table(account), account.id), f"停用账户“{account.username}”")


def enable(actor: Actor, account: StaffUser | EmployerUser) -> None:
    account.disabled_at = None
    if isinstance(account, StaffUser):
        account.enabled_at = now()
    db.session.flush()
    events.record(actor, "enable_account", (_table(account), account.id), f"启用账户“{account.username}”")


def give_one_time_password(actor: Actor, account: StaffUser | EmployerUser, password_hash: str) -> None:
    """Set a password that has to be changed at the next sign-in, within fourteen days."""
    summary = f"重置账户“{account.username}”的密码"
    set_password(account, password_hash, GIVEN_PASSWORD, actor=actor, summary=summary)
    account.must_change_password, account.password_expires_at = True, now() + FIRST_PASSWORD_LASTS
    db.session.flush()
