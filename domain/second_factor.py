"""The second factor of staff: who has to have one, what comes next for an account, and how its codes are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from domain import normalizing
from domain.access import GRANTS, OFFICE_ROLES, Permission, Role
from domain.vocabulary import Term

DIGITS, STEP_SECONDS, STEPS_OFF = 6, 30, 1
"""RFC 6238: six digits, a new code every thirty seconds, taken one step early or late."""
RECOVERY_CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_RECOVERY_CODE = re.compile(rf"([0-9])([{_LETTERS}]{{9}})")
_MISREAD = str.maketrans("oil", "011")


class Demand(StrEnum):
    """Whom STAFF_SECOND_FACTOR asks for a second factor."""

    OFF = "off"
    ADMINS = "admins"
    ALL = "all"


class FactorState(Term):
    """How far an account has come. Recovery codes that nobody says to have noted may be lost: they are made anew first."""

    NONE = "none", "没有设置"
    UNNOTED = "unnoted", "恢复码没有抄好"
    SET_UP = "set_up", "已设置"


def demanded(demand: Demand, role: Role) -> bool:
    """Whether an account of this role has to have a second factor.

    `admins` are all who may manage accounts, an office's default account too: whoever is that may give themselves
    the rest.
    """
    manages_accounts = role in GRANTS[Permission.USERS]
    return role in OFFICE_ROLES and (demand is Demand.ALL or (demand is Demand.ADMINS and manages_accounts))


def asks_code(state: FactorState) -> bool:
    """Whether the password alone opens no session."""
    return state is not FactorState.NONE


def is_owed(demand: Demand, role: Role, state: FactorState) -> bool:
    """Whether whoever has signed in has something to do about the second factor before anything else."""
    return state is FactorState.UNNOTED or (state is FactorState.NONE and demanded(demand, role))


def is_time_code(typed: str) -> bool:
    """Whether this has the form of a code from the telephone; anything else may be a recovery code."""
    return len(typed) == DIGITS and typed.isascii() and typed.isdigit()


def closed_up(typed: str) -> str:
    """Return a code as it is compared: however the digits were typed, and without what stands between groups."""
    return re.sub(r"[\s-]", "", normalizing.code(typed)).lower()


def recovery_code(place: int, choose: Callable[[str], str]) -> str:
    """Write a recovery code: its place among the ten, then nine signs that are easy to read; 44 bits."""
    signs = str(place) + "".join(choose(_LETTERS) for _ in range(9))
    return f"{signs[:5]}-{signs[5:]}"


def recovery_parts(typed: str) -> tuple[int, str] | None:
    """Return the place of a recovery code and the code closed up, or None if it cannot be one."""
    code = closed_up(typed)
    code = code[:1].translate(_MISREAD) + code[1:]
    found = _RECOVERY_CODE.fullmatch(code)
    return (int(found[1]), code) if found else None


def grouped(secret: str) -> str:
    """Return a secret in groups of four, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
