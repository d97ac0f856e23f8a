"""Cells, rows and sheets of old .xls workbooks."""

from datetime import date

import pytest

from domain.cells import CellError
from domain.errors import WorkbookRefused
from tests.unit.workbooks.building import (
    biff,
    events_of,
    rows_here,
    rows_of,
    saved,
    xls_hidden_column,
    xls_hidden_row,
    xls_number,
    xls_text,
    xls_truth_or_error,
)
from workbooks import LeftOut, Part, SheetStarted


def test_cells_keep_their_types():
    cells = (
        xls_text(0, 0, "甲")
        + xls_number(0, 1, 337991)
        + xls_number(0, 2, 2014.1)
        + xls_number(0, 3, 450702198503120000)
        + xls_truth_or_error(0, 4, 1, error=False)
        + xls_truth_or_error(0, 5, 0x2A, error=True)
        + xls_number(0, 7, 41640, style=1)
    )

    (row,) = rows_here(biff([("表1", 0, cells)])).values()

    assert row == ["甲", 337991, 2014.1, 450702198503120000.0, True, CellError("#N/A"), None, date(2014, 1, 1)]
    assert [type(cell) for cell in row[1:5]] == [int, float, float, bool]


def test_days_are_counted_from_1904_where_the_workbook_says_so():
    content = biff([("表1", 0, xls_number(0, 0, 40178, style=1))], since_1904=True)

    assert rows_here(content) == {1: [date(2014, 1, 1)]}


def test_hidden_rows_columns_and_sheets_are_left_out_and_named(tmp_path):
    cells = "".join("甲乙丙")
    body = xls_hidden_column(1) + xls_hidden_row(1)
    body += b"".join(xls_text(row, column, cells[column]) for row in (0, 1, 2) for column in (0, 1, 2))
    path = saved(tmp_path, biff([("表1", 0, body), ("旧", 1, xls_text(0, 0, "甲"))]))

    assert rows_of(path) == {1: ["甲", None, "丙"], 3: ["甲", None, "丙"]}
    started, rows, columns, sheet = events_of(path)
    assert started == SheetStarted("表1")
    assert [(left.part, left.count) for left in (rows, columns, sheet) if isinstance(left, LeftOut)] == [
        (Part.ROWS, 1),
        (Part.COLUMNS, 1),
        (Part.SHEET, 1),
    ]


def test_a_password_is_named(tmp_path):
    path = saved(tmp_path, biff([("表1", 0, xls_text(0, 0, "甲"))], encrypted=True))

    with pytest.raises(WorkbookRefused, match="密码"):
        rows_of(path)


def test_columns_beyond_the_limit_are_refused_with_their_place(tmp_path):
    path = saved(tmp_path, biff([("表1", 0, xls_text(4, 255, "甲"))]))

    with pytest.raises(WorkbookRefused, match="“表1”第 5 行的 IV 列有内容"):
        rows_of(path)
