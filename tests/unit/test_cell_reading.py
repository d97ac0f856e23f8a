"""One cell of a column: what it is read as, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Place
from domain.cell_reading import EMPTY, Dictionaries, Reading, reader
from domain.cells import CellError, CellValue, Formula
from domain.certificate_fields import BY_KEY, STORED, Kind
from domain.identifiers import IdDocument
from domain.partial_dates import PartialDate
from domain.titles import TitleCatalogue, load_titles
from domain.vocabulary import CertificateStatus, ObtainedBy, OfficeKind, Sex, TitleLevel


@dataclass(frozen=True)
class OneBody:
    key: str
    name: str
    place: Place
    office_name: str


CITY_BODY = OneBody("#2", "钦州市职改办", Place(2, OfficeKind.CITY, 2, 1), "钦州市职改办")


class Bodies:
    """A dictionary of one body, known by two names."""

    def find(self, name: str) -> OneBody | None:
        return CITY_BODY if name in (CITY_BODY.name, "钦州市职称改革办公室") else None

    def suggest(self, name: str) -> list[str]:
        return [CITY_BODY.name, "灵山县职改办"] if "钦州" in name else []


READINGS = {"认定": ObtainedBy.PROBATION, "初定": ObtainedBy.PROBATION, "补办": ObtainedBy.REPLACEMENT}
TITLES = TitleCatalogue(load_titles(Path(__file__).parents[2] / "data" / "title_series.csv"))
DICTIONARIES = Dictionaries(TITLES, Bodies(), READINGS, date(2026, 3, 15))
ID_NUMBER = "11010519491231002X"


def read(key: str, cell: CellValue) -> Reading:
    return reader(BY_KEY[key], DICTIONARIES)(cell)


# What every column has in common.


@pytest.mark.parametrize("key", [one.key for one in STORED])
@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000\n", "\u200b"])
def test_an_empty_cell_says_nothing(key: str, cell: CellValue) -> None:
    assert read(key, cell) == EMPTY


@pytest.mark.parametrize("key", [one.key for one in STORED])
@pytest.mark.parametrize(
    ("cell", "word"),
    [(CellError("#N/A"), "错误值 #N/A"), (Formula.WITHOUT_VALUE, "公式"), (True, "是/否"), (False, "是/否")],
)
def test_what_is_no_value_is_an_error_in_any_column(key: str, cell: CellValue, word: str) -> None:
    found = read(key, cell)

    assert word in found.problem
    assert found.value is None


CELLS = st.one_of(
    st.none(), st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(),
    st.just(Formula.WITHOUT_VALUE), st.builds(CellError, st.sampled_from(["#N/A", "#REF!"])),
)  # fmt: skip


@pytest.mark.parametrize("key", [one.key for one in STORED])
@given(cell=CELLS)
def test_no_cell_breaks_the_reading_and_a_problem_never_comes_with_a_value(key: str, cell: CellValue) -> None:
    found = read(key, cell)

    assert not (found.problem and found.value is not None)
    assert not (found.problem and (found.warning or found.notice))


@pytest.mark.parametrize("key", ["title_series", "title_level", "sex", "obtained_by", "specialty", "name", "cert_no"])
def test_a_sentence_about_an_endless_cell_stays_short(key: str) -> None:
    assert 0 < len(read(key, "证" * 30_000).problem) < 200


# Certificate numbers.


@pytest.mark.parametrize(
    "cell", ["无", " 无 ", "\u200b无", "—", "/", "N/A", "暂 无", "0", "000", "####", "证书编号：无"]
)
def test_a_number_that_says_none_counts_as_empty(cell: str) -> None:
    assert read("cert_no", cell) == EMPTY


@pytest.mark.parametrize("number", ["0833232", "833232", "01", "000000000000001", "123456789012345"])
def test_a_number_of_digits_is_kept_with_its_zeros_and_nothing_said(number: str) -> None:
    assert read("cert_no", number) == Reading(number)


@pytest.mark.parametrize("number", ["桂中级字第0812号", "1234567890123456", "A0812", "0812-1"])
def test_other_shapes_are_kept_as_written_with_a_warning(number: str) -> None:
    found = read("cert_no", number)

    assert (found.value, found.problem, found.notice) == (number, "", "")
    assert "照原样保留" in found.warning


@pytest.mark.parametrize(
    ("cell", "number"), [(833232, "833232"), (833232.0, "833232"), (123456789012345, "123456789012345")]
)
def test_a_number_cell_is_warned_of_and_written_without_a_point(cell: float, number: str) -> None:
    found = read("cert_no", cell)

    assert found.value == number
    assert "前面的 0 可能丢了" in found.warning


def test_a_full_width_number_is_read_with_a_notice() -> None:
    found = read("cert_no", "０８１２")

    assert (found.value, found.warning, found.notice) == ("0812", "", "“０８１２”读作“0812”")


@pytest.mark.parametrize("cell", [date(2014, 1, 1), datetime(2014, 1, 1)])  # noqa: DTZ001 - a cell knows no time zone
@pytest.mark.parametrize("key", ["cert_no", "id_number"])
def test_a_date_in_a_column_of_numbers_is_an_error(key: str, cell: CellValue) -> None:
    assert "这一格是日期" in read(key, cell).problem


# Names and words.


@pytest.mark.parametrize(
    ("written", "name"),
    [("李白", "李白"), ("欧阳修远", "欧阳修远"), ("阿" * 50, "阿" * 50), ("John Smith", "John Smith")],
)
def test_names_of_two_to_fifty_characters_are_taken(written: str, name: str) -> None:
    assert read("name", written) == Reading(name)


@pytest.mark.parametrize("written", ["李", " 李 ", "阿" * 51])
def test_shorter_and_longer_names_are_refused(written: str) -> None:
    assert read("name", written).problem.startswith("姓名要 2 到 50 个字")


@pytest.mark.parametrize(
    ("written", "name"),
    [("张 三", "张三"), ("李　小 明", "李小明"), ("买买提•艾力", "买买提·艾力"), ("买买提．艾力", "买买提·艾力"),
     ("买买提・艾力", "买买提·艾力"), ("买买提‧艾力", "买买提·艾力"), ("买买提.艾力", "买买提·艾力")],
)  # fmt: skip
def test_what_changed_visibly_in_a_name_is_a_notice(written: str, name: str) -> None:
    found = read("name", written)

    assert found == Reading(name, notice=f"“{written}”读作“{name}”")


@pytest.mark.parametrize("written", ["张三 ", "\u200b张三", "张\u200d三", "\ufeff张三\u3000"])
def test_what_no_eye_sees_is_taken_out_without_a_word(written: str) -> None:
    assert read("name", written) == Reading("张三")
    assert read("specialty", written) == Reading("张三")


@pytest.mark.parametrize("cell", [12345, 1.5, date(2014, 1, 1)])
def test_a_name_is_never_a_number_or_a_date(cell: CellValue) -> None:
    assert "姓名要写成文字" in read("name", cell).problem


@pytest.mark.parametrize(("cell", "value"), [(1.0, "1"), (1.5, "1.5"), (12, "12"), (date(2014, 1, 2), "2014-01-02")])
def test_other_cells_in_a_column_of_words_are_copied_as_seen(cell: CellValue, value: str) -> None:
    assert read("specialty", cell) == Reading(value)


def test_words_are_half_width_within_and_otherwise_left_alone() -> None:
    found = read("approval_doc_no", "桂职办〔２０１４〕１２号")

    assert found.value == "桂职办〔2014〕12号"
    assert found.notice == "“桂职办〔２０１４〕１２号”读作“桂职办〔2014〕12号”"


def test_two_hundred_characters_are_the_most() -> None:
    assert read("specialty", "专" * 200).value == "专" * 200
    assert "现在有 201 个" in read("specialty", "专" * 201).problem


@pytest.mark.parametrize(
    ("key", "usual", "unusual"), [("personal_status", "干部", "艺人"), ("employer_kind", "事业单位", "合作社")]
)
def test_words_besides_the_suggested_are_kept_with_a_warning(key: str, usual: str, unusual: str) -> None:
    assert read(key, usual) == Reading(usual)
    assert read(key, unusual).value == unusual
    assert f"“{unusual}”不在常用说法里" in read(key, unusual).warning


# ID numbers.


def test_an_id_number_is_read_as_a_document() -> None:
    found = read("id_number", ID_NUMBER)

    assert isinstance(found.value, IdDocument)
    assert (found.value.number, found.warning, found.notice) == (ID_NUMBER, "", "")


@pytest.mark.parametrize("written", [ID_NUMBER.lower(), "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"])
def test_a_number_written_otherwise_is_read_with_a_notice_that_does_not_repeat_it(written: str) -> None:
    found = read("id_number", written)

    assert found.value.number == ID_NUMBER
    assert found.notice
    assert not any(sign.isdecimal() for sign in found.notice)


@pytest.mark.parametrize("cell", [110105194912310020, 1.10105194912310e17, 10**15, -(10**17), float("inf")])
def test_a_long_number_cell_is_never_guessed(cell: float) -> None:
    found = read("id_number", cell)

    assert found.value is None
    assert "末尾几位已经丢失" in found.problem
    assert "文本" in found.problem


def test_fifteen_digits_are_converted_with_a_warning_as_text_and_as_a_number() -> None:
    for cell in ("110105491231002", 110105491231002, 110105491231002.0):
        found = read("id_number", cell)

        assert found.value.number == ID_NUMBER
        assert "换算成 18 位" in found.warning


def test_a_wrong_check_character_is_told_without_the_header_and_without_the_right_one() -> None:
    assert read("id_number", "110105194912310021").problem == "最后一位对不上，请核对原件"


# Series, levels, ways, states.


@pytest.mark.parametrize(("written", "notice"), [("工程系列", ""), (" 工程系列", ""), ("工程", "“工程”读作“工程系列”")])
def test_a_short_form_of_a_series_is_recognised_and_said(written: str, notice: str) -> None:
    assert read("title_series", written) == Reading("工程系列", notice=notice)


def test_an_unknown_series_comes_with_suggestions_where_there_are_any() -> None:
    assert read("title_series", "工程师系列").problem == "没有“工程师系列”这个职称系列，是不是“工程系列”"
    assert "一览表" in read("title_series", "不详").problem


@pytest.mark.parametrize(
    ("key", "written", "term"),
    [("sex", "男", Sex.MALE), ("sex", " 女", Sex.FEMALE), ("title_level", "员级", TitleLevel.ASSOCIATE),
     ("title_level", "助理级", TitleLevel.ASSISTANT), ("title_level", "中级", TitleLevel.INTERMEDIATE),
     ("obtained_by", "评审", ObtainedBy.REVIEW), ("obtained_by", "重新确认", ObtainedBy.RECONFIRMATION),
     ("cert_status", "正常", CertificateStatus.NORMAL), ("cert_status", "作废", CertificateStatus.VOID)],
)  # fmt: skip
def test_the_words_of_a_closed_list_are_read_as_its_terms(key: str, written: str, term: object) -> None:
    found = read(key, written)

    assert found == Reading(term)
    assert found.value is term


@pytest.mark.parametrize(
    ("written", "term"),
    [("认定", ObtainedBy.PROBATION), ("初定", ObtainedBy.PROBATION), ("补办", ObtainedBy.REPLACEMENT)],
)
def test_another_word_for_a_way_is_read_with_a_notice(written: str, term: ObtainedBy) -> None:
    assert read("obtained_by", written) == Reading(term, notice=f"“{written}”读作“{term.label}”")


def test_an_ambiguous_level_is_asked_back() -> None:
    assert read("title_level", "初级").problem == "初级分为员级和助理级，请照资格名称写明是哪一级"
    assert "只有员级、助理级、中级" in read("title_level", "三级").problem


@pytest.mark.parametrize(
    ("key", "written", "wanted"),
    [("sex", "未知", "男、女"), ("obtained_by", "考试", "转正定职、评审、遗失补办、重新确认"),
     ("cert_status", "作废待审", "正常、作废"), ("sex", 1, "男、女")],
)  # fmt: skip
def test_any_other_word_is_refused_with_those_there_are(key: str, written: CellValue, wanted: str) -> None:
    assert read(key, written).problem == f"没有“{written}”这种写法，请从{wanted}里选一个"


# Awarding bodies.


@pytest.mark.parametrize("written", ["钦州市职改办", "钦州市职称改革办公室"])
def test_a_body_is_known_by_name_and_alias(written: str) -> None:
    assert read("awarding_body", written) == Reading(written)


def test_an_unknown_body_is_kept_with_a_warning_and_the_best_suggestions() -> None:
    found = read("awarding_body", "钦州职改办")

    assert found.value == "钦州职改办"
    assert found.warning == "授予单位里没有“钦州职改办”，是不是“钦州市职改办”或“灵山县职改办”；照原样保留"
    assert read("awarding_body", "某单位").warning == "授予单位里没有“某单位”；照原样保留"


# Dates.


@pytest.mark.parametrize(
    ("cell", "iso"),
    [("2014-01-01", "2014-01-01"), ("2014年元月", "2014-01"), (201401, "2014-01"), (20140101, "2014-01-01"),
     (41640, "2014-01-01"), (date(2014, 1, 1), "2014-01-01"), ("2026-03-15", "2026-03-15"), ("2026-03", "2026-03")],
)  # fmt: skip
def test_a_date_is_read_with_the_precision_it_has(cell: CellValue, iso: str) -> None:
    assert read("awarded_on", cell) == Reading(PartialDate.from_iso(iso))


@pytest.mark.parametrize("cell", ["2026-03-16", "2026-04", 20270101, date(2026, 3, 16)])
@pytest.mark.parametrize("key", ["awarded_on", "issued_on"])
def test_a_date_in_the_future_is_refused(key: str, cell: CellValue) -> None:
    assert read(key, cell).problem == f"{BY_KEY[key].header}写成了将来的日期，请照证书改"


@pytest.mark.parametrize("cell", [2014.1, "2014-13-01", "2014-02-30", "14-01-01", "1900-12-31", "不详", "无"])
def test_what_is_no_date_is_an_error_that_says_how(cell: CellValue) -> None:
    found = read("awarded_on", cell)

    assert "请" in found.problem
    assert found.value is None


def test_the_number_that_lost_its_zero_is_asked_back() -> None:
    assert "可能是 1 月，也可能是 10 月" in read("awarded_on", 2014.1).problem


@pytest.mark.parametrize("key", [field.key for field in STORED if field.kind is not Kind.ID_NUMBER])
def test_an_id_number_in_any_other_column_is_an_error_that_does_not_repeat_it(key: str) -> None:
    reading = read(key, "农志远 450702198503120014")

    assert reading.problem == "写着身份证号，请移到“身份证号”一列，这里改成证书上的内容"
    assert reading.value is None
