"""The moves of a certificate: who may make which from where, written out by hand and held against the table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from domain.access import Actor, Place, Role
from domain.certificate_moves import BY_NAME, MOVES, RULES, available, refusals, told_of
from domain.vocabulary import CertificateStatus, OfficeKind

CITY = Place(2, OfficeKind.CITY, 2, 1)
COUNTY = Place(3, OfficeKind.COUNTY, 2, 1)
OTHER_COUNTY = Place(8, OfficeKind.COUNTY, 2, 1)
CLERK, CHIEF = Actor(Role.STAFF, 1, "梁敏", COUNTY), Actor(Role.ADMIN, 2, "陈志远", COUNTY)
CITY_CLERK, CITY_CHIEF = Actor(Role.STAFF, 3, "黄丽", CITY), Actor(Role.ADMIN, 4, "李建", CITY)
NEIGHBOUR = Actor(Role.ADMIN, 5, "韦东", OTHER_COUNTY)

# all: staff and administrators; admin: administrators only; asker: the clerk who asked for the void; -: nobody.
TRUTH = """
                    normal  void_pending  void   deleted
request_void        all     -             -      -
agree_void          -       admin         -      -
refuse_void         -       admin         -      -
withdraw_void       -       asker         -      -
cancel_void         -       admin         admin  -
delete_certificate  all     all           all    -
undelete_certificate -      -             -      all
"""
LANDS_ON = {
    "request_void": "void_pending", "agree_void": "void", "refuse_void": "normal", "withdraw_void": "normal",
    "cancel_void": "normal", "delete_certificate": None, "undelete_certificate": None,
}  # fmt: skip
REASONS = {
    "request_void": "required", "agree_void": "optional", "refuse_void": "optional", "withdraw_void": "optional",
    "cancel_void": "required", "delete_certificate": "required", "undelete_certificate": "optional",
}  # fmt: skip


def cells() -> dict[tuple[str, str], str]:
    head, *lines = [line.split() for line in TRUTH.strip().splitlines()]
    return {(line[0], state): word for line in lines for state, word in zip(head, line[1:], strict=True)}


def a_record(state: str, **facts: Any) -> Any:
    """A record of the county in this state (deleted ones were normal), against which no guard has anything to say."""
    usual = {
        "place": COUNTY, "verified": False, "in_review": False, "number_taken": False,
        "void_asked_by": lambda actor: actor is CLERK, "others_decide_beside": lambda actor: True,
    }  # fmt: skip
    status = CertificateStatus.NORMAL if state == "deleted" else CertificateStatus(state)
    return SimpleNamespace(status=status, deleted=state == "deleted", **{**usual, **facts})


def reasons(name: str, record: Any, actor: Actor, reason: str = "重复") -> list[str]:
    return list(refusals(BY_NAME[name], record, actor, reason))


@pytest.mark.parametrize(("name", "state"), cells())
@pytest.mark.parametrize("actor", [CLERK, CHIEF, CITY_CLERK, CITY_CHIEF, NEIGHBOUR, Actor(Role.HOLDER, 7)])
def test_everybody_may_do_what_the_table_says_and_nothing_else(name: str, state: str, actor: Actor) -> None:
    word = cells()[name, state]
    roles = {"all": (Role.STAFF, Role.ADMIN), "admin": (Role.ADMIN,), "asker": (), "-": ()}[word]
    may = actor is CLERK if word == "asker" else actor.role in roles and actor is not NEIGHBOUR

    assert (not reasons(name, a_record(state), actor)) is may
    assert (BY_NAME[name] in available(a_record(state), actor)) is may


def test_the_hand_written_table_has_every_move() -> None:
    assert {name for name, _ in cells()} == set(BY_NAME) == set(LANDS_ON) == set(REASONS)
    assert {move.name: move.target for move in MOVES} == LANDS_ON
    assert {move.name: move.reason.value for move in MOVES} == REASONS


@pytest.mark.parametrize("name", [name for name, asked in REASONS.items() if asked == "required"])
@pytest.mark.parametrize("reason", ["", "  ", "\u200b"])
def test_what_wants_a_reason_is_refused_without_one(name: str, reason: str) -> None:
    state = next(state for (move, state), word in cells().items() if move == name and word != "-")

    told = reasons(name, a_record(state), CHIEF, reason)

    assert len(told) == 1
    assert "请填写原因" in told[0]


@pytest.mark.parametrize(
    ("name", "state", "fact", "word"),
    [
        ("delete_certificate", "normal", "verified", "已审验通过"),
        ("delete_certificate", "void", "in_review", "正在审验"),
        ("undelete_certificate", "deleted", "number_taken", "另一条记录"),
    ],
)
def test_a_guard_tells_its_reason(name: str, state: str, fact: str, word: str) -> None:
    assert word in "".join(reasons(name, a_record(state, **{fact: True}), CHIEF))


ASKED = {"void_asked_by": lambda actor: actor is CHIEF}
ALONE = {**ASKED, "others_decide_beside": lambda actor: False}


@pytest.mark.parametrize("name", ["agree_void", "refuse_void"])
def test_who_asked_for_a_void_decides_it_only_where_nobody_else_could(name: str) -> None:
    (sentence,) = reasons(name, a_record("void_pending", **ASKED), CHIEF)

    assert "另一位管理员" in sentence
    assert "撤回申请" in sentence
    assert not reasons(name, a_record("void_pending", **ASKED), CITY_CHIEF)
    assert not reasons(name, a_record("void_pending", **ALONE), CHIEF)


def test_the_trail_says_where_only_two_eyes_saw_a_void() -> None:
    alone, seen = a_record("void_pending", **ALONE), a_record("void_pending", **ASKED)

    assert "申请人自己决定" in told_of(BY_NAME["agree_void"], alone, CHIEF)
    assert told_of(BY_NAME["agree_void"], seen, CITY_CHIEF) == "同意作废"
    assert told_of(BY_NAME["withdraw_void"], alone, CHIEF) == "撤回申请"


def test_a_request_is_withdrawn_by_who_asked_for_it() -> None:
    assert "不是您申请的" in "".join(reasons("withdraw_void", a_record("void_pending", **ASKED), CITY_CHIEF))
    assert not reasons("withdraw_void", a_record("void_pending", **ASKED), CHIEF)


def test_voiding_does_not_ask_whether_it_was_confirmed() -> None:
    assert not reasons("request_void", a_record("normal", verified=True, in_review=True), CLERK)


def test_a_refusal_names_the_status_it_found() -> None:
    assert reasons("request_void", a_record("void"), CLERK) == ["现在是“作废”，不能申请作废"]
    assert reasons("request_void", a_record("deleted"), CLERK) == ["现在是“已删除”，不能申请作废"]


def test_every_guard_has_its_words_and_every_move_says_what_it_means() -> None:
    assert all(guard in RULES for move in MOVES for guard in move.guards)
    assert all(move.meaning for move in MOVES)
