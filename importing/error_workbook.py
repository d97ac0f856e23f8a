"""The wrong rows as a workbook: the office's own columns, the wrong cells coloured, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter

from domain.certificate_fields import BY_KEY, STORED
from domain.certificate_rows import shown
from domain.stored_values import revived
from domain.vocabulary import Outcome
from importing.judging import kept_cell
from importing.layout import EXPLANATION

_LONGEST_SHEET_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
"""What was typed is written as it was typed: nothing in it is run, linked or counted."""
_WIDTH, _EXPLANATION_WIDTH = 16, 60
COMMENTED_ROWS = 2_000
"""A comment costs memory and a drawing of its own: the first rows have them, 错误说明 says the same for all."""
_COMMENT = {"x_scale": 2, "y_scale": 1, "font_size": 10}
_LOST_DIGITS = 10**15
_STORED_KEYS = frozenset(field.key for field in STORED)


class ErrorWorkbook:
    """Takes the rows in the order of the file; memory does not grow with them."""

    def __init__(self, path: Path, told: Callable[[], Mapping[str, Any]]) -> None:
        """`told` returns the tables and their columns as the batch keeps them, as far as the file has been read."""
        self._book = xlsxwriter.Workbook(path, {**_OPTIONS, "tmpdir": str(path.parent)})
        self._told = told
        self._columns: list[tuple[int, str, str]] = []
        self._text = self._book.add_format({"num_format": "@"})
        self._wrong = self._book.add_format({"num_format": "@", "bg_color": "#fbdad7", "font_color": "#7c1a14"})
        self._head = self._book.add_format({"bold": True, "bg_color": "#e6f1f4", "border": 1})
        self._sheet: Any = None
        self._name, self._row, self._used = "", 0, set[str]()
        self._commented = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sheet is None:
            self._book.add_worksheet("没有错误行").write_string(0, 0, "没有要改的行")
        self._book.close()

    def add(self, sheet: str, outcome: Outcome, content: Mapping[str, Any], sent: Sequence[Any] | None = None) -> None:
        """Add a row. One that was refused comes back as it was typed; of another one, `sent` are its cells as they came."""
        if self._sheet is None or sheet != self._name:
            self._begin(sheet)
        wrong: dict[str, list[str]] = {}
        for key, sentence in content.get("errors", ()) if outcome.refused else ():
            wrong.setdefault(key, []).append(sentence)
        for at, (position, _, key) in enumerate(self._columns):
            self._write(at, _cell(content, position, key, sent), self._wrong if key in wrong else self._text)
            if key in wrong and self._commented < COMMENTED_ROWS:
                self._sheet.write_comment(self._row, at, "；".join(wrong[key]), _COMMENT)
        self._commented += bool(wrong)
        told = explanation(outcome, content) if outcome.refused else ""
        self._sheet.write_string(self._row, len(self._columns), told, self._text)
        self._row += 1

    def _begin(self, sheet: str) -> None:
        self._sheet, self._name, self._row = self._book.add_worksheet(self._free_name(sheet)), sheet, 1
        self._columns = columns = self._columns_of(sheet)
        self._sheet.set_column(0, len(columns) - 1, _WIDTH)
        self._sheet.set_column(len(columns), len(columns), _EXPLANATION_WIDTH)
        self._sheet.freeze_panes(1, 0)
        for at, (_, header, _) in enumerate(columns):
            self._sheet.write_string(0, at, header, self._head)
        self._sheet.write_string(0, len(columns), EXPLANATION, self._head)

    def _columns_of(self, sheet: str) -> list[tuple[int, str, str]]:
        return next(told["columns"] for told in self._told()["sheets"] if told["name"] == sheet)

    def _write(self, at: int, cell: Any, look: Any) -> None:
        if cell is None or cell == "":
            self._sheet.write_blank(self._row, at, None, look)
        elif isinstance(cell, bool):
            self._sheet.write_boolean(self._row, at, cell, look)
        elif isinstance(cell, int | float) and abs(cell) < _LOST_DIGITS:
            self._sheet.write_number(self._row, at, cell, look)
        elif isinstance(cell, int | float):
            self._sheet.write_string(self._row, at, as_displayed(cell), look)
        else:
            self._sheet.write_string(self._row, at, cell, look)

    def _free_name(self, sheet: str) -> str:
        name = sheet.translate(_FORBIDDEN).strip("'")[:_LONGEST_SHEET_NAME] or "Sheet"
        number = 2
        while name.casefold() in self._used:
            name = f"{name[: _LONGEST_SHEET_NAME - 4]}({number})"
            number += 1
        self._used.add(name.casefold())
        return name


def _cell(content: Mapping[str, Any], position: int, key: str, sent: Sequence[Any] | None) -> Any:
    """Return a cell as it was typed where that was kept, else what was read of it, else as it came."""
    typed, values = content.get("cells"), content["values"]
    if typed is not None:
        return typed[position] if position < len(typed) else None
    if key in values:
        return shown(revived({key: values[key]})[key])
    return kept_cell(sent[position]) if sent is not None and position < len(sent) and key not in _STORED_KEYS else None


def as_displayed(cell: float) -> str:
    """Return a number that has lost digits as a spreadsheet displays it: as text, and no form of it passes for an ID."""
    return repr(float(cell)).upper().removesuffix(".0")


def explanation(outcome: Outcome, content: Mapping[str, Any]) -> str:
    """Return all that is wrong with a row, in one line."""
    return "；".join(_with_header(BY_KEY[key].header, said) for key, said in content.get("errors", ())) or outcome.label


def _with_header(header: str, sentence: str) -> str:
    return sentence if sentence.startswith(header) else f"{header}：{sentence}"
