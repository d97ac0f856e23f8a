"""Differences by characters: what is marked is exactly what changed, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.differences import Parts, marked


def joined(parts: Parts) -> str:
    return "".join(text for text, _ in parts)


@pytest.mark.parametrize(
    ("old", "new", "parts_of_old", "parts_of_new"),
    [
        ("机械", "机械", [("机械", False)], [("机械", False)]),
        ("2013-07", "2013-12", [("2013-", False), ("07", True)], [("2013-", False), ("12", True)]),
        ("助理工程师", "助理农艺师", [("助理", False), ("工程", True), ("师", False)],
         [("助理", False), ("农艺", True), ("师", False)]),
        ("0833232", "833232", [("0", True), ("833232", False)], [("833232", False)]),
        ("", "会计", [], [("会计", True)]),
        ("会计", "", [("会计", True)], []),
        ("aa", "aaa", [("aa", False)], [("aa", False), ("a", True)]),
        ("", "", [], []),
    ],
)  # fmt: skip
def test_only_the_middle_that_changed_is_marked(old: str, new: str, parts_of_old: Parts, parts_of_new: Parts) -> None:
    assert marked(old, new) == (parts_of_old, parts_of_new)


@given(st.text("职改办0123 ", max_size=12), st.text("职改办0123 ", max_size=12))
def test_no_character_is_lost_and_what_is_plain_is_shared(old: str, new: str) -> None:
    before, after = marked(old, new)

    assert (joined(before), joined(after)) == (old, new)
    assert [text for text, changed in before if not changed] == [text for text, changed in after if not changed]
    assert any(changed for _, changed in (*before, *after)) is (old != new)
