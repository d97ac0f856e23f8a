"""The two pictures of the home page as numbers: tiles for the cities, bars for the ages; templates only draw them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from config import HERE
from domain.population import AGES, SMALLEST_TOLD, Population

TILE_WIDTH, TILE_HEIGHT, GAP = 58, 52, 4
WIDEST = 150
STEPS = 4
FEW = f"不足 {SMALLEST_TOLD}"
NAMED = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tile of a city stands: about where the city lies among the others."""

    code: str
    name: str
    row: int
    col: int


@dataclass(frozen=True, slots=True)
class Tile:
    """A city with its number in words, the corner of its tile, and which of the five shades it has."""

    name: str
    words: str
    x: int
    y: int
    step: int


@dataclass(frozen=True, slots=True)
class Bar:
    """An age group with its number and its share in words, and the length of its bar."""

    name: str
    words: str
    share: str
    width: int
    largest: bool


@cache
def places() -> tuple[Place, ...]:
    with (HERE / "data" / "city_tiles.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(Place(one["code"], one["name"], int(one["row"]), int(one["col"])) for one in csv.DictReader(lines))


def drawn(population: Population, today: date) -> dict[str, Any] | None:
    """Return both charts as the template takes them; None where too few are registered to tell anything."""
    cities = population.of_cities(tuple(place.code for place in places()))
    ages = population.of_ages(today.year)
    if not any(cities) or not any(ages):
        return None
    return {
        "people": sum(people or 0 for people in cities), "some_untold": None in cities, "few": FEW, "tiles": _tiles(cities),
        "map_sentence": _map_sentence(cities), "bars": _bars(ages), "age_sentence": _age_sentence(ages),
    }  # fmt: skip


def _tiles(people: Sequence[int | None]) -> list[Tile]:
    most = max(one or 0 for one in people)
    return [
        Tile(place.name, _words(one), place.col * (TILE_WIDTH + GAP), place.row * (TILE_HEIGHT + GAP), _step(one, most))
        for place, one in zip(places(), people, strict=True)
    ]


def _step(people: int | None, most: int) -> int:
    """Nobody and few are the lightest shade; the others go by their share of the largest city."""
    return min(STEPS, 1 + people * STEPS // (most + 1)) if people else 0


def _bars(people: Sequence[int | None]) -> list[Bar]:
    most = max(one or 0 for one in people)
    return [
        Bar(_ages(ages), _words(one), _share(one, people), WIDEST * (one or 0) // most, one == most)
        for ages, one in zip(AGES, people, strict=True)
    ]


def _words(people: int | None) -> str:
    return FEW if people is None else f"{people:,}"


def _share(people: int | None, all_people: Sequence[int | None]) -> str:
    if people is None:
        return f"{FEW} 人"
    return f"{100 * people / sum(one or 0 for one in all_people):.0f}%"


def _ages(group: tuple[int, int]) -> str:
    youngest, oldest = group
    if group == AGES[0]:
        return f"{oldest} 以下"
    return f"{youngest} 以上" if group == AGES[-1] else f"{youngest}—{oldest}"


def _map_sentence(people: Sequence[int | None]) -> str:
    """Say the map in one sentence, for who cannot see it."""
    named = sorted(((one or 0, place.name) for one, place in zip(people, places(), strict=True)), reverse=True)
    first = "，".join(f"{name} {count:,} 人" for count, name in named[:NAMED] if count)
    return f"注册人员地域分布：{first}，其余见数据表"


def _age_sentence(people: Sequence[int | None]) -> str:
    most = max(one or 0 for one in people)
    largest = people.index(most)
    return f"注册人员年龄分布：{_ages(AGES[largest])} 岁最多，占 {_share(most, people)}，其余见数据表"
