"""Dates as people and workbooks write them, known to the day or to the month."""

import math
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cells import CellError, CellValue, Formula
from domain.partial_dates import DateProblem, PartialDate, parse_cell, parse_text

FULL_WIDTH = {ord(half): ord(half) + 0xFEE0 for half in map(chr, range(0x21, 0x7F))}
MIDNIGHT = datetime(2005, 11, 12, 0, 0)  # noqa: DTZ001 - a workbook's cell has no time zone
NEW_YEAR_1900 = datetime(1900, 1, 1)  # noqa: DTZ001 - likewise

days = st.dates(date(1901, 1, 1), date(2100, 12, 31)).map(PartialDate.from_date)
months = days.map(lambda day: PartialDate(day.year, day.month))
partial_dates = days | months


def refusal(cell: CellValue) -> str:
    with pytest.raises(DateProblem) as problem:
        parse_cell(cell)
    return problem.value.sentence


@pytest.mark.parametrize(
    "written",
    [
        "2014-01-01",
        "2014-1-1",
        "2014/1/1",
        "2014/01/01",
        "2014.1.1",
        "2014.01.01",
        "2014年1月1日",
        "2014年01月01日",
        "2014年1月1号",
        "2014 年 1 月 1 日",
        "20140101",
        "二〇一四年一月一日",
        "二零一四年元月一日",
        "二○一四年一月一日",
        "二O一四年〇一月〇一日",
        "2014年一月1日",
        "2014-01-01 00:00:00",
        "2014/1/1 0:00",
        "2014-01-01T00:00:00.000",
        "2014—01—01",
        "2014、1、1",
        " 2014-01-01\u3000",
        "'2014-01-01",
        "\u200b2014-01-01",
        "2014-01-01".translate(FULL_WIDTH),
        "2014/1/1".translate(FULL_WIDTH),
        "2014.1.1".translate(FULL_WIDTH),
        "2014年1月1日".translate(FULL_WIDTH),
    ],
)
def test_ways_to_write_a_day(written: str) -> None:
    assert parse_text(written).iso == "2014-01-01"


@pytest.mark.parametrize(
    "written",
    [
        "2014-01",
        "2014-1",
        "2014.1",
        "2014.01",
        "2014/1",
        "2014年1月",
        "2014年01月",
        "2014 年 01 月",
        "2014年元月",
        "二〇一四年一月",
        "二零一四年元月",
        "201401",
        "2014、1",
        "2014.1".translate(FULL_WIDTH),
        "201401".translate(FULL_WIDTH),
    ],
)
def test_ways_to_write_a_month(written: str) -> None:
    assert parse_text(written).iso == "2014-01"


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2014.10", "2014-10"),
        ("二〇一四年十月", "2014-10"),
        ("二〇一四年十一月", "2014-11"),
        ("二〇一四年十二月二十三日", "2014-12-23"),
        ("一九九八年三月三十一日", "1998-03-31"),
        ("二〇一〇年一〇月二十日", "2010-10-20"),
        ("二〇〇〇年二月二九日", "2000-02-29"),
        ("2010年十月十日", "2010-10-10"),
        ("19011231", "1901-12-31"),
        ("2039-01-01", "2039-01-01"),
    ],
)
def test_numerals_are_read(written: str, iso: str) -> None:
    assert parse_text(written).iso == iso


@pytest.mark.parametrize(
    "written", ["14.1", "65.09", "6405", "09.5.1", "99年5月", "九九年五月", "990501", "140101", "99-05-01", "99年"]
)
def test_a_year_of_two_digits_is_refused(written: str) -> None:
    assert refusal(written).startswith("年份要写四位")


