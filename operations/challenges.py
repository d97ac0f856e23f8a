"""验证码: four signs to read from a picture, or a question in plain words to answer instead. Each is good for one try.

What is asked travels encrypted in the form itself: a page that is only looked at writes nothing. Written down is what was
answered, so that no answer counts twice.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from domain import normalizing
from encryption import keyring
from extensions import db
from models import Challenge, now

LIFETIME = timedelta(minutes=10)
PASS_LIFETIME = timedelta(minutes=30)
SIGNS = "3478ACDEFHJKMNPRTWXY"
"""No two of these are taken for one another in a small picture."""
_PURPOSE = "captcha:"
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_NUMERALS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was put to somebody: the signs of the picture, the question beside it and its answer; a pass asks nothing.

    `bound_to` holds the visitor's own secret: in another browser the same form is worth nothing. A pass names its form too.
    """

    nonce: str
    bound_to: str
    until: int
    signs: str = ""
    question: str = ""
    answer: str = ""

    @property
    def is_over(self) -> bool:
        return now().timestamp() > self.until

    def sealed(self) -> str:
        plain = [self.nonce, self.bound_to, self.until, self.signs, self.question, self.answer]
        words = _PURPOSE + json.dumps(plain, ensure_ascii=False)
        return base64.urlsafe_b64encode(keyring.encrypt(words.encode())).decode().rstrip("=")


def pose(bound_to: str) -> Asked:
    """Return something new to ask this visitor."""
    question, answer = secrets.choice(_QUESTIONS)()
    signs = "".join(secrets.choice(SIGNS) for _ in range(4))
    return Asked(secrets.token_hex(16), bound_to, _until(LIFETIME), signs, question, str(answer))


def passed(bound_to: str) -> Asked:
    """Return what stands in the form of somebody who has answered, until the form is taken."""
    return Asked(secrets.token_hex(16), bound_to, _until(PASS_LIFETIME))


def _until(lifetime: timedelta) -> int:
    return int((now() + lifetime).timestamp())


def opened(token: str, bound_to: str) -> Asked | None:
    """Return what a form brings back; None where it is not ours, run out, or another visitor's."""
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        plain = keyring.decrypt(sealed).decode()
    except (InvalidTag, ValueError, binascii.Error):
        return None
    if not plain.startswith(_PURPOSE):
        return None
    asked = Asked(*json.loads(plain.removeprefix(_PURPOSE)))
    return None if asked.is_over or asked.bound_to != bound_to else asked


def answers(asked: Asked, given: str, *, picture_only: bool = False) -> bool:
    """Whether the picture was read, or the question answered, in digits or in words."""
    plain = normalizing.code(given).upper().replace(" ", "")
    if not plain or not asked.signs:
        return False
    in_question = plain in (asked.answer, in_words(int(asked.answer)))
    return plain == asked.signs or (in_question and not picture_only)


def use_up(asked: Asked) -> bool:
    """Note that it was answered; of several at the same moment one is the first. What has run out is cleared away."""
    db.session.execute(delete(Challenge).where(Challenge.expires_at < now()))
    insert = _INSERT[db.session.get_bind().dialect.name](Challenge).on_conflict_do_nothing()
    row = {"token": asked.nonce, "expires_at": datetime.fromtimestamp(asked.until, UTC)}
    return db.session.connection().execute(insert, row, execution_options={"preserve_rowcount": True}).rowcount > 0


# The questions: several forms, two digits to answer, so that a guess is one of ninety.


def _between(low: int, high: int) -> int:
    return low + secrets.randbelow(high - low + 1)


def in_words(number: int) -> str:
    """Write a number below a hundred as it is spoken."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def _sum() -> tuple[str, int]:
    answer = _between(25, 99)
    part = _between(11, answer - 11)
    return f"{in_words(part)}加上{in_words(answer - part)}，一共是多少", answer


def _difference() -> tuple[str, int]:
    answer = _between(11, 80)
    more = _between(3, 99 - answer)
    return f"{in_words(answer + more)}去掉{in_words(more)}，还剩多少", answer


def _price() -> tuple[str, int]:
    price, pieces, more = _between(3, 9), _between(3, 9), _between(1, 9)
    return (
        f"一本{in_words(price)}元的书买{in_words(pieces)}本，再付{in_words(more)}元邮费，要付多少元",
        price * pieces + more,
    )


def _age() -> tuple[str, int]:
    answer, younger = _between(20, 90), _between(3, 17)
    return f"弟弟今年{in_words(answer - younger)}岁，哥哥比他大{in_words(younger)}岁，哥哥今年几岁", answer


_QUESTIONS: tuple[Callable[[], tuple[str, int]], ...] = (_sum, _difference, _price, _age)
