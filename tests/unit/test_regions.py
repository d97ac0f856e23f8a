"""Where people can live today, and what old codes were called."""

import pytest

from config import HERE
from domain.regions import Regions, load_divisions


@pytest.fixture(scope="module")
def regions() -> Regions:
    return Regions(load_divisions(HERE / "data" / "regions.csv"))


def test_there_are_fourteen_cities_each_with_its_counties(regions):
    cities = regions.cities()

    assert len(cities) == 14
    assert all(regions.counties(city.code) for city in cities)
    assert [county.name for county in regions.counties("450700")] == ["钦南区", "钦北区", "灵山县", "浦北县"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("450721", "钦州市灵山县"),
        ("450700", "钦州市"),
        ("450000", "广西壮族自治区"),
        ("452824", "钦州地区灵山县"),
        ("999999", ""),
    ],
)
def test_a_code_is_called_by_city_and_county_the_abolished_too(regions, code, name):
    assert regions.name(code) == name


@pytest.mark.parametrize("code", ["452824", "452800", "450000", "999999", "", "45072"])
def test_nobody_can_choose_what_is_abolished_too_large_or_unknown(regions, code):
    assert not regions.may_be_chosen(code)


@pytest.mark.parametrize("code", ["450721", "450700"])
def test_a_county_or_a_whole_city_can_be_chosen(regions, code):
    assert regions.may_be_chosen(code)


def test_an_id_number_tells_the_county_only_while_it_exists(regions):
    assert regions.of_id_number("450721198503120021") == "450721"
    assert regions.of_id_number("452824197006150040") is None
    assert regions.of_id_number("450721850312002") is None
