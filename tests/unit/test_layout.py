"""Where a table begins, which column is which, and which rows below are none of its own."""

from __future__ import annotations

from typing import Any

import pytest

from domain.cells import CellValue, Formula
from domain.certificate_fields import likely
from importing.layout import SheetLayout, find_layout, with_examples
from importing.table_rows import RowFilter, is_numbering
from workbooks import Row

ROW = [
    "1",
    "农志远",
    "452824194003151004",
    "工程",
    "助理级",
    "助理工程师",
    "建筑",
    "0712345",
    "灵山县职改办",
    "2008-09-27",
    "评审",
]
UPPER = ["序号", "姓名", "身份证号码", "职称", None, None, None, "证书情况", None, None, "取得方式"]
LOWER = [None, None, None, "系列", "级别", "名称", "专业", "证书编号", "批准机关", "授予时间", None]
ONE_LINE = [
    "序号",
    "姓名",
    "身份证号",
    "系列",
    "级别",
    "资格名称",
    "专业",
    "证书编号",
    "授予单位",
    "授予时间",
    "取得方式",
]


def layout_of(*lines: list[Any], answers: dict[str | int, str] | None = None) -> SheetLayout | None:
    return find_layout("表", [Row(at, line) for at, line in enumerate(lines, 1)], answers or {})


def known(layout: SheetLayout | None) -> list[str]:
    assert layout is not None
    return [column.field.key if column.field else column.header for column in layout.columns]


def test_a_header_of_two_lines_is_read_as_one() -> None:
    layout = layout_of(["登记表"], UPPER, LOWER, ROW)

    assert known(layout) == [
        "serial", "name", "id_number", "title_series", "title_level", "title", "specialty", "cert_no", "awarding_body",
        "awarded_on", "obtained_by",
    ]  # fmt: skip
    assert layout is not None
    assert layout.header_row == 3


def test_a_remark_in_the_second_line_leaves_the_first_its_meaning() -> None:
    layout = layout_of(
        ["姓名", "身份证号", "授予时间", "证书"], [None, None, "（年月日）", "编号"], ["农志远", "x", "y"]
    )

    assert known(layout) == ["name", "id_number", "awarded_on", "cert_no"]


def test_a_title_above_and_data_below_are_no_second_line() -> None:
    layout = layout_of(["专业技术资格"], ONE_LINE, ["1", "姓名", None, "专业", None], ROW)

    assert layout is not None
    assert layout.header_row == 2


def test_a_column_that_is_probably_one_of_ours_is_asked_about_with_what_stands_in_it() -> None:
    header = ["姓名", "身份证", "授予时间（年月日）", "证书编码", "证书号码", "备注"]
    layout = layout_of(header, ["农志远", "x"])
    assert layout is not None

    asked = with_examples(layout, ["农志远", "452824194003151004", "2008-09-27", 712345, "13977701234", None]).columns

    assert [one.likely.header if one.likely else "" for one in asked] == [
        "",
        "身份证号",
        "授予时间",
        "证书编号",
        "",
        "",
    ]
    assert [one.example for one in asked] == ["农志远", "452824********1004", "2008-09-27", "712345", "13*******34", ""]


def test_what_was_answered_once_is_not_guessed_again() -> None:
    layout = layout_of(["姓名", "身份证", "证书编号", "专业"], answers={"身份证": ""})

    assert layout is not None
    assert [one.likely for one in layout.columns] == [None] * 4


@pytest.mark.parametrize("header", ["所学专业", "专业工作年限", "备注", "联系电话", "出生年月"])
def test_a_header_of_something_else_resembles_nothing(header: str) -> None:
    assert likely(header) is None


@pytest.mark.parametrize(
    "cells",
    [
        ["合计", 63, None, "63人"],
        ["合计", Formula.WITHOUT_VALUE],
        [None, "合计", 12.0, None],
        ["填表人：张三", None, None, "审核人：李四", None, None, None, "联系电话：0777-6512345"],
        ["备注：本表一式三份"],
        ["本页小计", 20],
        UPPER,
        LOWER,
    ],
    ids=[
        "sums",
        "a sum without value",
        "sums below the names",
        "who filled it in",
        "a remark",
        "sums of a page",
        "upper line",
        "lower line",
    ],
)
def test_sums_notes_and_the_header_once_more_are_no_rows(cells: list[CellValue]) -> None:
    layout = layout_of(UPPER, LOWER, ROW)
    assert layout is not None

    assert not RowFilter(layout).holds_data(Row(9, cells))


@pytest.mark.parametrize(
    "cells", [ROW, ["1", "农志远"], [None, "农志远", "合计"], ["合计", "农志远", "452824194003151004"]]
)
def test_whatever_names_somebody_is_a_row(cells: list[CellValue]) -> None:
    layout = layout_of(ONE_LINE, ROW)
    assert layout is not None

    assert RowFilter(layout).holds_data(Row(9, cells))


def test_a_row_that_numbers_the_columns_is_told_from_data() -> None:
    assert is_numbering([1, 2.0, "3", 4])
    assert not is_numbering(ROW)
    assert not is_numbering([1, None])


def test_a_sheet_in_which_hardly_anything_is_known_is_asked_about() -> None:
    layout = layout_of(["序号", "名字", "身份证", "丙", "丁"], ["1", "农志远", "x", "y", "z"])
    assert layout is not None

    assert [field.header for field in layout.missing][:2] == ["证书编号", "姓名"]
    assert not RowFilter(layout).holds_data(Row(2, ["1", "农志远", "x"]))
