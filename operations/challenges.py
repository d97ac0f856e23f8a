"""验证码: four digits to read from a picture, or a plain question to answer instead. Each is good for one try."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete

from domain import normalizing
from extensions import db
from models import Challenge, now

LIFETIME = timedelta(minutes=10)


def pose() -> Challenge:
    """Add a new challenge; those that have run out are cleared away."""
    db.session.execute(delete(Challenge).where(Challenge.expires_at < now()))
    digits = f"{secrets.randbelow(10_000):04d}"
    challenge = Challenge(
        token=secrets.token_hex(16), digits=digits, sum_answer=_sum_of(digits), expires_at=now() + LIFETIME
    )
    db.session.add(challenge)
    db.session.flush()
    return challenge


def question(challenge: Challenge) -> str:
    """Return the plain-text alternative for those who cannot read the picture."""
    first, second = _parts(challenge.digits)
    return f"{_in_words(first)}加{_in_words(second)}等于几"


def answered(token: str, answer: str) -> bool:
    """Whether the picture or the question was answered; the challenge is used up either way."""
    challenge = db.session.get(Challenge, token, with_for_update=True)
    if challenge is None:
        return False
    given, right = normalizing.code(answer), (challenge.digits, challenge.sum_answer)
    in_time = challenge.expires_at > now()
    db.session.delete(challenge)
    db.session.flush()
    return in_time and given in right


def _parts(digits: str) -> tuple[int, int]:
    return int(digits[:2]) % 10 + 1, int(digits[2:]) % 10 + 1


def _sum_of(digits: str) -> str:
    return str(sum(_parts(digits)))


def _in_words(number: int) -> str:
    return "零一二三四五六七八九十"[number]
