"""What the holder is told of each step: a letter wherever the office acts, and never in the office's words."""

from __future__ import annotations

from string import Formatter

import pytest

from domain.letters import LETTERS
from domain.verification import BY_NAME, TRANSITIONS

WORDS = {"title": "助理工程师", "number": "0812", "office": "灵山县职改办", "receipt": "202603000017"}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_letter_is_about_an_action_that_there_is() -> None:
    assert set(LETTERS) <= set(BY_NAME)


def test_whatever_the_office_does_the_holder_hears_of_except_what_changes_nothing_for_them() -> None:
    silent = {one.name for one in TRANSITIONS if one.by_office and one.name not in LETTERS}

    assert silent == {"correct", "check"}


@pytest.mark.parametrize("name", ["submit", "submit_matched", "resubmit", "confirm"])
def test_what_the_holder_sends_is_acknowledged(name: str) -> None:
    assert LETTERS[name].title.startswith("{title}证书")


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_can_be_written_from_what_a_case_knows(name: str) -> None:
    letter = LETTERS[name]

    assert holes(letter.title) == {"title"}
    assert {"title", "number"} <= holes(letter.body) <= set(WORDS)
    assert letter.body.format(**WORDS).endswith("。")


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_speaks_to_the_holder(name: str) -> None:
    written = LETTERS[name].title + LETTERS[name].body

    assert "客户" not in written
    assert "假证" not in written


def test_a_counterfeit_reads_like_any_refusal() -> None:
    assert LETTERS["find_counterfeit"] == LETTERS["reject"]


def test_a_new_submission_carries_the_number_to_quote_on_the_telephone() -> None:
    assert "{receipt}" in LETTERS["submit"].body
    assert "{receipt}" in LETTERS["resubmit"].body
