"""The second factor of staff: set up, asked for at the door, recovery codes, taken off."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from sqlalchemy import delete, func, select, update

from domain import second_factor as rules
from domain.access import Actor, Permission, Role
from domain.errors import DomainError, FieldProblem, NotAllowed
from domain.second_factor import DIGITS, RECOVERY_CODES, STEP_SECONDS, STEPS_OFF, FactorState
from domain.ways_in import FACTOR_TAKEN, NEW_FACTOR, NEW_RECOVERY_CODES, NO_FACTOR
from extensions import db
from models import RecoveryCode, SecondFactor, StaffUser, now
from operations import account_news, accounts, events, throttle, ways_in
from operations.passwords import fits, hashed_drawn
from operations.throttle import Limit

SET_UP_WITHIN = timedelta(minutes=30)
"""So long a secret waits to be proved by a code; then another one is drawn."""
ISSUER = "证书在线审验"
WRONG = "这 6 位数字不对，或者已经用过了。请等手机上换出新的一组再填；总是不对的，请把手机的时间设成自动校准"
CODES, MOST_A_DAY, A_DAY = "code", 30, timedelta(days=1)
"""Who knows the password and tries on and on, a few codes each quarter of an hour, would find one in the end."""
TOO_MANY = "一天里试错的次数太多了，请明天再试；急用的，请管理员重置密码，用新密码马上可以再试"
WRONG_AT_THE_DOOR = f"{WRONG}。手机不在身边，可以填一个恢复码"
DEMANDED = "您的账户必须有二次验证，不能关掉；换手机请用“换一部手机”"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret to be taken over by the telephone: by its address as a picture, or typed in groups."""

    address: str
    grouped: str


def new_codes() -> tuple[list[str], list[str]]:
    """Draw ten recovery codes and return them with their hashes; slow, so ask before the transaction."""
    drawn = [rules.recovery_code(place, secrets.choice) for place in range(RECOVERY_CODES)]
    return drawn, [hashed_drawn(rules.closed_up(code)) for code in drawn]


def draw(user: StaffUser) -> None:
    """Let a fresh secret wait to be proved by a code; the one in use goes on until then."""
    factor = _row(user)
    factor.next_secret, factor.next_drawn_at = pyotp.random_base32(), now()
    db.session.flush()


def _row(user: StaffUser) -> SecondFactor:
    """Return the account's row, its account locked: whatever is done to one factor is done one after another."""
    db.session.execute(select(StaffUser.id).filter_by(id=user.id).with_for_update())
    factor = db.session.get(SecondFactor, user.id, populate_existing=True)
    if factor is None:
        factor = SecondFactor(staff_user_id=user.id, last_step=0)
        db.session.add(factor)
    return factor


def waiting(user: StaffUser) -> NewSecret | None:
    """Return the secret that waits to be proved, or None where none does any more."""
    factor = db.session.get(SecondFactor, user.id)
    if factor is None or not _waits(factor):
        return None
    code = _generator(factor.next_secret or "")
    return NewSecret(code.provisioning_uri(name=user.username, issuer_name=ISSUER), rules.grouped(code.secret))


def _waits(factor: SecondFactor) -> bool:
    drawn_at = factor.next_drawn_at
    return factor.next_secret is not None and drawn_at is not None and now() - drawn_at <= SET_UP_WITHIN


def _generator(secret: str) -> pyotp.TOTP:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)


def step_of(secret: str, typed: str, at: float | None = None) -> int:
    """Return the step that a code belongs to, one early or late taken too; 0 where it belongs to none."""
    if not rules.is_time_code(typed):
        return 0
    try:
        at = time.time() if at is None else at
        return _generator(secret).verify_and_get_timecode(typed, for_time=at, valid_window=STEPS_OFF)
    except pyotp.OTPVerificationError:
        return 0


def set_up(user: StaffUser, typed: str, code_hashes: list[str], session_key: str) -> None:
    """Take the waiting secret into use once a code proves it; the other sessions end, the codes have to be noted next."""
    factor = _row(user)
    if not _waits(factor):
        raise DomainError("这一页放得太久了，请重新开始设置，再扫一次新的图")
    step = step_of(factor.next_secret or "", rules.closed_up(typed))
    if not step:
        raise FieldProblem("code", WRONG)
    was_there = factor.secret is not None
    factor.secret, factor.next_secret, factor.next_drawn_at = factor.next_secret, None, None
    factor.last_step, factor.set_up_at = step, now()
    _keep_codes(user, code_hashes)
    ways_in.changed(user, NEW_FACTOR, but=session_key, summary="换了一部手机做二次验证" if was_there else "")


def hand_over(user: StaffUser, secret: str, code_hashes: list[str]) -> None:
    """Give an account a factor that is set up already, with a secret its owner knows: for the demonstration."""
    factor = _row(user)
    factor.secret, factor.set_up_at = secret, now()
    _keep_codes(user, code_hashes)
    noted(user)


def renew_codes(user: StaffUser, code_hashes: list[str], session_key: str) -> None:
    """Replace the recovery codes; those of before open nothing any more."""
    if user.factor_state is FactorState.NONE:
        raise DomainError("还没有设置二次验证，没有恢复码")
    _row(user)
    _keep_codes(user, code_hashes)
    ways_in.changed(user, NEW_RECOVERY_CODES, but=session_key)


