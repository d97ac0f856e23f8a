"""Answers the question beside the picture of a 验证码, as somebody who cannot see the picture would."""

from __future__ import annotations

import re
from collections.abc import Callable

_NUMERALS = "零一二三四五六七八九"
_number = "([一二三四五六七八九十]+)"
_FORMS: tuple[tuple[str, Callable[..., int]], ...] = (
    (f"{_number}加上{_number}，一共是多少", lambda one, two: one + two),
    (f"{_number}去掉{_number}，还剩多少", lambda one, two: one - two),
    (f"一本{_number}元的书买{_number}本，再付{_number}元邮费", lambda one, two, more: one * two + more),
    (f"弟弟今年{_number}岁，哥哥比他大{_number}岁", lambda one, two: one + two),
)


def answer_to(page: str) -> str:
    """Return the answer in digits to the question on a page."""
    for form, answer in _FORMS:
        asked = re.search(form, page)
        if asked:
            return str(answer(*map(_read, asked.groups())))
    raise AssertionError("no question is asked here")


def _read(words: str) -> int:
    tens, is_above_ten, ones = words.rpartition("十")
    value = _NUMERALS.index(ones) if ones else 0
    return (10 * (_NUMERALS.index(tens) if tens else 1) if is_above_ten else 0) + value
