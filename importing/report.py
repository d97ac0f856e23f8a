"""The report of an import as JSON: per sheet and Excel's row number the outcome, and what was said of which column."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from domain.vocabulary import Outcome
from operations.staged import remarks


class JsonReport:
    """Written row by row, so that memory does not grow with the workbook; the counts stand at its end."""

    def __init__(self, path: Path) -> None:
        self._out = path.open("w", encoding="utf-8")
        self._out.write('{"sheets": {')
        self._sheet: str | None = None
        self._counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.write("\n}" if self._sheet is not None else "")
        self._out.write(f'}},\n"counts": {_json(self._counts)}}}\n')
        self._out.close()

    def add(self, sheet: str, row: int, outcome: Outcome, content: Mapping[str, Any]) -> None:
        self._counts[outcome.label] += 1
        if sheet != self._sheet:
            self._out.write(("\n},\n" if self._sheet is not None else "\n") + f"{_json(sheet)}: {{\n")
            self._sheet = sheet
        else:
            self._out.write(",\n")
        told = {"outcome": outcome.label, "errors": _told(content, "errors"), "warnings": _told(content, "warnings")}
        self._out.write(f'"{row}": {_json(told)}')


def _told(content: Mapping[str, Any], name: str) -> list[dict[str, str]]:
    return [{"field": header, "message": sentence} for header, sentence in remarks(content, name)]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
