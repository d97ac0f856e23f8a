"""The twenty columns, held against a list written by hand from the rules."""

from __future__ import annotations

import pytest

from domain.certificate_fields import (
    ASKED,
    BY_KEY,
    DECIDING,
    FIELDS,
    FOLDED,
    PORTAL,
    READ_ONLY,
    STORED,
    Kind,
    Portal,
    named,
    terms_of,
)

# The star stands before required columns; the words after the slash mean the same.
COLUMNS = """
1  serial           序号
2  cert_no          *证书编号 / 编号 证书号
3  manage_no        证书管理号 / 管理号
4  name             *姓名 / 持证人
5  sex              性别
6  id_number        *身份证号 / 身份证号码 证件号码
7  personal_status  个人身份
8  employer_name    单位名称 / 工作单位
9  employer_kind    单位性质
10 title_series     *职称系列 / 系列
11 title_level      *职称级别 / 级别
12 title            *资格名称 / 专业技术资格 职称名称
13 specialty        *证书专业 / 专业
14 awarding_body    *授予单位 / 批准机关
15 awarded_on       *授予时间
16 issued_on        办证时间 / 发证时间
17 obtained_by      *获取方式 / 取得方式
18 review_body      评审机构
19 approval_doc_no  批文文号 / 批文号 批准文号
20 cert_status      证书状态 / 状态
"""


def columns() -> list[tuple[int, str, str, list[str]]]:
    lines = [line.partition("/") for line in COLUMNS.strip().splitlines()]
    heads = [(head.split(), aliases.split()) for head, _, aliases in lines]
    return [(int(number), key, starred, aliases) for (number, key, starred), aliases in heads]


def test_there_are_the_twenty_columns_in_their_order() -> None:
    found = [(one.column, one.key, one.starred, list(one.aliases)) for one in FIELDS]

    assert found == columns()
    assert [one.key for one in FIELDS if one.required] == [key for _, key, starred, _ in columns() if starred[0] == "*"]


@pytest.mark.parametrize(("column", "key", "starred", "aliases"), columns())
def test_a_header_is_known_by_its_name_and_by_whatever_means_the_same(
    column: int, key: str, starred: str, aliases: list[str]
) -> None:
    for header in (starred, *aliases):
        assert named(header) is BY_KEY[key]


@pytest.mark.parametrize(
    "header",
    [
        "*证书编号",
        "证书编号*",
        " 证书编号 ",
        "证书\n编号",
        "证书编号(必填)",
        "证书编号（必填）",
        "＊证 书 编 号\r\n（必填）",
        "证书\u3000编号",
    ],
)
def test_a_star_blanks_line_breaks_and_the_word_required_mean_nothing(header: str) -> None:
    assert named(header) is BY_KEY["cert_no"]


@pytest.mark.parametrize("header", ["", "备注", "证书", "证书编号2", "姓名拼音", "必填"])
def test_no_other_header_is_guessed(header: str) -> None:
    assert named(header) is None


def test_no_two_columns_answer_to_one_name() -> None:
    names = [name for one in FIELDS for name in (one.header, *one.aliases)]

    assert len(names) == len(set(names))
    assert len(BY_KEY) == len(FIELDS)


def test_columns_two_and_ten_to_seventeen_decide() -> None:
    assert [one.column for one in DECIDING] == [2, 10, 11, 12, 13, 14, 15, 16, 17]


def test_the_wizard_asks_folds_and_shows_what_the_rules_say() -> None:
    assert [one.label for one in ASKED] == [
        "证书编号", "职称系列", "职称级别", "资格名称", "专业", "授予单位", "授予时间", "办证时间", "获取方式",
    ]  # fmt: skip
    assert [one.label for one in FOLDED] == ["性别", "个人身份", "单位名称", "单位性质"]
    assert [one.column for one in READ_ONLY] == [3, 18, 19, 20]
    assert [one.key for one in FIELDS if one.portal is Portal.OF_ACCOUNT] == ["name", "id_number"]
    assert set(PORTAL) == {*ASKED, *FOLDED}
    assert [one.key for one in ASKED if one.optional_in_portal] == ["issued_on"]


def test_everything_but_the_serial_number_is_stored() -> None:
    assert [one.column for one in STORED] == list(range(2, 21))


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("sex", ["男", "女"]),
        ("title_level", ["员级", "助理级", "中级"]),
        ("obtained_by", ["转正定职", "评审", "遗失补办", "重新确认"]),
        ("cert_status", ["正常", "作废"]),
    ],
)
def test_closed_lists_offer_the_words_of_the_rules(key: str, words: list[str]) -> None:
    assert [term.label for term in terms_of(BY_KEY[key])] == words


def test_only_columns_of_a_closed_list_have_terms() -> None:
    assert {one.key for one in FIELDS if one.terms} == {one.key for one in FIELDS if one.kind is Kind.TERM}
    assert terms_of(BY_KEY["specialty"]) == ()
