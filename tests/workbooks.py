"""Workbooks as offices send them, made row by row: one good row, and what a test changes in it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import load_workbook

from commands.cast import id_number
from domain.certificate_fields import FIELDS, STORED

SAMPLES = Path(__file__).parent / "samples"
HEADERS = tuple(field.starred for field in FIELDS)
NUMBERS = count(700_001)
GOOD = {
    "name": "韦小兰", "sex": "女", "id_number": id_number("450721", "19850312", "002"), "employer_name": "灵山县第一中学",
    "title_series": "工程系列", "title_level": "助理级", "title": "助理工程师", "specialty": "水利水电工程",
    "awarding_body": "灵山县职称改革领导小组办公室", "awarded_on": "2009-12-20", "obtained_by": "评审", "cert_status": "正常",
}  # fmt: skip

Row = Mapping[str, Any]


def person(sequence: int) -> str:
    """Return the ID number of an invented woman, another one for every sequence number."""
    return id_number("450721", f"1980{sequence // 400 % 12 + 1:02d}01", f"{sequence % 400 * 2 + 100:03d}")


def row(**changes: Any) -> Row:
    """Return a row that goes in: a certificate and a person of its own, unless a test says which."""
    number = next(NUMBERS)
    return {**GOOD, "cert_no": f"0{number}", "id_number": person(number), **changes}


def cells(one: Row) -> list[Any]:
    return [None, *(one.get(field.key) for field in STORED)]


def written(rows: Iterable[Row], headers: Sequence[str] = HEADERS, sheet: str = "明细表") -> io.BytesIO:
    """Return a workbook of one sheet, ready to be sent."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        table = book.add_worksheet(sheet)
        table.write_row(0, 0, headers)
        for at, one in enumerate(rows, start=1):
            table.write_row(at, 0, cells(one))
    file.seek(0)
    return file


def saved(folder: Path, rows: Iterable[Row], headers: Sequence[str] = HEADERS) -> Path:
    path = folder / f"{next(NUMBERS)}.xlsx"
    path.write_bytes(written(rows, headers).getvalue())
    return path


def read_back(source: Path | io.BytesIO) -> list[dict[str, Any]]:
    """Return the first sheet as rows by header."""
    sheet = load_workbook(source).worksheets[0]
    headers, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(headers, one, strict=True)) for one in rows]
