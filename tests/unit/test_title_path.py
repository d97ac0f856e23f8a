"""职称之路: the order of titles, and which stages they reach."""

from __future__ import annotations

from domain.partial_dates import PartialDate
from domain.title_path import STAGES, HeldTitle, Stage, in_order, stages
from domain.vocabulary import TitleLevel


def held(title: str, level: TitleLevel | None, awarded_on: PartialDate | None, *, void: bool = False) -> HeldTitle:
    return HeldTitle(title, level, awarded_on, "灵山县职改办", verified=True, void=void)


TECHNICIAN = held("技术员", TitleLevel.ASSOCIATE, PartialDate(2006, 7))
ASSISTANT = held("助理工程师", TitleLevel.ASSISTANT, PartialDate(2009, 12, 20))
ENGINEER = held("工程师", TitleLevel.INTERMEDIATE, PartialDate(2014, 12))
UNDATED = held("助理会计师", TitleLevel.ASSISTANT, None)


def test_the_oldest_stands_first_and_what_has_no_date_last() -> None:
    assert in_order([UNDATED, ENGINEER, TECHNICIAN, ASSISTANT]) == [TECHNICIAN, ASSISTANT, ENGINEER, UNDATED]


def test_a_stage_is_reached_since_the_first_title_of_it() -> None:
    reached = [(one.stage, one.reached, one.since) for one in stages([ASSISTANT, TECHNICIAN, ENGINEER])]

    assert reached == [
        (Stage.JUNIOR, True, 2006), (Stage.INTERMEDIATE, True, 2014), (Stage.ASSOCIATE_SENIOR, False, None),
        (Stage.SENIOR, False, None),
    ]  # fmt: skip


def test_a_void_title_reaches_nothing_and_one_without_a_date_tells_no_year() -> None:
    void = held("工程师", TitleLevel.INTERMEDIATE, PartialDate(2014, 12), void=True)

    junior, intermediate, *_ = stages([UNDATED, void])

    assert (junior.reached, junior.since, intermediate.reached) == (True, None, False)


def test_every_level_has_its_stage() -> None:
    assert set(STAGES) == set(TitleLevel)
