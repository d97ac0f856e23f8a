"""Writing a list into a file: every value as text, personal numbers masked, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from flask import current_app

from domain.certificate_rows import shown
from extensions import db
from listing.selection import Column, Listing, Selection

XLSX, CSV = "xlsx", "csv"
TYPES = {XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", CSV: "text/csv"}
ROWS_AT_ONCE = 500
_SAFE = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_RUNS = tuple("=+-@|")
_BREAKS = tuple("\t\r\n")
_looks_like_a_number = re.compile(r"[.\-/: ]*+[0-9][0-9.\-/: ]*+")

Told = Callable[[int], None]


def columns_of(listing: Listing, names: Sequence[str]) -> list[Column]:
    """Return the columns in the list's own order."""
    return [column for column in listing.columns if column.name in names]


def write(selection: Selection, columns: Sequence[Column], path: Path, told: Told = lambda done: None) -> int:
    """Write the rows in their order to an .xlsx or .csv file, by its name, and return how many there were."""
    rows = _told(_lines(selection, columns), told)
    return (_write_csv if path.suffix == f".{CSV}" else _write_xlsx)(path, columns, rows)


def _told(rows: Iterator[list[str]], told: Told) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if number % ROWS_AT_ONCE == 0:
            told(number)
        yield row


def _lines(selection: Selection, columns: Sequence[Column]) -> Iterator[list[str]]:
    zone = ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])
    names = [column.name for column in columns]
    for rows in selection.pages(ROWS_AT_ONCE, names):
        yield from ([_text(column.read(row), zone) for column in columns] for row in rows)
        db.session.expunge_all()


def _text(value: Any, zone: ZoneInfo) -> str:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else shown(value)


def _write_xlsx(path: Path, columns: Sequence[Column], rows: Iterator[list[str]]) -> int:
    with xlsxwriter.Workbook(path, _SAFE) as book:
        sheet, text = book.add_worksheet(), book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bottom": 1})
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, column.label, head)
        sheet.freeze_panes(1, 1)
        number = 0
        for number, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                sheet.write_string(number, at, value, text)
    return number


def _write_csv(path: Path, columns: Sequence[Column], rows: Iterator[list[str]]) -> int:
    number = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.label for column in columns])
        for row in rows:
            writer.writerow([plain(value) for value in row])
            number += 1
    return number


def plain(value: str) -> str:
    """Return a CSV cell that stays text: a spreadsheet would run a formula and drop the zeros before a number."""
    if value.startswith(_BREAKS) or _begins_a_formula(value):
        return f"'{value}"
    return f"\t{value}" if _looks_like_a_number.fullmatch(value) else value


def _begins_a_formula(value: str) -> bool:
    """Full-width and small signs count as what they are read as; blanks and invisible signs before them do not count."""
    seen = (sign for sign in value if not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", next(seen, "")).startswith(_RUNS)
