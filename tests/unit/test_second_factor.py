"""The codes of the second factor: the vectors of RFC 6238 through the library with our settings, and how codes are read."""

from __future__ import annotations

import base64
import secrets

import pytest

from domain.access import Role
from domain.second_factor import (
    DIGITS,
    RECOVERY_CODES,
    STEP_SECONDS,
    Demand,
    FactorState,
    closed_up,
    demanded,
    grouped,
    is_owed,
    recovery_code,
    recovery_parts,
)
from operations.second_factor import step_of

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("moment", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_the_standard_belong_to_their_steps(moment: int, eight_digits: str) -> None:
    assert step_of(RFC_SECRET, eight_digits[-DIGITS:], moment) == moment // STEP_SECONDS


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "28708a", "²87082", "-87082", " 87082"])
def test_nothing_but_six_digits_is_a_code(typed: str) -> None:
    assert step_of(RFC_SECRET, typed, 59) == 0


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.HOLDER, Role.EMPLOYER, Role.EMPLOYER_STAFF])
@pytest.mark.parametrize("demand", Demand)
def test_outside_the_offices_nobody_is_asked_for_one(demand: Demand, role: Role) -> None:
    assert not demanded(demand, role)
    assert not is_owed(demand, role, FactorState.NONE)


def test_recovery_codes_are_read_as_they_were_written_and_as_people_type_them() -> None:
    for place in range(RECOVERY_CODES):
        written = recovery_code(place, secrets.choice)

        for typed in (written, written.upper(), written.replace("-", " "), f" {written.replace('-', '')} "):
            assert recovery_parts(typed) == (place, closed_up(written))


@pytest.mark.parametrize(
    ("typed", "place"), [("oabcd-efghj", 0), ("Labcd-efghj", 1), ("Iabcd-efghj", 1), ("０abcd-efghj", 0)]
)
def test_a_digit_misread_as_a_letter_is_the_digit(typed: str, place: int) -> None:
    parts = recovery_parts(typed)

    assert parts is not None
    assert parts[0] == place


@pytest.mark.parametrize("typed", ["", "123456", "3abcd-efgh", "3abcd-efghjk", "xabcd-efghj", "3abcd-efgh0"])
def test_what_cannot_be_a_recovery_code_is_none(typed: str) -> None:
    assert recovery_parts(typed) is None


def test_a_secret_is_shown_in_groups_of_four() -> None:
    assert grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"