def _keep_codes(user: StaffUser, code_hashes: list[str]) -> None:
    db.session.execute(delete(RecoveryCode).filter_by(staff_user_id=user.id))
    rows = [RecoveryCode(staff_user_id=user.id, place=at, code_hash=one) for at, one in enumerate(code_hashes)]
    db.session.add_all(rows)
    user.factor_state = FactorState.UNNOTED
    db.session.flush()


def noted(user: StaffUser) -> None:
    """The owner says that the codes are noted: nothing is held back any more."""
    if user.factor_state is FactorState.UNNOTED:
        user.factor_state = FactorState.SET_UP
        db.session.flush()


def codes_left(user: StaffUser) -> int:
    query = select(func.count()).select_from(RecoveryCode).filter_by(staff_user_id=user.id, used_at=None)
    return db.session.scalar(query) or 0


def recovery_code_of(user: StaffUser, typed: str) -> tuple[int, str] | None:
    """Return number and hash of the unused recovery code that was typed; slow, so ask before the transaction."""
    parts = rules.recovery_parts(typed)
    if parts is None:
        return None
    place, code = parts
    row = db.session.scalar(select(RecoveryCode).filter_by(staff_user_id=user.id, place=place, used_at=None))
    return (row.id, row.code_hash) if row is not None and fits(row.code_hash, code) else None


def told_apart_by(user: StaffUser) -> tuple[str, str]:
    """Return what is another one as soon as the secret or the recovery codes are: for a fingerprint, never to be shown."""
    factor = db.session.get(SecondFactor, user.id, populate_existing=True)
    first = select(RecoveryCode.code_hash).filter_by(staff_user_id=user.id, place=0)
    return (factor.secret or "" if factor else "", db.session.scalar(first) or "")


def reserve(user: StaffUser) -> bool:
    """Count a try against the password it follows; no once a day's wrong codes are used up, until there is another."""
    return throttle.take(Limit(CODES, _follows(user), MOST_A_DAY), window=A_DAY)


def give_back(user: StaffUser) -> None:
    throttle.give_back(CODES, _follows(user))


def _follows(user: StaffUser) -> str:
    return f"{user.id} {user.password_hash}"


def takes(user: StaffUser, typed: str, recovery: tuple[int, str] | None) -> bool:
    """Take a code from the telephone, or the recovery code that fits, and never again; no if it is neither."""
    if recovery is not None:
        return _use_up(user, recovery)
    factor = db.session.get(SecondFactor, user.id)
    step = step_of(factor.secret, rules.closed_up(typed)) if factor and factor.secret else 0
    fresh = update(SecondFactor).where(SecondFactor.staff_user_id == user.id, SecondFactor.last_step < step)
    return bool(step) and _changed_one(fresh.values(last_step=step))


def _use_up(user: StaffUser, recovery: tuple[int, str]) -> bool:
    number, code_hash = recovery
    unused = update(RecoveryCode).filter_by(id=number, code_hash=code_hash, used_at=None)
    if not _changed_one(unused.values(used_at=now())):
        return False
    summary = f"用恢复码登录，还剩 {codes_left(user)} 个"
    events.record(user.actor, "use_recovery_code", ("staff_user", user.id), summary)
    return True


def _changed_one(change: object) -> bool:
    """Whether it was this one that changed the row: of two that come together the second finds nothing left."""
    done = db.session.execute(change, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    return bool(done.rowcount == 1)


def note_failure(user: StaffUser, attempt: accounts.Attempt, number: int, caused_by: str) -> None:
    """Leave an event of a window's first wrong code and of the one that locks, and tell the owner: the password is known."""
    if number not in (1, accounts.PER_ACCOUNT):
        return
    told = "二次验证没有通过" if number == 1 else f"连续 {number} 次没有通过，锁定 15 分钟"
    stranger = Actor(Role.PUBLIC, name="未登录", place=user.actor.place)
    summary = f"账户“{user.display_name}”密码对，{told}，来自 {attempt.address}"
    events.record(stranger, "fail_second_factor", ("staff_user", user.id), summary)
    words = f"{account_news.moment_words()}，有人用对了您的密码，但没有通过二次验证。不是您本人，请马上修改密码。"
    account_news.leave(user, "wrong_code", words, caused_by)


def take_off_own(user: StaffUser, session_key: str) -> None:
    """Give up one's own where none is demanded."""
    if user.second_factor_demanded:
        raise NotAllowed(DEMANDED)
    _take_off(user)
    ways_in.changed(user, NO_FACTOR, but=session_key)


def take_off(actor: Actor, user: StaffUser) -> None:
    """Take it off somebody who lost telephone and codes: an administrator of the office or above, never one's own."""
    if actor.id == user.id and actor.role.is_office:
        raise NotAllowed("自己的二次验证请在“个人设置”里办；手机和恢复码都没有了，请另一位管理员或上级来取消")
    if not actor.reaches(Permission.SECOND_FACTORS, user.office.place):
        raise NotAllowed("取消二次验证请找本单位或上级的职改办管理员")
    _take_off(user)
    ways_in.changed(user, FACTOR_TAKEN, actor=actor, summary=f"取消账户“{user.username}”的二次验证")


def _take_off(user: StaffUser) -> None:
    if user.factor_state is FactorState.NONE:
        raise DomainError("这个账户没有设置二次验证，可能刚刚取消了")
    factor = _row(user)
    db.session.delete(factor)
    db.session.execute(delete(RecoveryCode).filter_by(staff_user_id=user.id))
    user.factor_state = FactorState.NONE
    db.session.flush()
