"""The verification case: who may take it from where to where, written out by hand and held against the table."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from domain import verification
from domain.access import Actor, Place, Role
from domain.verification import (
    BATCH_ACTIONS,
    BY_NAME,
    DECISIONS,
    OPEN_STATES,
    PENDING_TAB_LABEL,
    RULES,
    TRANSITIONS,
    CaseState,
    Guard,
    Reply,
    available,
    refusals,
    state_word,
    submission,
)
from domain.vocabulary import OfficeKind

ROOT = Path(__file__).parents[2]
S = CaseState

REGION = Place(1, OfficeKind.REGION, None, 1)
CITY = Place(2, OfficeKind.CITY, 2, 1)
COUNTY = Place(3, OfficeKind.COUNTY, 2, 1)
OTHER_COUNTY = Place(4, OfficeKind.COUNTY, 2, 1)
SERIES_OFFICE = Place(5, OfficeKind.SERIES, 2, 1)

HOLDER, OTHER_HOLDER = Actor(Role.HOLDER, 7), Actor(Role.HOLDER, 8)
STAFF = Actor(Role.STAFF, 7, "张秀英", COUNTY)

PEOPLE: dict[str, tuple[Actor, str]] = {
    "its holder": (HOLDER, "H"),
    "another holder": (OTHER_HOLDER, ""),
    "staff of its office": (STAFF, "O"),
    "administrator of its office": (Actor(Role.ADMIN, 11, "", COUNTY), "O"),
    "staff of the city above": (Actor(Role.STAFF, 12, "", CITY), "O"),
    "administrator of the region": (Actor(Role.ADMIN, 13, "", REGION), "O"),
    "staff of another county": (Actor(Role.STAFF, 14, "", OTHER_COUNTY), ""),
    "administrator of a series office": (Actor(Role.ADMIN, 15, "", SERIES_OFFICE), ""),
    "default account of its office": (Actor(Role.DEFAULT_ACCOUNT, 16, "", COUNTY), ""),
    "staff with a first password": (Actor(Role.STAFF, 17, "", COUNTY, must_change_password=True), ""),
    "the public": (Actor(Role.PUBLIC), ""),
}
"""Everybody, and the letter under which the truth table lets them act."""

# H: the holder may; O: the office may; -: nobody may.
TRUTH = """
                 draft pending onsite needs_changes needs_confirmation approved auto_approved rejected counterfeit
submit_matched     H      -      -          -               -             -           -          -         -
submit             H      -      -          -               -             -           -          -         -
withdraw           -      H      -          -               -             -           -          -         -
discard            H      -      -          -               -             -           -          -         -
abandon            -      H      H          H               H             -           -          -         -
resubmit           -      -      -          H               -             -           -          -         -
confirm            -      -      -          -               H             -           -          -         -
dispute            -      -      -          -               H             -           -          -         -
correct            -      O      O          -               -             -           -          -         -
approve            -      O      O          -               -             -           -          -         -
reject             -      O      O          -               -             -           -          -         -
call_in            -      O      -          -               -             -           -          -         -
ask_changes        -      O      O          -               -             -           -          -         -
ask_confirmation   -      O      O          -               -             -           -          -         -
find_counterfeit   -      O      O          -               -             -           -          -         -
take_back          -      -      O          O               O             O           O          O         O
check              -      -      -          -               -             O           O          -         -
hand_over          -      O      -          -               -             -           -          -         -
delete             O      O      -          -               -             -           -          -         -
undelete           -      -      -          -               -             -           -          -         -
"""
TRUTH_WHEN_DELETED = """
                 draft pending onsite needs_changes needs_confirmation approved auto_approved rejected counterfeit
