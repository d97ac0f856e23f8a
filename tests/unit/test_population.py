"""Who is registered where and how old, told without pointing at anybody."""

from __future__ import annotations

from datetime import date

from config import HERE
from domain.population import AGES, Population, told
from domain.regions import Regions, load_divisions
from public_views import charts

TODAY = date(2026, 11, 25)


def test_few_are_not_told_and_nobody_is() -> None:
    assert [told(people) for people in (0, 1, 4, 5)] == [0, None, None, 5]


def test_every_age_is_in_one_group() -> None:
    population = Population({}, {2026 - age: 5 for age in range(121)})

    assert sum(people or 0 for people in population.of_ages(2026)) == 121 * 5
    assert [age for _, age in AGES[:-1]] == [age - 1 for age, _ in AGES[1:]]


def test_every_city_has_its_tile_and_no_two_share_one() -> None:
    cities = Regions(load_divisions(HERE / "data" / "regions.csv")).cities()

    assert {place.code for place in charts.places()} == {city.code for city in cities}
    assert len({(place.row, place.col) for place in charts.places()}) == len(cities)


def test_the_charts_say_in_words_what_they_draw() -> None:
    drawn = charts.drawn(Population({"450100": 120, "450700": 30, "450500": 3}, {1980: 90, 1966: 60, 2003: 2}), TODAY)

    assert drawn is not None
    tiles = {tile.name: (tile.words, tile.step) for tile in drawn["tiles"]}
    assert (tiles["南宁"], tiles["钦州"], tiles["北海"], tiles["柳州"]) == (
        ("120", 4),
        ("30", 1),
        ("不足 5", 0),
        ("0", 0),
    )
    assert (drawn["people"], drawn["some_untold"]) == (150, True)
    assert drawn["map_sentence"] == "注册人员地域分布：南宁 120 人，钦州 30 人，其余见数据表"
    bars = {bar.name: (bar.words, bar.share, bar.width) for bar in drawn["bars"]}
    assert (bars["46—50"], bars["51—60"], bars["24 以下"]) == (
        ("90", "60%", 150),
        ("60", "40%", 100),
        ("不足 5", "不足 5 人", 0),
    )
    assert drawn["age_sentence"] == "注册人员年龄分布：46—50 岁最多，占 60%，其余见数据表"


def test_nothing_is_drawn_of_a_handful() -> None:
    assert charts.drawn(Population({"450100": 4}, {1980: 4}), TODAY) is None
