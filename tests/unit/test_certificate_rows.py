"""A row of cells: what it becomes, what is filled in, whose it is, and every error of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.access import Place
from domain.cell_reading import Dictionaries
from domain.cells import CellError, CellValue, Formula
from domain.certificate_fields import BY_KEY, FIELDS, STORED
from domain.certificate_rows import (
    ASK_NUMBER,
    TOO_LONG_NUMBER,
    Answers,
    CheckedRow,
    Importer,
    Remark,
    RowChecker,
    differing,
    read_answers,
    shown,
)
from domain.identifiers import IdDocument, check_character, parse_id
from domain.partial_dates import PartialDate
from domain.titles import TitleCatalogue, load_titles
from domain.vocabulary import CertificateStatus, ObtainedBy, OfficeKind, Sex, TitleLevel

TODAY = date(2026, 3, 15)
REGION = Place(1, OfficeKind.REGION, None, 1)
CITY = Place(2, OfficeKind.CITY, 2, 1)
COUNTY = Place(3, OfficeKind.COUNTY, 2, 1)
OTHER_COUNTY = Place(4, OfficeKind.COUNTY, 2, 1)
SERIES_OFFICE = Place(5, OfficeKind.SERIES, 2, 1)

IN_CITY = Importer("钦州市职改办", OfficeKind.CITY, (), CITY)
IN_REGION = Importer("自治区职改办", OfficeKind.REGION, (), REGION)
IN_COUNTY = Importer("灵山县职改办", OfficeKind.COUNTY, (), COUNTY)
IN_SERIES = Importer("钦州市工程系列职改办", OfficeKind.SERIES, ("工程系列",), SERIES_OFFICE)


@dataclass(frozen=True)
class KnownBody:
    key: str
    name: str
    place: Place
    office_name: str


class Bodies:
    known = {
        "钦州市职改办": KnownBody("#2", "钦州市职改办", CITY, "钦州市职改办"),
        "灵山县职改办": KnownBody("#3", "灵山县职改办", COUNTY, "灵山县职改办"),
        "灵山县职称改革办公室": KnownBody("#3", "灵山县职改办", COUNTY, "灵山县职改办"),
        "浦北县职改办": KnownBody("#4", "浦北县职改办", OTHER_COUNTY, "浦北县职改办"),
    }

    def find(self, name: str) -> KnownBody | None:
        return self.known.get(name)

    def suggest(self, name: str) -> list[str]:
        return ["灵山县职改办"] if "灵山" in name else []


TITLES = TitleCatalogue(load_titles(Path(__file__).parents[2] / "data" / "title_series.csv"))
DICTIONARIES = Dictionaries(
    TITLES,
    Bodies(),
    {"认定": ObtainedBy.PROBATION, "初定": ObtainedBy.PROBATION, "补办": ObtainedBy.REPLACEMENT},
    TODAY,
)


def id_number(birth: str = "19850312", sequence: str = "002") -> str:
    first = f"450721{birth}{sequence}"
    return first + check_character(first)


FAULTLESS: dict[str, CellValue] = {
    "cert_no": "0833232", "name": "韦小兰", "sex": "女", "id_number": id_number(), "title_series": "工程系列",
    "title_level": "助理级", "title": "助理工程师", "specialty": "机械", "awarding_body": "灵山县职改办",
    "awarded_on": "2013-07", "issued_on": "2013-12-01", "obtained_by": "评审", "cert_status": "正常",
}  # fmt: skip


def check(importer: Importer = IN_COUNTY, /, **cells: CellValue) -> CheckedRow:
    """Check the faultless row with some cells changed, in a workbook with all twenty columns."""
    row = {**FAULTLESS, **cells}
    checker = RowChecker(dict(enumerate(FIELDS)), DICTIONARIES, importer)
    return checker.check([row.get(field.key) for field in FIELDS])


def told(remarks: list[Remark]) -> dict[str, str]:
    assert len({remark.key for remark in remarks}) == len(remarks), remarks
    return {remark.key: remark.sentence for remark in remarks}


def test_a_faultless_row_is_read_without_a_word() -> None:
    row = check()

    assert (row.errors, row.warnings, row.notices) == ([], [], [])
    assert row.values == {
        "cert_no": "0833232", "manage_no": None, "name": "韦小兰", "sex": Sex.FEMALE, "id_number": id_number(),
        "personal_status": None, "employer_name": None, "employer_kind": None, "title_series": "工程系列",
        "title_level": TitleLevel.ASSISTANT, "title": "助理工程师", "specialty": "机械", "awarding_body": "灵山县职改办",
        "awarded_on": PartialDate(2013, 7), "issued_on": PartialDate(2013, 12, 1), "obtained_by": ObtainedBy.REVIEW,
        "review_body": None, "approval_doc_no": None, "cert_status": CertificateStatus.NORMAL,
    }  # fmt: skip
    assert row.document is not None
    assert row.body is Bodies.known["灵山县职改办"]


# What has to be there.


@pytest.mark.parametrize("key", [field.key for field in STORED if field.required])
@pytest.mark.parametrize("empty", [None, "", " \u3000"])
def test_a_required_cell_that_is_empty_is_one_error(key: str, empty: CellValue) -> None:
    errors = told(check(**{key: empty}).errors)

    assert errors == {key: f"{BY_KEY[key].header}没有填，请照证书补上"}


def test_a_number_that_says_none_is_missing() -> None:
    assert told(check(cert_no="无").errors) == {"cert_no": "证书编号没有填，请照证书补上"}


@pytest.mark.parametrize("key", [field.key for field in STORED if not field.required])
def test_the_other_cells_may_be_empty(key: str) -> None:
    assert check(**{key: None}).errors == []


def test_a_wrong_cell_is_not_called_missing_too() -> None:
    assert told(check(awarded_on="不详", id_number=CellError("#N/A")).errors).keys() == {"id_number", "awarded_on"}


def test_a_column_that_the_workbook_lacks_and_a_row_that_ends_early_are_missing() -> None:
    checker = RowChecker({0: BY_KEY["cert_no"], 1: BY_KEY["name"]}, DICTIONARIES, IN_COUNTY)

    errors = told(checker.check(["0833232"]).errors)

    assert errors.keys() == {field.key for field in STORED if field.required} - {"cert_no"}


def test_an_empty_row_is_read_as_empty() -> None:
    assert len(RowChecker(dict(enumerate(FIELDS)), DICTIONARIES, IN_COUNTY).check([]).errors) == 10


def test_all_errors_of_a_row_come_at_once_in_the_order_of_the_columns() -> None:
    row = check(
        issued_on="2012-01-01", obtained_by="考试", title_level="初级", id_number="450721198513120021", name="韦",
        specialty=None, cert_status="丢失", awarding_body=Formula.WITHOUT_VALUE, cert_no=True,
    )  # fmt: skip

    assert [remark.key for remark in row.errors] == [
        "cert_no", "name", "id_number", "title_level", "specialty", "awarding_body", "issued_on", "obtained_by",
        "cert_status",
    ]  # fmt: skip
    assert all(remark.sentence for remark in row.errors)
    assert row.errors[0].header == "证书编号"


# What is filled in.


@pytest.mark.parametrize(("sequence", "sex"), [("001", Sex.MALE), ("002", Sex.FEMALE)])
def test_an_empty_sex_is_taken_from_the_id_number(sequence: str, sex: Sex) -> None:
    row = check(sex=None, id_number=id_number(sequence=sequence))

    assert row.values["sex"] is sex
    assert row.errors == []


def test_a_sex_that_disagrees_with_the_id_number_is_an_error() -> None:
    assert told(check(sex="男").errors) == {"sex": "性别和身份证号对不上，请核对是哪一个写错了"}


@pytest.mark.parametrize("cells", [{"sex": "未知"}, {"sex": None, "id_number": "12"}])
def test_what_is_wrong_is_neither_filled_in_nor_held_against_anything(cells: dict[str, CellValue]) -> None:
    row = check(**cells)

    assert row.values.get("sex") is None
    assert len(row.errors) == 1


def test_a_passport_tells_no_sex_and_none_is_demanded() -> None:
    assert check(sex=None, id_number="E12345678").values["sex"] is None
    assert check(sex="男", id_number="E12345678").errors == []


@pytest.mark.parametrize(
    ("cell", "status"),
    [(None, CertificateStatus.NORMAL), ("正常", CertificateStatus.NORMAL), ("作废", CertificateStatus.VOID)],
)
def test_a_certificate_without_a_state_is_normal(cell: CellValue, status: CertificateStatus) -> None:
    assert check(cert_status=cell).values["cert_status"] is status


def test_a_wrong_state_is_not_taken_for_normal() -> None:
    row = check(cert_status="作废待审")

    assert row.errors[0].key == "cert_status"
    assert row.values.get("cert_status") is None


# Between cells.


@pytest.mark.parametrize(
    ("awarded", "issued", "fits"),
    [("2013-07-02", "2013-07-01", False), ("2013-07-01", "2013-07-01", True), ("2013-07", "2013-07-01", True),
     ("2013-07-31", "2013-07", True), ("2013-07", "2013-06", False), ("2013-07", "2013-06-30", False)],
)  # fmt: skip
def test_a_certificate_is_not_issued_before_its_award(awarded: str, issued: str, fits: bool) -> None:
    errors = told(check(awarded_on=awarded, issued_on=issued).errors)

    assert errors == ({} if fits else {"issued_on": "办证时间早于授予时间，请核对"})


@pytest.mark.parametrize("awarded", ["不详", "2026-12-01", None])
def test_an_unreadable_award_leaves_the_comparison_out(awarded: CellValue) -> None:
    assert told(check(awarded_on=awarded, issued_on="1990-01-01").errors).keys() == {"awarded_on"}


@pytest.mark.parametrize(
    ("born", "awarded", "fits"),
    [("19850312", "2001-03-11", False), ("19850312", "2001-03-12", True), ("19850312", "2001-03", True),
     ("19850312", "2001-02", False), ("19840229", "2000-02-29", True), ("19840229", "2000-02-28", False)],
)  # fmt: skip
def test_nobody_is_awarded_before_sixteen_and_doubt_is_no_error(born: str, awarded: str, fits: bool) -> None:
    errors = told(check(id_number=id_number(birth=born), awarded_on=awarded).errors)

    assert errors.keys() == (set() if fits else {"awarded_on"})


def test_a_document_without_a_birth_date_asks_for_no_age() -> None:
    assert check(id_number="E12345678", awarded_on="1985-01").errors == []


@pytest.mark.parametrize(
    ("series", "level", "title", "wrong"),
    [("工程系列", "助理级", "助理工程师", ""), ("工程", "中级", "工程师", ""), ("工程系列", "助理级", "工程师", "是中级"),
     ("中小学教师系列", "中级", "小学高级教师", ""), ("中小学教师系列", "中级", "高级教师", "中学还是小学"),
     ("工程系列", "助理级", "会计员", "会计系列")],
)  # fmt: skip
def test_a_title_exists_in_its_series_at_its_level(series: str, level: str, title: str, wrong: str) -> None:
    errors = told(check(IN_CITY, title_series=series, title_level=level, title=title).errors)

    assert errors.keys() == ({"title"} if wrong else set())
    assert wrong in errors.get("title", "")


@pytest.mark.parametrize("cells", [{"title_level": "初级"}, {"title_series": "不详"}, {"title_level": None}])
def test_a_title_is_not_judged_beside_a_wrong_series_or_level(cells: dict[str, CellValue]) -> None:
    assert told(check(IN_CITY, title="无此资格", **cells).errors).keys() == cells.keys()


# Warnings and notices stand beside a row that goes in.


def test_another_word_for_the_way_is_read_and_said() -> None:
    row = check(obtained_by="认定")

    assert row.values["obtained_by"] is ObtainedBy.PROBATION
    assert told(row.notices) == {"obtained_by": "“认定”读作“转正定职”"}
    assert (row.errors, row.warnings) == ([], [])


def test_an_unknown_body_is_a_warning_with_the_best_suggestions() -> None:
    row = check(awarding_body="灵山职改办")

    assert told(row.warnings) == {"awarding_body": "授予单位里没有“灵山职改办”，是不是“灵山县职改办”；照原样保留"}
    assert (row.values["awarding_body"], row.body, row.errors) == ("灵山职改办", None, [])


@pytest.mark.parametrize(
    ("importer", "body", "elsewhere"),
    [(IN_COUNTY, "灵山县职改办", False), (IN_COUNTY, "灵山县职称改革办公室", False), (IN_COUNTY, "浦北县职改办", True),
     (IN_COUNTY, "钦州市职改办", True), (IN_CITY, "浦北县职改办", False), (IN_REGION, "浦北县职改办", False)],
)  # fmt: skip
def test_a_body_of_an_office_outside_the_subtree_is_a_warning_that_names_it(
    importer: Importer, body: str, elsewhere: bool
) -> None:
    row = check(importer, awarding_body=body)

    assert row.errors == []
    assert told(row.warnings) == (
        {"awarding_body": f"“{body}”归“{body}”管，这一行会记在“{importer.name}”名下"} if elsewhere else {}
    )


# Whose row.


@pytest.mark.parametrize(
    ("importer", "level", "title", "taken"),
    [(IN_COUNTY, "员级", "技术员", True), (IN_COUNTY, "助理级", "助理工程师", True), (IN_COUNTY, "中级", "工程师", False),
     (IN_SERIES, "中级", "工程师", True), (IN_SERIES, "员级", "技术员", True), (IN_CITY, "中级", "工程师", True),
     (IN_REGION, "中级", "工程师", True)],
)  # fmt: skip
def test_a_county_takes_the_two_lower_levels_and_everybody_else_all(
    importer: Importer, level: str, title: str, taken: bool
) -> None:
    errors = told(check(importer, title_level=level, title=title).errors)

    assert errors.keys() == (set() if taken else {"title_level"})
    assert taken or "请交市职改办或市直系列职改办导入" in errors["title_level"]


def test_a_series_office_takes_its_own_series_by_review() -> None:
    other = told(check(IN_SERIES, title_series="会计系列", title="助理会计师").errors)
    by_probation = told(check(IN_SERIES, obtained_by="转正定职").errors)
    both = told(check(IN_SERIES, title_series="会计系列", title="助理会计师", obtained_by="补办").errors)

    assert other == {"title_series": "“钦州市工程系列职改办”只归集工程系列，这一行请交市职改办导入"}
    assert by_probation == {"obtained_by": "市直系列只归集评审取得的证书，“转正定职”的请交市职改办导入"}
    assert both.keys() == {"title_series", "obtained_by"}


@pytest.mark.parametrize("importer", [IN_COUNTY, IN_CITY, IN_REGION])
def test_other_offices_take_every_series_and_way(importer: Importer) -> None:
    assert check(importer, title_series="会计系列", title="助理会计师", obtained_by="重新确认").errors == []


# The memory of a column.


def test_equal_looking_cells_of_different_types_are_judged_apart() -> None:
    checker = RowChecker({0: BY_KEY["specialty"]}, DICTIONARIES, IN_COUNTY)
    same_hash: list[CellValue] = [1, 1.0, True, "1", 0, False, "0"]

    first = [checker.check([cell]) for cell in same_hash]
    again = [checker.check([cell]) for cell in same_hash]

    assert [row.values.get("specialty") for row in first] == ["1", "1", None, "1", "0", None, "0"]
    assert ["specialty" in told(row.errors) for row in first] == [False, False, True, False, False, True, False]
    assert again == first


def test_a_row_after_thousands_of_others_is_read_as_if_it_came_first() -> None:
    checker = RowChecker({0: BY_KEY["specialty"]}, DICTIONARIES, IN_COUNTY)

    read = [checker.check([f"专业{number}"]).values["specialty"] for number in (*range(5_100), 3, 5_099)]

    assert read[-2:] == ["专业3", "专业5099"]
    assert len(set(read)) == 5_100


# Held against a record.


def test_only_filled_cells_of_the_named_columns_are_compared() -> None:
    record = {"specialty": "机械", "manage_no": "A1", "awarded_on": PartialDate(2013, 7, 1)}
    values = {"specialty": "电气", "manage_no": None, "awarded_on": PartialDate(2013, 7)}

    assert differing(record, values, ["manage_no", "awarded_on"]) == ["awarded_on"]
    assert differing(record, values, ["specialty", "manage_no"]) == ["specialty"]
    assert differing({}, values, ["specialty"]) == ["specialty"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("机械", "机械"),
        (PartialDate(2013, 7), "2013-07"),
        (ObtainedBy.REVIEW, "评审"),
        (TitleLevel.ASSOCIATE, "员级"),
    ],
)
def test_a_value_is_shown_as_people_read_it(value: object, words: str) -> None:
    assert shown(value) == words


# The portal's form.

RECORD: dict[str, Any] = {
    "cert_no": "0833232", "sex": Sex.FEMALE, "title_series": "工程系列", "title_level": TitleLevel.ASSISTANT,
    "title": "助理工程师", "specialty": "机械", "awarding_body": "灵山县职改办", "awarded_on": PartialDate(2013, 7),
    "issued_on": PartialDate(2013, 12, 1), "obtained_by": ObtainedBy.REVIEW, "personal_status": None,
}  # fmt: skip
DOCUMENT = parse_id(id_number(), TODAY)


def answer(
    kept: Mapping[str, Any], document: IdDocument | None = DOCUMENT, /, *, sure: bool = False, **typed: str
) -> Answers:
    """Send the form as the page shows the record, with some fields typed over."""
    form = {key: shown(value) for key, value in kept.items()}
    return read_answers({**form, **typed}, kept, document, DICTIONARIES, sure_of_number=sure)


def test_a_form_sent_back_as_it_came_says_what_the_record_says() -> None:
    answers = answer(RECORD)

    assert answers.problems == []
    assert {key: value for key, value in answers.values.items() if value is not None} == {
        key: value for key, value in RECORD.items() if value is not None
    }


ODD = {
    **RECORD, "cert_no": "桂中级字第0812号", "sex": Sex.MALE, "title": "助理机械师", "awarded_on": PartialDate(1990, 1),
    "issued_on": PartialDate(1989, 1), "title_series": "机械系列", "specialty": " 机 ", "personal_status": "艺 人",
}  # fmt: skip


def test_what_is_left_as_the_record_has_it_is_never_checked_for_form() -> None:
    answers = answer(ODD)

    assert answers.problems == []
    assert {key: answers.values[key] for key in ODD} == ODD


def test_touching_one_field_does_not_bring_up_what_is_odd_elsewhere() -> None:
    answers = answer(ODD, specialty="机械制造")

    assert answers.problems == []
    assert answers.values["specialty"] == "机械制造"
    assert answers.values["cert_no"] == ODD["cert_no"]


@pytest.mark.parametrize("typed", ["桂中级字第0813号", "1234567890123456", "A0812"])
def test_a_number_of_another_shape_typed_in_a_form_is_asked_about_once(typed: str) -> None:
    asked, sure = answer(RECORD, cert_no=typed), answer(RECORD, sure=True, cert_no=typed)

    assert told(asked.problems) == {"cert_no": ASK_NUMBER}
    assert asked.values["cert_no"] is None
    assert (sure.problems, sure.values["cert_no"]) == ([], typed)


def test_a_number_typed_in_a_form_has_thirty_signs_at_most() -> None:
    longest, longer = "桂" * 30, "桂" * 31

    assert answer(RECORD, sure=True, cert_no=longest).problems == []
    assert told(answer(RECORD, sure=True, cert_no=longer).problems) == {"cert_no": TOO_LONG_NUMBER}


@pytest.mark.parametrize(
    ("typed", "number"), [("00812", "00812"), (" ０８１２ ", "0812"), ("123456789012345", "123456789012345")]
)
def test_up_to_fifteen_digits_are_taken_with_their_zeros(typed: str, number: str) -> None:
    answers = answer(RECORD, cert_no=typed)

    assert (answers.problems, answers.values["cert_no"]) == ([], number)


def test_a_field_that_was_emptied_is_empty() -> None:
    answers = answer(RECORD, issued_on="", specialty="  ")

    assert (answers.problems, answers.values["issued_on"], answers.values["specialty"]) == ([], None, None)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [({"issued_on": "2013-06"}, {"issued_on"}), ({"awarded_on": "2014-01"}, {"issued_on"}),
     ({"awarded_on": "1999-01"}, {"awarded_on"}), ({"title": "工程师"}, {"title"}), ({"title_level": "中级"}, {"title"}),
     ({"title_series": "会计系列"}, {"title"}), ({"sex": "男"}, {"sex"}), ({"specialty": "电气"}, set())],
)  # fmt: skip
def test_cells_are_held_against_each_other_where_one_of_them_was_touched(
    typed: dict[str, str], wrong: set[str]
) -> None:
    assert told(answer(RECORD, **typed).problems).keys() == wrong


def test_a_form_typed_from_nothing_is_checked_whole_and_told_in_the_order_of_the_form() -> None:
    typed = {
        "cert_no": "桂0812", "sex": "男", "title_series": "工程系列", "title_level": "助理级", "title": "工程师",
        "awarded_on": "2013-07", "issued_on": "2013-06", "obtained_by": "考试",
    }  # fmt: skip

    answers = answer({}, **typed)

    assert [one.key for one in answers.problems] == ["cert_no", "sex", "title", "issued_on", "obtained_by"]
    assert answers.values["title_level"] is TitleLevel.ASSISTANT


def test_what_the_form_never_asks_for_is_not_taken_from_it() -> None:
    answers = answer({}, name="别人", id_number=id_number(), cert_status="作废", review_body="评委会", manage_no="1")

    assert not {"name", "id_number", "cert_status", "review_body", "manage_no"} & answers.values.keys()


def test_without_a_document_neither_sex_nor_age_is_held_against_anything() -> None:
    assert answer({}, None, sex="男", awarded_on="1930-01").problems == []
