"""A small workbook of one table, every cell a text: nothing in it is counted or run by a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

_WIDEST = 40


def one_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return an xlsx file with a title, a head that stays in sight, and the rows."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "bg_color": "#E6F1F4", "border": 1, "text_wrap": True})
        plain = book.add_format({"num_format": "@", "border": 1, "text_wrap": True, "valign": "top"})
        for column, word in enumerate(head):
            sheet.write_string(0, column, word, bold)
            widest = max([len(word), *(len(row[column]) for row in rows)])
            sheet.set_column(column, column, min(widest * 2 + 2, _WIDEST))
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.write_string(at, column, value, plain)
        sheet.freeze_panes(1, 0)
    return out.getvalue()