@pytest.mark.parametrize("written", ["2014", "2014年", "二〇一四年", "约2014年", 2014, 2014.0, 1999])
def test_a_year_alone_is_refused(written: CellValue) -> None:
    assert refusal(written).startswith("只写了年份，请照原件补上月份")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("2010-02-30", "2010 年 2 月没有 30 日，请照原件核对"),
        ("2011-02-29", "2011 年 2 月没有 29 日，请照原件核对"),
        ("20140431", "2014 年 4 月没有 31 日，请照原件核对"),
        ("2014-01-00", "2014 年 1 月没有 0 日，请照原件核对"),
        (20140230, "2014 年 2 月没有 30 日，请照原件核对"),
        ("2014-13", "没有 13 月，请照原件核对"),
        ("二〇一四年十三月", "没有 13 月，请照原件核对"),
        (201413, "没有 13 月，请照原件核对"),
        (201400, "没有 0 月，请照原件核对"),
    ],
)
def test_a_day_that_does_not_exist_is_refused(written: CellValue, sentence: str) -> None:
    assert refusal(written) == sentence


@pytest.mark.parametrize(
    "written",
    ["1900-01-01", "1900-12-31", "19001231", "1899-05", "0214-01-01", date(1900, 12, 31), NEW_YEAR_1900],
)
def test_1900_and_earlier_is_refused(written: CellValue) -> None:
    assert "年太早" in refusal(written)


@pytest.mark.parametrize(
    "written",
    [
        "Jan-14",
        "1-Jan-14",
        "1/1/2014",
        "2014 1 1",
        "2014-1.1",
        "2014.1.1.",
        "20141",
        "2014101",
        "41640",
        "2014年111月",
        "2014年一十月",
        "不详",
        "-",
        "?",
        "2014-01-0100:00:00",
        "\u0662\u0660\u0661\u0664-\u0660\u0661-\u0660\u0661",
        "2014-01-01" * 100,
    ],
)
def test_what_may_be_read_two_ways_or_none_is_refused(written: str) -> None:
    assert "请写成 2014-01-01" in refusal(written)


@pytest.mark.parametrize("written", ["", "   ", "\u200b", None])
def test_an_empty_cell_says_so(written: CellValue) -> None:
    assert refusal(written) == "还没有填日期"


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        (date(2014, 1, 1), "2014-01-01"),
        (MIDNIGHT, "2005-11-12"),
        (20140101, "2014-01-01"),
        (20140101.0, "2014-01-01"),
        (201401, "2014-01"),
        (201401.0, "2014-01"),
        (41640, "2014-01-01"),
        (41640.75, "2014-01-01"),
        (31229, "1985-07-01"),
        (38924, "2006-07-26"),
        (367, "1901-01-01"),
    ],
)
def test_cells_are_read_by_their_type(cell: CellValue, iso: str) -> None:
    assert parse_cell(cell).iso == iso


def test_the_number_2014_1_is_asked_back() -> None:
    assert refusal(2014.1) == "数字 2014.1 可能是 1 月，也可能是 10 月，请照原件写成 2014-01 或 2014-10"


@pytest.mark.parametrize(
    "cell",
    [
        0, 1, -1, 60, 366, 73416, 833232, 99999999, 10**400,
        2014.05, 2014.12, 201401.5, 20140101.5, 1e300, 1e-9, math.nan, math.inf, -math.inf, True, False,
    ],
)  # fmt: skip
def test_other_numbers_are_no_dates(cell: CellValue) -> None:
    assert "请写成 2014-01-01" in refusal(cell)


def test_what_is_no_date_at_all_is_named() -> None:
    assert refusal(True).startswith("这里要填日期")
    assert "#N/A" in refusal(CellError("#N/A"))
    assert "公式" in refusal(Formula.WITHOUT_VALUE)


cells = st.one_of(
    st.text(),
    st.text("0123456789-/.年月日元十一二〇 :T", max_size=16),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.builds(CellError, st.text()),
    st.just(Formula.WITHOUT_VALUE),
    st.none(),
)


@given(cells)
def test_reading_a_cell_raises_nothing_but_its_problem(cell: CellValue) -> None:
    try:
        found = parse_cell(cell)
    except DateProblem:
        return

    assert PartialDate.from_iso(found.iso) == found


