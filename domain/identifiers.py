"""Identity documents, mobile numbers and certificate numbers: how they are read, refused and masked.

No sentence here tells what the right check digit would be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from domain import normalizing
from domain.errors import FieldProblem
from domain.vocabulary import Term


class IdKind(Term):
    RESIDENT = "resident", "居民身份证"
    HMT_RESIDENCE = "hmt_residence", "港澳台居民居住证"
    FOREIGN_PERMANENT = "foreign_permanent", "外国人永久居留身份证"
    HK_MACAU_PERMIT = "hk_macau_permit", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "taiwan_permit", "台湾居民来往大陆通行证"
    PASSPORT = "passport", "中国护照"
    FOREIGN_PASSPORT = "foreign_passport", "外国护照"


def is_email(written: str) -> bool:
    """Whether it has the form of an address: a name, one @, a host with a dot inside, no blanks."""
    name, _, host = written.partition("@")
    return bool(name) and "@" not in host and "." in host[1:-1] and written.split() == [written]


class IdProblem(FieldProblem):
    def __init__(self, sentence: str) -> None:
        super().__init__("id_number", sentence)


class MobileProblem(FieldProblem):
    def __init__(self, sentence: str) -> None:
        super().__init__("mobile", sentence)


class IdDocument(NamedTuple):
    """An identity document as it is stored; `converted` when fifteen digits were written."""

    number: str
    kind: IdKind
    birth: date | None = None
    sex: str | None = None
    region_code: str | None = None
    converted: bool = False


class CertificateNumber(NamedTuple):
    """`usual` is at most fifteen digits, leading zeros counting; the portal asks once about any other shape."""

    value: str
    usual: bool


_FORMS = (
    (IdKind.HK_MACAU_PERMIT, re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")),
    (IdKind.TAIWAN_PERMIT, re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]?")),
    (
        IdKind.PASSPORT,
        re.compile(
            r"[EGDSPK][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSP]E[0-9]{7}|KJ[0-9]{7}|MA[0-9]{7}|1[45][0-9]{7}",
        ),
    ),
    (IdKind.FOREIGN_PERMANENT, re.compile(r"[A-Z]{3}[0-9]{12}")),
    (IdKind.FOREIGN_PASSPORT, re.compile(r"(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{5,17}")),
)
"""Documents told apart by form, the first that fits; H and eight digits is always the Hong Kong permit."""

_RESIDENCE_PREFIXES = ("810000", "820000", "830000")
_LIKE_A_RESIDENT_ID = 14
"""So many digits are a resident ID with a slip, never a foreign passport."""

ID_DIGITS = 18
_blanks = re.compile(r"\s+")
_eighteen = re.compile(r"[0-9]{17}[0-9X]")
_resident_in_text = re.compile(
    r"(?<![0-9０-９])[1-9１-９](?:[ \-\u3000]?[0-9０-９]){16}[ \-\u3000]?[0-9０-９XxＸｘ](?![0-9０-９])"
)
_bracketed_letter = re.compile(r"([0-9]{10})\(([A-Z])\)")
_scientific = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{2}")
_digit = re.compile("[0-9]")
_mobile_separators = re.compile(r"[\s\-\u2010-\u2015()]+")
_country_code = re.compile(r"(?:\+|00)?86(?=1[0-9]{10}$)")
_usual_number = re.compile(r"[0-9]{1,15}")
_number_label = re.compile("(?:资格)?(?:证书编号|证书号码|证书号|编号):?")
_NO_NUMBER = frozenset((
    "无", "没有", "无编号", "空", "/", "-", "—", "–", "待定", "待补", "待查", "暂无", "不详", "未知", "遗失", "见附件",
    "N/A", "NA", "NULL", "××",
))  # fmt: skip
_only_zeros = re.compile("0+|#+")
_long_number = re.compile(r"[0-9A-Z*-]{8,}", re.IGNORECASE)


def parse_id(value: str, today: date) -> IdDocument:
    """Read an identity document, or raise an IdProblem that says what to look at."""
    number = value if _eighteen.fullmatch(value) else normalizing.code(value).upper()
    if _eighteen.fullmatch(number):
        return _eighteen_characters(number, today)
    number = _bracketed_letter.sub(r"\1\2", _blanks.sub("", number))
    if _eighteen.fullmatch(number):
        return _eighteen_characters(number, today)
    if len(number) == 15 and number.isascii() and number.isdigit():
        return _fifteen_digits(number)
    for kind, form in _FORMS:
        if form.fullmatch(number) and not _is_slip_of_resident_id(number, kind):
            return IdDocument(number, kind)
    raise IdProblem(_why_unreadable(number))


def check_character(first_seventeen: str) -> str:
    """Compute the last character of GB 11643-1999 (ISO 7064 MOD 11-2)."""
    # The standard's weights are the powers of two modulo 11, and 13 is 2 modulo 11: reading base 13 sums them all.
    return "10X98765432"[2 * int(first_seventeen, 13) % 11]


def mask_id(number: str) -> str:
    """Show the region and the end of a resident ID, two characters at most at either end of anything else."""
    head, tail = {18: (6, 4), 15: (6, 3)}.get(len(number), (2, 2))
    if len(number) < 8:
        head, tail = (1, 2) if len(number) >= 5 else (0, 0)
    return _masked(number, head, tail)


def without_long_numbers(value: str) -> str:
    """Mask whatever may be an ID number, a mobile number or a part of one, in words of which nothing else is known."""
    return _long_number.sub(lambda found: mask_id(found.group()), normalizing.code(value))


def replace_id_numbers(text: str, put: Callable[[str], str]) -> str:
    """Return a free text in which `put` stands for whatever has the form of a resident ID number.

    Eighteen signs with a birth date inside, in any width, with blanks or hyphens between. The fifteen digits of old
    numbers are no form of their own: certificate numbers look the same.
    """

    def replaced(found: re.Match[str]) -> str:
        number = "".join(filter(str.isalnum, normalizing.code(found.group()))).upper()
        is_one = number[6:8] in ("18", "19", "20") and _day(number[6:14])
        return put(number) if is_one else found.group()

    return _resident_in_text.sub(replaced, text)


def holds_id_number(text: str) -> bool:
    return replace_id_numbers(text, mask_id) != text


def mask_id_numbers(text: str) -> str:
    return replace_id_numbers(text, mask_id)


def mobile(value: str) -> str:
    """Read a mobile number of the mainland as its eleven digits, or raise a MobileProblem."""
    number = _country_code.sub("", _mobile_separators.sub("", normalizing.code(value)))
    if not number:
        raise MobileProblem("还没有填手机号")
    if not (number.isascii() and number.isdigit()):
        raise MobileProblem("手机号只有数字，请去掉其他符号")
    if len(number) != 11:
        raise MobileProblem(f"手机号要 11 位，现在是 {len(number)} 位")
    if not "13" <= number[:2] <= "19":
        raise MobileProblem("手机号以 13 到 19 开头，请核对")
    return number


def mask_mobile(number: str) -> str:
    return _masked(number, 3, 4) if len(number) == 11 else _masked(number, 0, 2 if len(number) >= 5 else 0)


def birth_year(number: str) -> int | None:
    """Return the year of birth that a stored number tells; only those of eighteen characters do."""
    return int(number[6:10]) if len(number) == 18 else None


def certificate_number(value: str) -> CertificateNumber | None:
    """Read a certificate number: label and white space off, upper case, half-width; None where there is none.

    Other shapes than digits are kept as written, apart from that.
    """
    number = _blanks.sub("", normalizing.code(value)).upper()
    labelled = _number_label.match(number)
    number = number[labelled.end() :] if labelled else number
    if not number or number in _NO_NUMBER or _only_zeros.fullmatch(number):
        return None
    return CertificateNumber(number, usual=_usual_number.fullmatch(number) is not None)


def _eighteen_characters(number: str, today: date) -> IdDocument:
    birth = _day(number[6:14])
    if birth is None:
        raise IdProblem("身份证号第 7—14 位不是日期，请核对原件")
    if birth > today:
        raise IdProblem("身份证号第 7—14 位是将来的日期，请核对原件")
    if check_character(number[:17]) != number[17]:
        raise IdProblem("身份证号最后一位对不上，请核对原件")
    return IdDocument(number, _kind_of_eighteen(number), birth, _sex(number[16]), number[:6])


def _fifteen_digits(number: str) -> IdDocument:
    birth = _day(f"19{number[6:12]}")
    if birth is None:
        raise IdProblem("身份证号第 7—12 位不是日期，请核对原件")
    seventeen = f"{number[:6]}19{number[6:]}"
    full = seventeen + check_character(seventeen)
    return IdDocument(full, IdKind.RESIDENT, birth, _sex(number[14]), number[:6], converted=True)


@lru_cache(maxsize=32_768)
def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _kind_of_eighteen(number: str) -> IdKind:
    if number[0] == "9":
        return IdKind.FOREIGN_PERMANENT
    return IdKind.HMT_RESIDENCE if number.startswith(_RESIDENCE_PREFIXES) else IdKind.RESIDENT


def _sex(last_of_sequence: str) -> str:
    return "男" if last_of_sequence in "13579" else "女"


def _is_slip_of_resident_id(number: str, kind: IdKind) -> bool:
    return kind is IdKind.FOREIGN_PASSPORT and len(_digit.findall(number)) >= _LIKE_A_RESIDENT_ID


def _why_unreadable(number: str) -> str:
    if not number:
        return "还没有填身份证号"
    if _scientific.fullmatch(number):
        return "身份证号被表格改成了科学计数，末尾几位已经丢失，请把这一列设为文本后照原件重新填写"
    if "*" in number:
        return "身份证号中间被星号遮住了，请照原件写完整"
    digits = len(_digit.findall(number))
    if digits != len(number) and digits < _LIKE_A_RESIDENT_ID:
        return "身份证号看不出是哪种证件，请照身份证、护照或通行证填写"
    if len(number) != 18:
        return f"身份证号要 18 位，现在是 {len(number)} 位，请核对原件"
    return "身份证号前 17 位只有数字，最后一位是数字或 X，请核对原件"


def _masked(number: str, head: int, tail: int) -> str:
    return number[:head] + "*" * (len(number) - head - tail) + number[len(number) - tail :]
