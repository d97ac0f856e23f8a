"""The one search box: what was typed may be a certificate number, an ID or mobile number, or a name.

A personal number never stands in an address. It travels as a token that only this system can read, and the box shows
it masked.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag

from domain import lengths, normalizing
from domain.identifiers import IdProblem, MobileProblem, mask_id, mask_mobile, mobile, parse_id
from encryption import keyring
from models import id_digests, mobile_digests
from operations.dictionaries import today

SEARCH, PERSON = "search", "person"
LONGEST = 100
_PURPOSE = "search:"
_LONGEST_CERTIFICATE_NUMBER = 15
_blanks = re.compile(r"\s+")
_resident = re.compile(r"[0-9]{17}[0-9X]")
_digits_mostly = re.compile(r"[0-9X*]+")


@dataclass(frozen=True, slots=True)
class Sought:
    """What was typed, in every way it can be read; empty where it cannot be."""

    text: str
    number: str
    id_digests: Sequence[bytes] = ()
    mobile_digests: Sequence[bytes] = ()
    name: str = ""
    shown: str = ""
    is_personal: bool = False


def read(typed: str) -> Sought | None:
    """Read what was typed by its shape; a name has no digit in it, and what is too long is nothing."""
    words = normalizing.text(typed) if lengths.fits(typed, LONGEST) else ""
    number = _blanks.sub("", normalizing.code(words))
    if not number:
        return None
    person, phone = _id_number(number), _mobile(number)
    masked = mask_mobile(phone) if phone and not person else mask_id(person or number.upper())
    personal = bool(person or phone) or _is_too_long_for_a_certificate(number)
    return Sought(
        words,
        number,
        id_digests(person) if person else (),
        mobile_digests(phone) if phone else (),
        "" if any(sign.isdigit() for sign in number) else normalizing.person_name(words),
        masked if personal else words,
        personal,
    )


def arguments_for(typed: str, is_certificate_number: Callable[[str], bool] = lambda number: False) -> dict[str, str]:
    """Return what of the typed words goes into an address; a short number that is on record as a certificate's may."""
    sought = read(typed)
    if sought is None:
        return {}
    if sought.is_personal and (is_id_number(typed) or not is_certificate_number(sought.number)):
        return {PERSON: _token(sought.number)}
    return {SEARCH: sought.text}


def asked(arguments: Mapping[str, str]) -> Sought | None:
    """Return what the address searches for; a token that is not ours means nothing."""
    number = _opened(arguments.get(PERSON, ""))
    if number:
        return read(number)
    plain = read(arguments.get(SEARCH, ""))
    return replace(plain, shown=plain.text, is_personal=False) if plain else None


def is_id_number(typed: str) -> bool:
    """Whether this is a resident's number, whatever box it was typed into."""
    number = _blanks.sub("", normalizing.code(typed))
    return _resident.fullmatch(number.upper()) is not None


def _id_number(number: str) -> str:
    try:
        return parse_id(number, today()).number
    except IdProblem:
        return ""


def _mobile(number: str) -> str:
    try:
        return mobile(number)
    except MobileProblem:
        return ""


def _is_too_long_for_a_certificate(number: str) -> bool:
    """An ID number with a slip in it is still an ID number."""
    return len(number) > _LONGEST_CERTIFICATE_NUMBER and _digits_mostly.fullmatch(number.upper()) is not None


def _token(number: str) -> str:
    return base64.urlsafe_b64encode(keyring.encrypt(f"{_PURPOSE}{number}".encode())).decode().rstrip("=")


def _opened(token: str) -> str:
    try:
        plain = keyring.decrypt(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))).decode()
    except (InvalidTag, ValueError, binascii.Error):
        return ""
    return plain.removeprefix(_PURPOSE) if plain.startswith(_PURPOSE) else ""
