"""职称之路: a person's titles in the order they were awarded, and the stages these reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.partial_dates import PartialDate
from domain.vocabulary import Term, TitleLevel


class Stage(Term):
    """The four stages of a title; certificates of the last two are not gathered here."""

    JUNIOR = "junior", "初级"
    INTERMEDIATE = "intermediate", "中级"
    ASSOCIATE_SENIOR = "associate_senior", "副高级"
    SENIOR = "senior", "正高级"


STAGES = {
    TitleLevel.ASSOCIATE: Stage.JUNIOR,
    TitleLevel.ASSISTANT: Stage.JUNIOR,
    TitleLevel.INTERMEDIATE: Stage.INTERMEDIATE,
}


@dataclass(frozen=True, slots=True)
class HeldTitle:
    """A title as a record tells it; one that is void stays on the way and reaches no stage."""

    title: str
    level: TitleLevel | None
    awarded_on: PartialDate | None
    awarding_body: str
    verified: bool
    void: bool
    in_full: bool = True
    """Whether the holder may see more of it than its card: the month, and how it stands."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage, and since which year it is reached where a date tells."""

    stage: Stage
    reached: bool
    since: int | None = None


def in_order(titles: Iterable[HeldTitle]) -> list[HeldTitle]:
    """Return the oldest first; what has no date comes last."""
    return sorted(titles, key=_when)


def _when(one: HeldTitle) -> str:
    if one.awarded_on is None:
        return "9999"
    return one.awarded_on.iso if one.in_full else str(one.awarded_on.year)


def stages(titles: Iterable[HeldTitle]) -> list[Reached]:
    valid = [one for one in titles if one.level is not None and not one.void]
    return [_reached(stage, [one for one in valid if one.level and STAGES[one.level] is stage]) for stage in Stage]


def _reached(stage: Stage, titles: list[HeldTitle]) -> Reached:
    years = [one.awarded_on.year for one in titles if one.awarded_on]
    return Reached(stage, reached=bool(titles), since=min(years, default=None))
