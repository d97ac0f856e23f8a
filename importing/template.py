"""The blank template workbook: the twenty columns, what each may hold as drop-down lists, and the notes below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

import xlsxwriter

from domain.certificate_fields import BY_KEY, FIELDS, Field, Kind, terms_of

TITLE = "历年中初级专业技术资格证书信息明细表"
TABLE_SHEET = "明细表"
LISTS_SHEET = "选项"
FIRST_ROW = 2
"""Title and header stand above; counted from 0."""
BLANK_ROWS = 30
LISTED_ROWS = 20_000
"""So far down the drop-down lists reach."""
_LONGEST_INLINE = 255
_LONGEST_MESSAGE = 255


def write_template(out: IO[bytes], series: Sequence[str]) -> None:
    """Write the template; `series` are the names of the title dictionary."""
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(TABLE_SHEET)
        lists = _Lists(book)
        _write_head(book, sheet)
        for field in FIELDS:
            options = _options(field, series)
            if options:
                _offer(sheet, field, lists.source(options))
            elif field.hint:
                _hint(sheet, field)
        for at, note in enumerate(notes()):
            sheet.write_string(FIRST_ROW + BLANK_ROWS + at, 0, note, book.add_format({"font_color": "#44525f"}))
        sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW + 1}:T{LISTED_ROWS}"})
        sheet.freeze_panes(FIRST_ROW, 0)


def notes() -> Iterator[str]:
    """Yield the notes of the form; what they list comes from the table of fields."""
    header = {key: field.header for key, field in BY_KEY.items()}
    yield "说明：带*的为必报项"
    listed = (
        f"{header['title_series']}：请根据评审条件职称系列填写",
        f"{header['id_number']}：请填写18位身份证号，如外籍人士或港澳人士填写护照号或港澳通行证号",
        f"{header['title_level']}：{_words('title_level')}",
        f"{header['title']}：请根据职称系列一览表资格名称填写",
        f"{header['specialty']}：请填写职称证书上“专业”栏内容",
        f"{header['awarding_body']}：请填写职称证书上“授予单位”或“批准机关”栏内容",
        f"{header['awarded_on']}和{header['issued_on']}格式：2014-01-01，只知道月份的写成 2014-01",
        f"{header['obtained_by']}：{_words('obtained_by')}",
        f"{header['cert_status']}包括：{_words('cert_status')}，不填就是正常",
    )
    yield from (f"{number}. {note}；" for number, note in enumerate(listed, 1))


def _words(key: str) -> str:
    return "、".join(term.label for term in terms_of(BY_KEY[key]))


def _options(field: Field, series: Sequence[str]) -> Sequence[str]:
    if field.kind is Kind.SERIES:
        return series
    return [term.label for term in terms_of(field)] or field.suggestions


def _write_head(book: Any, sheet: Any) -> None:
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    head = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1, "bg_color": "#e6f1f4"}
    plain, starred = book.add_format(head), book.add_format({**head, "font_color": "#a1261b"})
    text = book.add_format({"num_format": "@"})
    sheet.merge_range(0, 0, 0, len(FIELDS) - 1, TITLE, title)
    sheet.set_row(0, 30)
    sheet.set_row(1, 32)
    for at, field in enumerate(FIELDS):
        sheet.set_column(at, at, field.width, None if field.kind is Kind.SERIAL else text)
        sheet.write_string(1, at, field.starred, starred if field.required else plain)


def _offer(sheet: Any, field: Field, source: Any) -> None:
    """Offer a list; what is not in it is warned of, since pasted and older words are read as well."""
    rule = {
        "validate": "list", "source": source, "error_type": "warning",
        "error_title": field.header, "error_message": "这个写法不在列表里，确定要这样填吗？",
    }  # fmt: skip
    sheet.data_validation(FIRST_ROW, field.column - 1, LISTED_ROWS, field.column - 1, rule)


def _hint(sheet: Any, field: Field) -> None:
    rule = {"validate": "any", "input_title": field.header, "input_message": field.hint[:_LONGEST_MESSAGE]}
    sheet.data_validation(FIRST_ROW, field.column - 1, LISTED_ROWS, field.column - 1, rule)


class _Lists:
    """Where a drop-down list stands: in the rule itself while it is short, else in a column of a hidden sheet."""

    def __init__(self, book: Any) -> None:
        self._book, self._columns = book, 0
        self._sheet: Any = None

    def source(self, options: Sequence[str]) -> Any:
        if len(",".join(options)) <= _LONGEST_INLINE:
            return list(options)
        if self._sheet is None:
            self._sheet = self._book.add_worksheet(LISTS_SHEET)
            self._sheet.hide()
        at, self._columns = self._columns, self._columns + 1
        self._sheet.write_column(0, at, options)
        column = xlsxwriter.utility.xl_col_to_name(at)
        return f"={LISTS_SHEET}!${column}$1:${column}${len(options)}"
