"""Each sign of a fake: when it speaks, in which words, and that it keeps silent otherwise."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from domain.hints import HINTS, BodyYears, Likeness, Reference, Twin, findings
from domain.partial_dates import PartialDate
from domain.vocabulary import Sex, TitleLevel

VALUES = {
    "cert_no": "0833232", "title_level": TitleLevel.ASSISTANT, "awarded_on": PartialDate(2009, 12, 20), "specialty": "护理",
    "sex": Sex.FEMALE,
}  # fmt: skip


def clues(**given: Any) -> Any:
    plain: dict[str, Any] = {
        "values": VALUES, "name": "韦小兰", "former_name": None, "birth": date(1980, 3, 1), "sex": "女", "record": None,
        "number_holders": [], "body": None, "numbers": [], "references": [], "twins": [], "listed": False,
        "numbers_tried": 2,
    }  # fmt: skip
    return SimpleNamespace(**{**plain, **given, "values": {**VALUES, **given.get("values", {})}})


def said(**given: Any) -> list[str]:
    return [one.sentence for one in findings(clues(**given))]


def test_an_ordinary_case_gives_nothing_to_notice() -> None:
    numbers = [f"08{33000 + at:05d}" for at in range(60)]
    ordinary = {
        "body": BodyYears("灵山县职改办", 1988, None), "numbers": numbers, "record": {"name": "韦小兰", "sex": Sex.FEMALE},
        "references": [Reference("灵山县职改办", {"cert_no": "0833232", "specialty": "护理"})],
    }  # fmt: skip
    assert said(**ordinary) == []


def test_names_are_unique_and_each_row_says_what_it_looks_at() -> None:
    assert len({hint.name for hint in HINTS}) == len(HINTS)
    assert all(hint.looks_at for hint in HINTS)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"listed": True}, "本人在“问题人员”里，请先看当时的证据"),
        ({"twins": [Twin("证书编号页", "“黄春梅（0456123）”", Likeness.FILE, case_id=7)]}, "证书编号页照片与“黄春梅（0456123）”的照片是同一个文件，请对照看看"),
        ({"twins": [Twin("证书内容页", "别的职改办的一件审验", Likeness.COPY)]}, "证书内容页照片与别的职改办的一件审验的照片几乎一样，请对照看看"),
        ({"twins": [Twin("证书内容页", "“黄春梅（无编号）”", Likeness.EDITED, turned=True)]},
         "证书内容页照片转过来与“黄春梅（无编号）”的照片底子一样，有几处不同，请对照看看"),
        ({"number_holders": ["黄春梅也在审验"]}, "同一编号和授予单位，黄春梅也在审验，身份证号不同，请核对"),
        ({"numbers_tried": 3}, "为这条记录输入过 3 个不同的编号，都与记录不同，请对照照片上的编号"),
        ({"birth": date(1990, 5, 1)}, "授予时本人不满 20 岁，助理级一般没有这么早，请核对授予时间"),
        ({"body": BodyYears("钦州港职改办", 2011, None)}, "“钦州港职改办”2011 年才有，证书的授予时间是 2009-12-20"),
        ({"body": BodyYears("钦州地区职改办", None, 1994)}, "“钦州地区职改办”到 1994 年为止，证书的授予时间是 2009-12-20"),
        ({"numbers": [f"09{at:05d}" for at in range(20)]}, "同一授予单位 2009 年的证书（20 本），编号都以 0900 开头，这一本不是"),
        ({"references": [Reference("灵山县职改办", {"specialty": "内科"})]}, "灵山县职改办的待核查数据里“专业”是内科，本人填的是护理"),
        ({"record": {"name": "韦晓兰"}, "former_name": "韦晓兰"}, "记录上的姓名是“韦晓兰”，本人是“韦小兰”，与填的曾用名相同"),
        ({"record": {"sex": Sex.MALE}}, "记录的性别是男，身份证号是女，请核对"),
        ({"values": {"sex": Sex.MALE}}, "本人填报的性别是男，身份证号是女，请核对"),
    ],
)  # fmt: skip
def test_each_sign_says_why(given: dict[str, Any], sentence: str) -> None:
    assert sentence in said(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"birth": date(1989, 12, 20)},
        {"birth": None},
        {"values": {"awarded_on": PartialDate(2010, 3)}, "birth": date(1990, 3, 31)},
        {"body": BodyYears("钦州市职改办", 2009, 2009)},
        {"body": BodyYears("钦州市职改办", 2010, 2008), "values": {"awarded_on": None}},
        {"numbers": [f"{at:07d}" for at in range(19)], "values": {"cert_no": "12"}},
        {"numbers": ["0912345"] * 18 + ["77", "88"], "values": {"cert_no": "12"}},
        {"references": [Reference("灵山县职改办", {"specialty": None})]},
        {"record": {"name": None, "sex": None}},
    ],
)
def test_doubt_is_no_reason(given: dict[str, Any]) -> None:
    assert said(**given) == []


def test_a_few_strays_among_the_numbers_do_not_hide_the_pattern() -> None:
    numbers = [f"0912{at:03d}" for at in range(58)] + ["7", "8"]

    assert said(numbers=numbers, values={"cert_no": "123456789"}) == [
        "同一授予单位 2009 年的证书（60 本），编号几乎都是 7 位，这一本是 9 位",
        "同一授予单位 2009 年的证书（60 本），编号几乎都以 0912 开头，这一本不是",
    ]
