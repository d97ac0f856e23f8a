"""归集任务: which certificates an office gathers now. A row outside it goes in all the same, with a word about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.partial_dates import PartialDate
from domain.vocabulary import TitleLevel

EARLIEST_YEAR = 1950
"""No mid- or junior-grade title is older."""


@dataclass(frozen=True, slots=True)
class CampaignScope:
    """What a campaign gathers; what is left empty is not limited."""

    name: str
    series: tuple[str, ...] = ()
    levels: tuple[TitleLevel, ...] = ()
    first_year: int | None = None
    last_year: int | None = None

    @property
    def years(self) -> str:
        if self.first_year and self.last_year:
            return (
                f"{self.first_year}—{self.last_year} 年"
                if self.first_year != self.last_year
                else f"{self.last_year} 年"
            )
        if self.last_year:
            return f"{self.last_year} 年及以前"
        return f"{self.first_year} 年及以后" if self.first_year else "不限年份"

    def holds_year(self, year: int) -> bool:
        return (self.first_year or year) <= year <= (self.last_year or year)


def outside(values: Mapping[str, Any], campaign: CampaignScope | None) -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) for what a row has that the campaign does not gather."""
    if campaign is None:
        return
    series, level, awarded = values.get("title_series"), values.get("title_level"), values.get("awarded_on")
    if campaign.series and series and series not in campaign.series:
        yield "title_series", _said(campaign, f"只归集{'、'.join(campaign.series)}")
    if campaign.levels and level and level not in campaign.levels:
        yield "title_level", _said(campaign, f"只归集{'、'.join(one.label for one in campaign.levels)}")
    if isinstance(awarded, PartialDate) and not campaign.holds_year(awarded.year):
        yield "awarded_on", _said(campaign, f"归集的是 {campaign.years}的证书")


def _said(campaign: CampaignScope, what: str) -> str:
    return f"归集任务“{campaign.name}”{what}，这一行在外面，可以导入，请看一眼"
