"""Serial numbers of days, number formats and column letters."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbooks.columns import column_name, column_position
from workbooks.serials import day_of, shows_a_day


@pytest.mark.parametrize(
    "number_format",
    [
        "yyyy-mm-dd",
        "yyyy/m/d;@",
        'yyyy"年"m"月"',
        "[$-804]yyyy年m月d日",
        "mmm",
        "m/d",
        "[DBNum1]yyyy年",
        "aaaa d",
        "yyyy-mm-dd hh:mm",
    ],
)
def test_formats_that_show_a_day(number_format):
    assert shows_a_day(number_format)


@pytest.mark.parametrize(
    "number_format",
    [
        "General",
        "0.00",
        "@",
        "0.00E+00",
        "[h]:mm:ss",
        "h:mm AM/PM",
        "mm:ss",
        '0"day"',
        "[Red]0",
        "#,##0\\d",
        "_d0",
        "0;yyyy",
        "",
    ],
)
def test_formats_that_show_none(number_format):
    assert not shows_a_day(number_format)


@given(st.dates(min_value=date(1900, 3, 1)))
def test_a_day_since_1900_comes_back(day):
    assert day_of((day - date(1899, 12, 30)).days, since_1904=False) == day


@given(st.dates(min_value=date(1904, 1, 1)))
def test_a_day_since_1904_comes_back(day):
    assert day_of((day - date(1904, 1, 1)).days, since_1904=True) == day


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_no_serial_is_too_strange(serial, since_1904):
    found = day_of(serial, since_1904=since_1904)

    assert found is None or date(1900, 1, 1) <= date(found.year, found.month, found.day)


def test_a_time_is_told_to_the_second():
    noon = datetime.combine(date(2014, 1, 1), time(12, 0, 1))

    assert day_of(41640.5 + timedelta(seconds=1) / timedelta(days=1), since_1904=False) == noon


@given(st.integers(min_value=0, max_value=18_277))
def test_column_letters_and_positions_are_one(position):
    assert column_position(column_name(position)) == position


def test_the_last_column_is_called_xfd():
    assert column_name(16_383) == "XFD"
