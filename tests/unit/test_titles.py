"""Series, levels and titles: which exist, how they are called, and what is said when they do not fit."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import FieldProblem
from domain.partial_dates import PartialDate
from domain.titles import (
    IMPORTABLE_LEVELS,
    LEVEL_ALIASES,
    SERIES_ALIASES,
    TitleCatalogue,
    TitleRow,
    check_title,
    load_titles,
    title_level,
)

TABLE = Path(__file__).parents[2] / "data" / "title_series.csv"
CATALOGUE = TitleCatalogue(load_titles(TABLE))
BEFORE_THE_REFORM = PartialDate(2010, 6)
AFTER_THE_REFORM = PartialDate(2018, 6)


def problems(
    series: str, level: str, title: str, awarded: PartialDate | None = BEFORE_THE_REFORM
) -> list[tuple[str, str]]:
    return check_title(CATALOGUE, series, level, title, awarded)


def test_the_table_is_read_as_it_stands() -> None:
    with TABLE.open(encoding="utf-8-sig", newline="") as lines:
        written = list(csv.DictReader(lines))

    rows = load_titles(TABLE)

    assert len(rows) == len(written) > 300
    assert rows[0] == TitleRow("高等学校教师", "正高级", "教授", "", "both", "高校教师系列")


def test_every_row_of_the_table_exists_in_the_catalogue() -> None:
    for row in load_titles(TABLE):
        assert CATALOGUE.exists(row.guangxi_series, row.level, row.title)
        assert row.title in CATALOGUE.titles(row.guangxi_series, row.level)
        assert row.level in CATALOGUE.levels_of(row.guangxi_series, row.title)


def test_every_importable_title_passes_and_no_higher_one_does() -> None:
    for row in load_titles(TABLE):
        found = problems(row.guangxi_series, row.level, row.title)

        assert (found == []) is (row.level in IMPORTABLE_LEVELS)


def test_both_names_of_every_series_are_recognised() -> None:
    for row in load_titles(TABLE):
        assert CATALOGUE.series(row.series) == row.guangxi_series
        assert CATALOGUE.series(row.guangxi_series) == row.guangxi_series
        assert CATALOGUE.series(row.guangxi_series.removesuffix("系列")) == row.guangxi_series


@pytest.mark.parametrize(
    ("alias", "name"), [(alias, name) for name, aliases in SERIES_ALIASES.items() for alias in aliases]
)
def test_every_alias_leads_to_its_series(alias: str, name: str) -> None:
    assert CATALOGUE.series(alias) == name
    assert CATALOGUE.series(f"{alias}系列") == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("工程", "工程系列"),
        ("工程技术", "工程系列"),
        ("工程技术人员", "工程系列"),
        ("工程专业技术人员", "工程系列"),
        (" 工 程 系列\u3000", "工程系列"),
        ("卫生", "卫生系列"),
        ("卫生技术", "卫生系列"),
        ("会计专业", "会计系列"),
        ("中专教师", "中等专业学校教师系列"),
        ("中学教师", "中小学教师系列"),
        ("中小学（幼儿园）教师", "中小学教师系列"),
        ("船舶技术", "船舶技术人员系列"),
        ("思想政治工作人员", "政工系列"),
    ],
)
def test_a_series_is_recognised_by_what_people_write(written: str, name: str) -> None:
    assert CATALOGUE.series(written) == name


@pytest.mark.parametrize("written", ["", "系列", "教师", "工程师", "不详", "工程系例", "系列" * 10_000, "(非" * 10_000])
def test_no_series_is_guessed(written: str) -> None:
    assert CATALOGUE.series(written) is None


def test_a_catalogue_of_the_offices_own_rows_knows_its_own_series_only() -> None:
    row = TitleRow("水产技术人员", "助理级", "助理水产师", "", "both", "水产系列")

    catalogue = TitleCatalogue([row, row])

    assert catalogue.series_names() == ("水产系列",)
    assert catalogue.series("水产") == "水产系列"
    assert catalogue.series("工程") is None
    assert catalogue.titles("水产系列", "助理级") == ("助理水产师",)
    assert catalogue.levels_of("水产系列", "助理水产师") == ("助理级",)


@pytest.mark.parametrize(
    ("series", "level", "title"),
    [
        ("工程系列", "员级", "技术员"),
        ("工程系列", "助理级", "助理工程师"),
        ("工程系列", "中级", "工程师"),
        ("卫生系列", "员级", "护士"),
        ("卫生系列", "助理级", "药师"),
        ("会计系列", "助理级", "助理会计师"),
        ("农业系列", "助理级", "助理农艺师"),
        ("中小学教师系列", "员级", "小学二级教师"),
        ("中小学教师系列", "助理级", "小学一级教师"),
        ("中小学教师系列", "中级", "小学高级教师"),
        ("中小学教师系列", "中级", "一级教师"),
        ("工程", "助理级", "助理工程师"),
        ("工程系列", "师级", "助理工程师"),
        ("工程系列", "助理级", " 助理工程师 "),
    ],
)
def test_titles_that_fit(series: str, level: str, title: str) -> None:
    assert problems(series, level, title) == []


@pytest.mark.parametrize(
    ("series", "level", "title", "sentence"),
    [
        ("工程系列", "员级", "助理工程师", "工程系列里“助理工程师”是助理级，请核对职称级别或资格名称"),
        ("中小学教师系列", "助理级", "小学高级教师", "中小学教师系列里“小学高级教师”是中级，请核对职称级别或资格名称"),
        (
            "工程系列",
            "中级",
            "高级工程师",
            "工程系列里“高级工程师”是副高级，这里只收员级、助理级、中级，请核对资格名称",
        ),
        ("工程系列", "助理级", "助工", "工程系列里没有“助工”，是不是“助理工程师”"),
        ("工程系列", "助理级", "护师", "“护师”不在工程系列里，在卫生系列里，请核对职称系列或资格名称"),
        (
            "工程系列",
            "中级",
            "馆员",
            "“馆员”不在工程系列里，在图书资料系列、文物博物系列、档案系列里，请核对职称系列或资格名称",
        ),
        ("工程系列", "中级", "不详", "工程系列里没有“不详”，请照证书填写资格名称"),
    ],
)
def test_a_title_that_does_not_fit(series: str, level: str, title: str, sentence: str) -> None:
    assert problems(series, level, title) == [("title", sentence)]


@pytest.mark.parametrize("awarded", [BEFORE_THE_REFORM, PartialDate(2015, 12, 31), None])
def test_a_bare_teachers_title_of_old_is_asked_back(awarded: PartialDate | None) -> None:
    assert problems("中小学教师系列", "助理级", "一级教师", awarded) == [
        ("title", "“一级教师”要写明是中学还是小学：“中学一级教师”是中级，“小学一级教师”是助理级")
    ]
    assert problems("中小学教师系列", "中级", "高级教师", awarded) == [
        ("title", "“高级教师”要写明是中学还是小学：“中学高级教师”是副高级，“小学高级教师”是中级")
    ]
    assert problems("中小学教师系列", "员级", "二级教师", awarded) == [
        ("title", "“二级教师”要写明是中学还是小学：“中学二级教师”是助理级，“小学二级教师”是员级")
    ]


def test_after_the_reform_a_bare_teachers_title_has_one_level() -> None:
    assert problems("中小学教师系列", "助理级", "一级教师", AFTER_THE_REFORM) == [
        ("title", "中小学教师系列里“一级教师”是中级，请核对职称级别或资格名称")
    ]


def test_the_question_names_only_titles_that_the_dictionary_has() -> None:
    catalogue = TitleCatalogue([TitleRow("中小学教师", "中级", "一级教师", "", "both", "中小学教师系列")])

    assert check_title(catalogue, "中小学教师系列", "助理级", "一级教师", None) == [
        ("title", "“一级教师”要写明是中学还是小学")
    ]


@pytest.mark.parametrize(
    ("written", "level"), [*LEVEL_ALIASES.items(), ("员级", "员级"), (" 中级 ", "中级"), ("初级（师）", "助理级")]
)
def test_levels_are_recognised(written: str, level: str) -> None:
    assert title_level(written) == level


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("初级", "初级分为员级和助理级，请照资格名称写明是哪一级"),
        ("副高", "这里只收员级、助理级、中级的证书，副高的不在这里办理"),
        ("高级", "这里只收员级、助理级、中级的证书，高级的不在这里办理"),
        ("正高级", "这里只收员级、助理级、中级的证书，正高级的不在这里办理"),
        ("三级", "职称级别只有员级、助理级、中级，请照证书填写"),
    ],
)
def test_other_levels_are_refused_with_the_reason(written: str, sentence: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        title_level(written)

    assert (problem.value.field, problem.value.sentence) == ("title_level", sentence)
    assert problems("工程系列", written, "技术员") == [("title_level", sentence)]


def test_an_unknown_series_leaves_the_title_unchecked() -> None:
    assert problems("工程系例", "助理级", "护士") == [("title_series", "没有“工程系例”这个职称系列，是不是“工程系列”")]
    assert problems("不详", "助理级", "护士") == [("title_series", "没有“不详”这个职称系列，请照证书从列表里选")]


def test_an_unknown_level_still_checks_that_the_series_has_the_title() -> None:
    assert [field for field, _ in problems("卫生系列", "初级", "馆员")] == ["title_level", "title"]


def test_empty_cells_are_not_checked() -> None:
    assert problems("", "", "") == []
    assert problems("工程系列", "", "") == []
    assert problems("", "中级", "工程师") == []
    assert problems("工程系列", "", "工程师") == []


def test_suggestions_are_importable_titles_of_the_series() -> None:
    assert CATALOGUE.similar_titles("工程系列", "高级工程师") == ["工程师", "助理工程师"]
    assert CATALOGUE.similar_titles("没有的系列", "工程师") == []
    assert CATALOGUE.similar_titles("工程系列", "工程师" * 1000) == []


words = st.text(max_size=30) | st.text("工程师助理高级教员技术一二三小中学系列", max_size=12)


@given(words, words, words)
def test_checking_a_title_always_answers_in_words(series: str, level: str, title: str) -> None:
    for field, sentence in problems(series, level, title) + problems("工程系列", "中级", title):
        assert field in ("title_series", "title_level", "title")
        assert sentence
        assert len(sentence) < 120
