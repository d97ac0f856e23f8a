"""Which passwords are refused: too short, too long, easily guessed, or made from the account itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from unicodedata import normalize

from domain.errors import FieldProblem

SHORTEST, LONGEST = 8, 64

FIRST_PASSWORD_LASTS = timedelta(days=14)
"""So long a password that somebody else handed out waits for its first use."""

HINT = f"{SHORTEST}—{LONGEST} 位，字母、数字、符号、汉字都可以，不要用姓名、生日或手机号"

_WORDS = """
a aa aaa ab abc abcd abcde abcdef abcdefg abcdefgh q qq qw qwe qwer qwert qwerty qwertyui qwertyuiop
asd asdf asdfg asdfgh asdfghjk asdfghjkl z zx zxc zxcv zxcvb zxcvbn zxcvbnm qaz qazwsx qazwsxedc wsx
password passw0rd p@ssword p@ssw0rd pass passwd pwd mima wodemima admin administrator root guest user test
login welcome master superman dragon monkey letmein iloveyou loveyou lovely sunshine princess football baseball
computer internet windows china beijing nanning guangxi qinzhou lingshan pubei gxqz zhongguo
woaini woaiwo aini woaita woaiziji woaiwojia woaibaobao woaimama wozuiai wobuaini tamade nihao nihaoma baobei
baobao laopo laogong mama baba xiaoxiao wang wangwei zhang zhangwei zhangsan li liwei lisi liu chen yang huang zhao
haha hahaha hehe wo ni ta yi wow xyz lol ok zhigaiban zhicheng zhengshu shenyan renshiju laoshi jiaoshi yisheng gongchengshi
密码 我爱你
"""
_NUMBERS = """
0 00 000 1 11 111 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890 0123456789 123123 123321 112233 321
4321 54321 654321 7654321 87654321 987654321 147258 147258369 159357 159753 258369 1314 520 521 1314520 5201314
5211314 13145200 520520 5201314520 1314521 666 6666 666666 888 8888 888888 88888888 168 168168 518518 999 9999
999999 110 119120 110110 12580 10086 100200 101010 2000 2008 2010 2011 2012 2013 2014 2015 2016 2017 2018 2019 2020
2021 2022 2023 2024 2025 2026 1980 1985 1990 5505013 07715505013 741852963 963852741 789456123 456789 789789 1q2w3e
1q2w3e4r 1q2w3e4r5t 1qaz 1qaz2wsx 1qaz2wsx3edc 2wsx zaq1xsw2 q1w2e3 q1w2e3r4 a1b2c3 a1b2c3d4 asd123 qwe123 abc123
123abc 123qwe 123asd 123456a 11223344 1122334455 131420 5201314 13579 24680 246810 @ !
"""
_ROWS = (
    "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6y7u8i9o0p", "147258369", "147852369",
    "qwertyuiopasdfghjklzxcvbnm",
)  # fmt: skip
_WALKS = (*_ROWS, *(row[::-1] for row in _ROWS))

_PIECES = frozenset((*_WORDS.split(), *_NUMBERS.split(), ""))
"""The habits people have: one of these alone, or two of them beside each other."""

_repeated = re.compile(r"(.{1,4}?)\1+.?", re.DOTALL)
_FEWEST_SIGNS = 2
_LEFT_TO_GUESS = 4
"""A password made from a name needs at least so many signs besides."""


def check_password(password: str, *, account_names: Iterable[str], forbidden: Iterable[str]) -> None:
    """Raise a FieldProblem unless it may be the password; `forbidden` are first passwords that offices hand out."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise FieldProblem("password", f"密码要 {SHORTEST}—{LONGEST} 位，现在是 {len(password)} 位")
    if any(_is_made_from(password, name) for written in account_names for name in _names(written)):
        raise FieldProblem("password", "密码里主要是账号、姓名、证件号、手机号或邮箱，别人容易猜到，请换一个")
    if any(_is_made_from(password, first) for first in forbidden):
        raise FieldProblem("password", "这是单位的初始密码，请换一个自己的密码")
    if _is_common(password):
        raise FieldProblem("password", "这个密码很多人在用，容易被猜到，请换一个")


def _is_common(password: str) -> bool:
    plain = normalize("NFKC", password).casefold()
    if len(set(plain)) <= _FEWEST_SIGNS or _repeated.fullmatch(plain) or _is_a_day(plain):
        return True
    return any(plain in walk for walk in _WALKS) or _is_two_pieces(plain) or _is_two_pieces(_key(plain))


def _is_two_pieces(plain: str) -> bool:
    return any(plain[:cut] in _PIECES and plain[cut:] in _PIECES for cut in range(len(plain)))


def _is_a_day(digits: str) -> bool:
    """Whether it is a date of eight digits, which is mostly somebody's birthday."""
    if not (len(digits) == 8 and digits.isascii() and digits.isdigit() and digits[:2] in ("19", "20")):
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _names(written: str) -> tuple[str, ...]:
    """An e-mail address is guessed by its local part too."""
    local, at, _ = written.rpartition("@")
    return (written, local) if at else (written,)


def _is_made_from(password: str, name: str) -> bool:
    """Whether it is the name or a piece of it, or the name with hardly anything besides."""
    if password == name:
        return True
    guess, known = _key(password), _key(name)
    if len(known) < 2:
        return False
    return (guess != "" and guess in known) or len(guess.replace(known, "")) < min(_LEFT_TO_GUESS, len(guess))


def _key(word: str) -> str:
    """Letters and digits only, without regard to case or width."""
    return "".join(sign for sign in normalize("NFKC", word).casefold() if sign.isalnum())