@given(partial_dates)
def test_iso_and_back_is_the_same_date(found: PartialDate) -> None:
    assert PartialDate.from_iso(found.iso) == found
    assert parse_text(found.iso) == found


@given(partial_dates)
def test_a_number_that_shows_a_date_is_that_date(found: PartialDate) -> None:
    assert parse_cell(int(found.iso.replace("-", ""))) == found


@given(days)
def test_a_serial_number_is_its_day(day: PartialDate) -> None:
    serial = (day.earliest() - date(1899, 12, 30)).days

    if not 1901 <= serial <= 2100:
        assert parse_cell(serial) == day


def test_it_is_written_as_it_is_known() -> None:
    assert PartialDate(2013, 7).iso == "2013-07"
    assert PartialDate(2013, 7, 1).iso == "2013-07-01"


@pytest.mark.parametrize(
    "iso", ["2013", "2013-7", "2013-07-1", "13-07", "2013-07-01x", "2013-13", "2013-02-30", "", "1900-01"]
)
def test_only_the_stored_form_is_iso(iso: str) -> None:
    with pytest.raises(DateProblem):
        PartialDate.from_iso(iso)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2013-06", "2013-07"),
        ("2013-06-30", "2013-07"),
        ("2013-06", "2013-07-01"),
        ("2013-07-01", "2013-07-02"),
        ("2012-12-31", "2013-01-01"),
    ],
)
def test_what_is_certainly_before(earlier: str, later: str) -> None:
    first, second = PartialDate.from_iso(earlier), PartialDate.from_iso(later)

    assert first.certainly_before(second)
    assert not second.certainly_before(first)
    assert not first.agrees_with(second)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2013-07", "2013-07-31"), ("2013-07-01", "2013-07"), ("2013-07", "2013-07"), ("2013-07-05", "2013-07-05")],
)
def test_doubt_is_no_order(one: str, other: str) -> None:
    first, second = PartialDate.from_iso(one), PartialDate.from_iso(other)

    assert not first.certainly_before(second)
    assert not second.certainly_before(first)
    assert first.agrees_with(second)


@given(partial_dates, partial_dates)
def test_certainly_before_means_that_no_two_days_say_otherwise(one: PartialDate, other: PartialDate) -> None:
    assert one.certainly_before(other) == (one.latest() < other.earliest())


def test_a_month_reaches_from_its_first_to_its_last_day() -> None:
    month = PartialDate(2012, 2)

    assert (month.earliest(), month.latest()) == (date(2012, 2, 1), date(2012, 2, 29))


@pytest.mark.parametrize(
    ("iso", "future"),
    [("2026-11-18", False), ("2026-11-19", True), ("2026-11", False), ("2026-12", True), ("2026-10", False)],
)
def test_this_month_is_not_the_future(iso: str, future: bool) -> None:
    assert PartialDate.from_iso(iso).certainly_after(date(2026, 11, 18)) is future


@pytest.mark.parametrize(
    ("iso", "younger"),
    [
        ("2001-03-11", True),
        ("2001-03-12", False),
        ("2001-02", True),
        ("2001-03", False),
        ("1980-01", True),
        ("2020-01-01", False),
    ],
)
def test_age_on_the_day_of_the_award(iso: str, younger: bool) -> None:
    assert PartialDate.from_iso(iso).certainly_younger_than(date(1985, 3, 12), 16) is younger


def test_age_of_somebody_born_on_29_february() -> None:
    leap_day = date(1984, 2, 29)

    assert PartialDate(2001, 2, 28).certainly_younger_than(leap_day, 17)
    assert not PartialDate(2001, 3, 1).certainly_younger_than(leap_day, 17)


@given(days, st.dates(date(1901, 1, 1), date(2080, 1, 1)))
def test_doubt_never_makes_somebody_too_young(day: PartialDate, birth: date) -> None:
    month = PartialDate(day.year, day.month)

    if month.certainly_younger_than(birth, 16):
        assert day.certainly_younger_than(birth, 16)
        assert day.earliest() < birth + timedelta(days=366 * 16)