undelete           O      O      -          -               -             -           -          -         -
"""

TARGETS: dict[str, CaseState | None] = {
    "submit_matched": S.AUTO_APPROVED, "submit": S.PENDING, "withdraw": S.DRAFT, "discard": None, "abandon": S.DRAFT, "resubmit": S.PENDING,
    "confirm": S.APPROVED, "dispute": S.PENDING, "correct": None, "approve": S.APPROVED, "reject": S.REJECTED,
    "call_in": S.ONSITE, "ask_changes": S.NEEDS_CHANGES, "ask_confirmation": S.NEEDS_CONFIRMATION,
    "find_counterfeit": S.COUNTERFEIT, "take_back": S.PENDING, "check": None, "hand_over": S.PENDING, "delete": None, "undelete": None,
}  # fmt: skip
REPLIES = {
    "submit_matched": "none", "submit": "none", "withdraw": "none", "discard": "none", "abandon": "none", "resubmit": "none",
    "confirm": "none", "dispute": "required", "correct": "none", "approve": "optional", "reject": "required",
    "call_in": "required", "ask_changes": "required", "ask_confirmation": "optional", "find_counterfeit": "required",
    "take_back": "required", "hand_over": "required", "delete": "required", "undelete": "none", "check": "none",
}  # fmt: skip
LABELS = {
    "draft": ("信息未完善", "信息未完善", "待完善"), "pending": ("审核中", "审核中", "审核中"),
    "onsite": ("待现场审核", "待现场审核", "审核中"), "needs_changes": ("待客户修改", "待您修改", "待完善"),
    "needs_confirmation": ("待客户确认", "待您确认", "待完善"), "approved": ("审核通过", "审核通过", "审核结束"),
    "auto_approved": ("自动审核通过", "自动审核通过", "审核结束"), "rejected": ("审核不通过", "审核不通过", "审核结束"),
    "counterfeit": ("假证", "审核不通过", "审核结束"),
}  # fmt: skip


def cells(table: str) -> dict[tuple[str, str], str]:
    """Read a table written by hand as letters by (action, state)."""
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return {(line[0], state): letter for line in lines for state, letter in zip(head, line[1:], strict=True)}


def a_case(state: CaseState = S.PENDING, **facts: Any) -> Any:
    """A case of holder 7 at the county, against which no guard has anything to say."""
    usual: dict[str, Any] = {
        "holder_id": 7, "place": COUNTY, "has_correction": True, "touched_by_office": False, "missing": [],
        "ever_handled_by_office": False, "ever_taken_back": False,
        "number_typed": True, "to_be_checked": True, "released": False,
        "matches_record": True, "holder_listed": False, "holder_email_confirmed": True, "refused_before": False,
        "held_by_another": False, "deleted": False,
    }  # fmt: skip
    return SimpleNamespace(state=state, **{**usual, **facts})


def may(name: str, case: Any, actor: Actor, reply: str = "请看审核意见") -> bool:
    return not list(refusals(BY_NAME[name], case, actor, reply))


def reasons(name: str, case: Any, actor: Actor, reply: str = "请看审核意见") -> list[str]:
    return list(refusals(BY_NAME[name], case, actor, reply))


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("state", CaseState)
def test_everybody_may_do_what_the_table_says_and_nothing_else(state: CaseState, who: str) -> None:
    actor, letter = PEOPLE[who]

    found = {name: may(name, a_case(state), actor) for name in BY_NAME}

    assert found == {name: bool(letter) and cell == letter for (name, at), cell in cells(TRUTH).items() if at == state}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("state", CaseState)
def test_a_deleted_case_can_only_be_brought_back_and_only_by_the_office(state: CaseState, who: str) -> None:
    actor, letter = PEOPLE[who]
    deleted = a_case(state, deleted=True, touched_by_office=True)

    found = {name for name in BY_NAME if may(name, deleted, actor)}

    allowed = cells(TRUTH_WHEN_DELETED)[("undelete", state.value)]
    assert found == ({"undelete"} if letter and allowed == letter else set())


def test_what_its_holder_gave_up_no_office_brings_back() -> None:
    given_up = a_case(S.DRAFT, deleted=True, touched_by_office=False)

    assert "本人放弃" in reasons("undelete", given_up, STAFF)[0]


def test_a_case_that_belongs_to_no_office_is_out_of_every_offices_reach() -> None:
    draft = a_case(S.DRAFT, place=None)

    assert not [name for name in BY_NAME for who in PEOPLE if who != "its holder" and may(name, draft, PEOPLE[who][0])]
    assert may("submit", draft, HOLDER)


@pytest.mark.parametrize("name", TARGETS)
def test_each_action_leads_where_the_rules_say(name: str) -> None:
    one = BY_NAME[name]

    assert one.target is TARGETS[name]
    assert one.lands_on(S.ONSITE) is (TARGETS[name] or S.ONSITE)
    assert one.deletes is (name in ("discard", "abandon", "delete"))
    assert one.restores is (name == "undelete")
    assert one.evidence is (name == "find_counterfeit")


@pytest.mark.parametrize(("name", "needed"), REPLIES.items())
def test_a_reply_is_asked_for_where_the_rules_say(name: str, needed: str) -> None:
    assert BY_NAME[name].reply is Reply(needed)


@pytest.mark.parametrize("silence", ["", "  \n ", "\u3000", "\u200b\u200b"])
@pytest.mark.parametrize("name", [name for name, needed in REPLIES.items() if needed == "required"])
def test_where_words_are_required_silence_is_refused(name: str, silence: str) -> None:
    case = a_case(BY_NAME[name].sources[0])
    actor = STAFF if BY_NAME[name].by_office else HOLDER

    assert reasons(name, case, actor, silence) == [f"“{BY_NAME[name].label}”要写明原因，请填写审核回复"]
    assert may(name, case, actor, "已核对原件")


@pytest.mark.parametrize("name", [name for name, needed in REPLIES.items() if needed != "required"])
def test_elsewhere_nothing_has_to_be_said(name: str) -> None:
    one = BY_NAME[name]
    case = a_case(one.sources[0], deleted=one.restores, touched_by_office=one.restores)

    assert may(name, case, STAFF if one.by_office else HOLDER, "")


def test_the_states_are_called_and_grouped_as_the_rules_say() -> None:
    assert {one.value: (one.label, one.holder_label, one.group.label) for one in CaseState} == LABELS
    assert PENDING_TAB_LABEL == "待审核"


def test_only_approved_cases_are_public_and_only_unfinished_ones_open() -> None:
    assert {one.value for one in CaseState if one.is_public} == {"approved", "auto_approved"}
    assert set(OPEN_STATES) == set(CaseState) - {S.APPROVED, S.AUTO_APPROVED, S.REJECTED, S.COUNTERFEIT}


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached, found = {S.DRAFT}, set[CaseState]()

    while reached != found:
        found = set(reached)
        reached |= {one.target for one in TRANSITIONS if one.target and found & set(one.sources)}

    assert reached == set(CaseState)


def test_names_are_unique_and_only_the_two_submissions_share_a_label() -> None:
    assert len(BY_NAME) == len(TRANSITIONS)
    assert all(re.fullmatch("[a-z_]+", name) for name in BY_NAME)
    assert len({one.label for one in TRANSITIONS}) == len(TRANSITIONS) - 1
    assert BY_NAME["submit"].label == BY_NAME["submit_matched"].label == "提交"


def test_every_tone_is_styled_and_every_icon_drawn() -> None:
    drawn = (ROOT / "templates/_macros/icons.html").read_text(encoding="utf-8")
    styles = (ROOT / "static/css/base.css").read_text(encoding="utf-8")

    for one in CaseState:
        assert f"'{one.icon}':" in drawn
    for tone in {one.tone for one in (*CaseState, *TRANSITIONS)} - {"none"}:
        assert f".zs-tag--{tone}" in styles


def test_the_six_decisions_stand_in_the_order_of_the_review_page() -> None:
    assert [one.label for one in DECISIONS] == [
        "审核通过",
        "待客户修改",
        "待客户确认",
        "待现场审核",
        "审核不通过",
        "假证",
    ]
    assert [one.key for one in DECISIONS] == ["1", "2", "3", "4", "5", "6"]


def test_the_batch_actions_are_the_seven_of_the_review_list_and_what_moves_cases() -> None:
    labels = [one.label for one in BATCH_ACTIONS]

    assert labels == [
        "审核通过",
        "审核不通过",
        "待现场审核",
        "待客户修改",
        "待客户确认",
        "假证",
        "恢复",
        "看过，没问题",
        "转办",
        "删除",
        "撤销删除",
    ]
    assert {one.name for one in TRANSITIONS if one.batch} == {one.name for one in BATCH_ACTIONS}


def test_every_guard_says_what_it_demands_and_none_is_left_over() -> None:
    used = {guard for one in TRANSITIONS for guard in verification.guards_of(one)}

    assert used == set(RULES)
    assert all(rule and guard.__doc__ for guard, rule in RULES.items())


GUARDS: list[tuple[Guard, dict[str, Any], str]] = [
    (verification.is_complete, {"missing": ["专业", "证书内容页"]}, "还没有填好：专业、证书内容页，请补齐后再提交"),
    (verification.matches_its_record, {"matches_record": False}, "与导入记录不完全相同"),
    (verification.matches_its_record, {"number_typed": False}, "与导入记录不完全相同"),
    (verification.was_not_released, {"released": True}, "已随解除占用结束"),
    (verification.matches_its_record, {"holder_listed": True}, "需要职改办审核"),
    (verification.email_is_confirmed, {"holder_email_confirmed": False}, "邮箱还没有确认"),
    (verification.was_not_refused, {"refused_before": True}, "不能再次提交"),
    (verification.office_has_not_acted, {"touched_by_office": True}, "不能撤回"),
    (verification.office_has_not_acted, {"ever_taken_back": True}, "不能撤回"),
    (verification.matches_its_record, {"ever_handled_by_office": True}, "需要职改办审核"),
    (verification.number_is_free, {"held_by_another": True}, "与另一人的证书相同"),
    (verification.confirmation_can_publish, {"held_by_another": True}, "暂时不能确认"),
    (verification.correction_is_saved, {"has_correction": False}, "还没有更正内容，请到审核页修改"),
]


@pytest.mark.parametrize(("guard", "facts", "sentence"), GUARDS)
def test_a_guard_is_silent_until_its_one_fact_changes(guard: Guard, facts: dict[str, Any], sentence: str) -> None:
    assert guard(a_case(), "") is None
    assert sentence in (guard(a_case(**facts), "") or "")


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("submit_matched", {"matches_record": False}),
        ("submit_matched", {"number_typed": False}),
        ("submit_matched", {"holder_listed": True}),
        ("submit_matched", {"missing": ["专业"]}),
        ("submit_matched", {"refused_before": True}),
        ("submit", {"missing": ["证书编号页"]}),
        ("submit", {"holder_email_confirmed": False}),
        ("submit", {"refused_before": True}),
        ("resubmit", {"missing": ["专业"]}),
        ("resubmit", {"refused_before": True}),
        ("withdraw", {"touched_by_office": True}),
        ("confirm", {"held_by_another": True}),
        ("approve", {"held_by_another": True}),
        ("ask_confirmation", {"has_correction": False}),
    ],
)
def test_one_wrong_fact_stops_the_action_with_one_reason(name: str, facts: dict[str, Any]) -> None:
    one = BY_NAME[name]
    actor = STAFF if one.by_office else HOLDER

    assert may(name, a_case(one.sources[0]), actor)
    assert len(reasons(name, a_case(one.sources[0], **facts), actor)) == 1


def test_all_reasons_are_told_at_once() -> None:
    found = reasons(
        "submit", a_case(S.DRAFT, missing=["专业"], holder_email_confirmed=False, refused_before=True), HOLDER
    )

    assert len(found) == 3


@pytest.mark.parametrize("reply", ["这是假证", "假 证", "假\u200b证", "经查，属假\n证。"])
def test_a_reply_to_the_holder_never_says_counterfeit(reply: str) -> None:
    assert len(reasons("find_counterfeit", a_case(), STAFF, reply)) == 1
    assert may("find_counterfeit", a_case(), STAFF, "与批文不符，详情请致电授予单位")


@pytest.mark.parametrize("state", CaseState)
def test_nothing_said_to_the_holder_contains_the_words_of_the_office(state: CaseState) -> None:
    bad = {
        "missing": ["专业"], "matches_record": False, "holder_email_confirmed": False, "refused_before": True,
        "held_by_another": True, "touched_by_office": True, "has_correction": False,
    }  # fmt: skip
    steps = [one for one in TRANSITIONS if not one.by_office]

    said = [sentence for one in steps for sentence in refusals(one, a_case(state, **bad), HOLDER, "")]

    assert said
    assert not [
        one for one in (*said, state.holder_label, *(step.label for step in steps)) if "客户" in one or "假证" in one
    ]


def test_a_stranger_learns_nothing_but_that_it_is_not_theirs() -> None:
    closed = a_case(S.COUNTERFEIT, missing=["专业"])

    assert reasons("submit", closed, OTHER_HOLDER) == ["这不是您的证书"]
    assert reasons("approve", closed, PEOPLE["staff of another county"][0], "") == ["这件审验不归您所在的职改办"]


def test_a_step_out_of_turn_is_refused_in_the_readers_words() -> None:
    assert reasons("withdraw", a_case(S.COUNTERFEIT), HOLDER) == ["现在是“审核不通过”，不能撤回审验"]
    assert reasons("approve", a_case(S.COUNTERFEIT), STAFF) == ["现在是“假证”，不能审核通过"]
    assert reasons("approve", a_case(deleted=True), STAFF) == ["现在是“已删除”，不能审核通过"]


@pytest.mark.parametrize("state", CaseState)
def test_the_state_is_told_in_the_readers_words(state: CaseState) -> None:
    assert state_word(a_case(state), HOLDER) == LABELS[state][1]
    assert state_word(a_case(state), STAFF) == LABELS[state][0]
    assert state_word(a_case(state, deleted=True), HOLDER) == state_word(a_case(state, deleted=True), STAFF) == "已删除"


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("state", CaseState)
def test_what_is_offered_is_what_would_not_be_refused(state: CaseState, deleted: bool) -> None:
    case = a_case(state, deleted=deleted, touched_by_office=deleted)

    for actor, _ in PEOPLE.values():
        assert [one.name for one in available(case, actor)] == [name for name in BY_NAME if may(name, case, actor)]


@pytest.mark.parametrize("state", CaseState)
def test_what_a_reply_or_a_correction_still_has_to_bring_does_not_hide_a_button(state: CaseState) -> None:
    bare = a_case(state, has_correction=False, missing=["专业"])

    assert available(bare, STAFF) == available(a_case(state), STAFF)
    assert available(bare, HOLDER) == available(a_case(state), HOLDER)


def test_a_draft_equal_to_its_record_takes_the_automatic_way() -> None:
    assert submission(a_case(S.DRAFT)).name == "submit_matched"
    assert submission(a_case(S.DRAFT, matches_record=False)).name == "submit"
    assert submission(a_case(S.DRAFT, number_typed=False)).name == "submit"
    assert submission(a_case(S.DRAFT, holder_listed=True)).name == "submit"
