"""Judges the rows of a workbook: what each holds, what is wrong with it, and what would become of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.cell_reading import Bodies, Body, Dictionaries
from domain.cells import CellError, CellValue, Formula
from domain.certificate_rows import CheckedRow, Importer, Remark, RowChecker
from domain.identifiers import mask_id
from domain.stored_values import plain
from domain.vocabulary import Outcome
from importing.earlier_rows import EarlierRows, Place
from importing.layout import SheetLayout
from operations.matching import Claim, OnRecord, claim_of
from operations.staged import blank_remark, conflict_content, repeated_remark
from workbooks import Row

LONGEST_CELL = 1000
_SUGGESTED_FOR = 200
_ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")


@dataclass(slots=True)
class Judged:
    """A row and what becomes of it, in the form in which rows are staged; `content` is what JSON can hold."""

    position: int
    sheet: str
    row: int
    outcome: Outcome
    warned: bool
    content: dict[str, Any]

    @property
    def staged(self) -> dict[str, Any]:
        """Return the columns of a staged row."""
        return {
            "position": self.position, "sheet": self.sheet, "row": self.row,
            "outcome": self.outcome, "warned": self.warned, "content": self.content,
        }  # fmt: skip


@dataclass(slots=True)
class _Row:
    place: Place
    layout: SheetLayout
    cells: Sequence[CellValue]
    checked: CheckedRow
    claim: Claim | None
    outcome: Outcome = Outcome.WRONG
    more: dict[str, Any] = field(default_factory=dict)


class Judge:
    """Holds each row against the rules, the record, and the rows that went before it."""

    def __init__(self, importer: Importer, dictionaries: Dictionaries, earlier: EarlierRows) -> None:
        suggesting = FewSuggestions(dictionaries.bodies)
        self._dictionaries = Dictionaries(dictionaries.titles, suggesting, dictionaries.obtained_by, dictionaries.today)
        self._importer, self._earlier = importer, earlier
        self._checkers: dict[str, RowChecker] = {}
        self._position = 0

    def judge(self, rows: Sequence[tuple[SheetLayout, Row]]) -> list[Judged]:
        """Judge a group of rows in the order of the file."""
        checked = [self._checked(layout, row) for layout, row in rows]
        claims = [row.claim for row in checked if row.claim is not None]
        on_record = OnRecord(claims)
        self._earlier.recall(claims)
        for row in checked:
            if row.claim is not None:
                self._classify(row, row.claim, on_record)
        self._earlier.keep()
        return list(self._finished(checked))

    def _checked(self, layout: SheetLayout, row: Row) -> _Row:
        checked = self._checker(layout).check(row.cells)
        claim = None if checked.errors else claim_of(checked.values, checked.body)
        return _Row(Place(layout.sheet, row.number), layout, row.cells, checked, claim)

    def _checker(self, layout: SheetLayout) -> RowChecker:
        checker = self._checkers.get(layout.sheet)
        if checker is None:
            checker = self._checkers[layout.sheet] = RowChecker(layout.fields, self._dictionaries, self._importer)
        return checker

    def _classify(self, row: _Row, claim: Claim, on_record: OnRecord) -> None:
        if on_record.is_blank(claim):
            row.outcome = Outcome.IN_STOCK
            row.checked.errors.append(blank_remark())
            return
        record = on_record.record(claim)
        if record is not None:
            row.outcome, row.more = conflict_content(record, claim, row.layout.compared, self._importer.place)
            return
        before = self._earlier.same_number(claim)
        if before is not None:
            row.outcome = Outcome.REPEATED
            row.checked.errors.append(repeated_remark(before.seen_from(row.place.sheet)))
            return
        self._note_likeness(row, claim, on_record)
        self._earlier.add(claim, row.place)

    def _note_likeness(self, row: _Row, claim: Claim, on_record: OnRecord) -> None:
        row.outcome = Outcome.NEW
        number, before = on_record.same_award(claim), self._earlier.same_award(claim)
        if number is None and before is None:
            return
        where = f"证书编号 {number}" if number is not None or before is None else before.seen_from(row.place.sheet)
        row.outcome = Outcome.LIKELY_DUPLICATE
        sentence = f"同一个人已有同系列、同级别、同资格、同一授予时间的证书（{where}），可能是重复的，请看一眼"
        row.checked.warnings.append(Remark("cert_no", sentence))

    def _finished(self, rows: Sequence[_Row]) -> Iterator[Judged]:
        for row in rows:
            self._position += 1
            warned = bool(row.checked.warnings) and row.outcome.goes_in
            yield Judged(self._position, row.place.sheet, row.place.row, row.outcome, warned, _content(row))


class FewSuggestions:
    """Bodies whose likenesses are sought for the first unknown names only: the search is slow, a file may be hostile."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies, self._left = bodies, _SUGGESTED_FOR

    def find(self, name: str) -> Body | None:
        return self._bodies.find(name)

    def suggest(self, name: str) -> list[str]:
        if not self._left:
            return []
        self._left -= 1
        return self._bodies.suggest(name)


def _content(row: _Row) -> dict[str, Any]:
    checked = row.checked
    content: dict[str, Any] = {"values": plain(checked.values), **row.more}
    if checked.document is not None:
        content["id_kind"] = checked.document.kind.value
    for name, remarks in (("warnings", checked.warnings), ("notices", checked.notices)):
        if remarks:
            content[name] = _told(remarks)
    if checked.errors:
        content["errors"] = _told(checked.errors)
    if row.outcome.refused:
        last = max(column.at for column in row.layout.columns) + 1
        content["cells"] = [kept_cell(cell) for cell in row.cells[:last]]
    return content


def _told(remarks: Sequence[Remark]) -> list[list[str]]:
    return [[remark.key, without_id_numbers(remark.sentence)] for remark in remarks]


def without_id_numbers(sentence: str) -> str:
    """Return the sentence with every ID number in it masked: a cell in the wrong column may be quoted."""
    return _ID_NUMBER.sub(lambda found: mask_id(found.group()), sentence)


def kept_cell(cell: CellValue) -> str | int | float | bool | None:
    """Return a cell as it was typed, as far as JSON can hold it."""
    if isinstance(cell, str):
        return cell[:LONGEST_CELL]
    if isinstance(cell, CellError):
        return cell.code
    if isinstance(cell, Formula):
        return None
    return cell.isoformat() if isinstance(cell, date) else cell
