"""Reading an untrusted workbook: starts the process, checks what it says, and puts into words what is left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from domain.errors import WorkbookRefused
from workbooks import wire
from workbooks.columns import column_name
from workbooks.events import Event, LeftOut, Part, Row, SheetStarted
from workbooks.limits import DEFAULT_LIMITS, Limits
from workbooks.process import ReadingProcess
from workbooks.refusals import Damaged, Reason, Refused

LONGEST_NAME = 255
NO_NAME = "未命名"
MOST_PLACES = 20


def read(source: Path | BinaryIO, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Event]:
    """The workbook's visible sheets, row by row; raises WorkbookRefused, at any point, with the person's sentence.

    `source` may be an open file instead of a path, if it has a file descriptor: an upload need not have a name.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from _read(file, limits)
    else:
        yield from _read(source, limits)


def _read(file: BinaryIO, limits: Limits) -> Iterator[Event]:
    try:
        with ReadingProcess(file, limits) as process:
            yield from _Listener(process, limits).events()
    except Refused as refusal:
        raise WorkbookRefused(refusal.reason.sentence(refusal.details)) from None


class _Listener:
    """Turns the lines of the process into events. It has read hostile bytes, so its word is checked like any other."""

    def __init__(self, process: ReadingProcess, limits: Limits) -> None:
        self._process, self._limits = process, limits
        self._last_row: int | None = None
        self._done = False
        self._answers: dict[str, Callable[..., list[Event]]] = {
            "rows": self._rows,
            "sheet": self._sheet,
            "left out": self._left_out,
            "size": self._size,
            "refused": self._refused,
            "end": self._end,
        }

    def events(self) -> Iterator[Event]:
        for line in self._process.lines():
            yield from self._answer(line)
            if self._done:
                return

    def _answer(self, line: bytes) -> list[Event]:
        try:
            kind, *content = _message(line)
            return self._answers[kind](*content)
        except (ValueError, TypeError, LookupError, RecursionError, Damaged):
            raise Refused(Reason.BROKEN) from None

    def _size(self, unpacked: int) -> list[Event]:
        self._process.allow(self._limits.seconds(int(unpacked)) - self._limits.seconds(0))
        return []

    def _sheet(self, name: str, rows: int | None = None) -> list[Event]:
        self._last_row = 0
        return [SheetStarted(_name(name), None if rows is None else min(int(rows), self._limits.rows))]

    def _rows(self, rows: list[list[Any]]) -> list[Event]:
        last, events = self._last_row, list[Event]()
        for number, cells in rows:
            if type(number) is not int or last is None or not last < number <= self._limits.rows:
                raise Damaged
            if type(cells) is not list or len(cells) > self._limits.columns:
                raise Damaged
            last = number
            values = [cell if cell is None or type(cell) is str else wire.decoded(cell) for cell in cells]
            events.append(Row(number, values))
        self._last_row = last
        return events

    def _left_out(self, sheet: str, part: str, count: int, places: list[int]) -> list[Event]:
        hidden, name, count = Part(part), _name(sheet), int(count)
        return [LeftOut(name, hidden, count, _left_out_sentence(name, hidden, count, places[:MOST_PLACES]))]

    def _refused(self, reason: str, details: list[str | int]) -> list[Event]:
        raise Refused(Reason[reason], *details)

    def _end(self) -> list[Event]:
        self._done = True
        return []


def _message(line: bytes) -> list[Any]:
    """The list that a line holds; objects and text that no database takes have no business in it."""
    message = json.loads(line.decode(), object_hook=_no_object)
    if b"\\ud" in line.lower():
        json.dumps(message, ensure_ascii=False).encode()
    if type(message) is not list:
        raise Damaged
    return message


def _no_object(_: object) -> None:
    raise Damaged


def _name(name: str) -> str:
    return str(name)[:LONGEST_NAME] or NO_NAME


def _left_out_sentence(sheet: str, part: Part, count: int, places: list[int]) -> str:
    if part is Part.SHEET:
        return f"工作表“{sheet}”是隐藏的，没有读入，需要的话请取消隐藏后重新上传"
    if part is Part.ROWS:
        return f"工作表“{sheet}”有 {count} 行是隐藏的（第 {_listed(places, count)} 行），没有读入"
    return f"工作表“{sheet}”有 {count} 列是隐藏的（{_listed(map(column_name, places), count)} 列），没有读入"


def _listed(places: Any, count: int) -> str:
    names = [str(place) for place in places]
    return "、".join(names) + ("等" if count > len(names) else "")
