"""The wrong rows as a workbook: the office's own columns, the wrong cells coloured, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter

from domain.certificate_fields import BY_KEY
from domain.certificate_rows import shown
from domain.stored_values import revived
from domain.vocabulary import Outcome
from importing.layout import EXPLANATION

_LONGEST_SHEET_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
"""What was typed is written as it was typed: nothing in it is run, linked or counted."""
_WIDTH, _EXPLANATION_WIDTH = 16, 60


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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sheet is None:
            self._book.add_worksheet("没有错误行").write_string(0, 0, "没有要改的行")
        self._book.close()

    def add(self, sheet: str, outcome: Outcome, content: Mapping[str, Any]) -> None:
        """Add a row that was refused."""
        if self._sheet is None or sheet != self._name:
            self._begin(sheet)
        wrong = {key for key, _ in content.get("errors", ())}
        cells, values = content.get("cells"), content["values"]
        for at, (position, _, key) in enumerate(self._columns):
            cell = _typed(cells, position) if cells is not None else shown(revived({key: values.get(key)})[key])
            self._write(at, cell, self._wrong if key in wrong else self._text)
        self._sheet.write_string(self._row, len(self._columns), explanation(outcome, content), self._text)
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
        elif isinstance(cell, int | float):
            self._sheet.write_number(self._row, at, cell, look)
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


def _typed(cells: Sequence[Any], position: int) -> Any:
    return cells[position] if position < len(cells) else None


def explanation(outcome: Outcome, content: Mapping[str, Any]) -> str:
    """Return all that is wrong with a row, in one line."""
    told = [f"{BY_KEY[key].header}：{sentence}" for key, sentence in content.get("errors", ())]
    return "；".join(told) or outcome.label
