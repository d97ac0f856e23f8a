"""Judges the rows of a workbook: what each holds, what is wrong with it, and what would become of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Protocol

from domain import access
from domain.cell_reading import Bodies, Body, Dictionaries
from domain.cells import CellError, CellValue, Formula
from domain.certificate_rows import KEYS, CheckedRow, Importer, Remark, RowChecker
from domain.identifiers import mask_id
from domain.stored_values import plain
from domain.vocabulary import Outcome
from encryption import encrypt_json, keyring
from importing.earlier_rows import EarlierRows
from importing.layout import SheetLayout
from models import PREPARED
from operations.matching import Claim, OnRecord, claim_of
from operations.staged import blank_remark, conflict_content, likeness, repeated_remark
from workbooks import Row

LONGEST_CELL = 1000
_SUGGESTED_FOR = 200
_ID_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
_NOT_PREPARED = (None,) * len(PREPARED)
_MADE = (*KEYS, "id_digest", "id_kind", "body_key", "office_id", "city_office_id", "region_office_id")
_ID_NUMBER_AT = _MADE.index("id_number")
_in_order = itemgetter(*map(_MADE.index, PREPARED))


class Judged:
    """A row and what becomes of it. `said` is what there is to say of it, in a form that JSON can hold."""

    __slots__ = ("cells", "checked", "claim", "layout", "outcome", "position", "row", "said")

    def __init__(self, position: int, layout: SheetLayout, row: int, cells: Sequence[CellValue], checked: CheckedRow):
        self.position, self.layout, self.row, self.cells, self.checked = position, layout, row, cells, checked
        self.claim: Claim | None = None if checked.errors else claim_of(checked.values, checked.body)
        self.outcome = Outcome.WRONG
        self.said: dict[str, Any] = {}

    @property
    def sheet(self) -> str:
        return self.layout.sheet

    @property
    def compared(self) -> Sequence[str]:
        return self.layout.compared

    @property
    def warned(self) -> bool:
        return self.outcome.goes_in and (bool(self.checked.warnings) or "likeness" in self.said)

    @property
    def kept(self) -> dict[str, Any]:
        """All that is kept of the row besides the columns of a record."""
        checked, kept = self.checked, self.said.copy()
        if checked.warnings:
            kept["warnings"] = _told(checked.warnings)
        if checked.notices:
            kept["notices"] = _told(checked.notices)
        if checked.errors:
            kept |= {"errors": _told(checked.errors), "values": plain(checked.values)}
        if self.outcome.refused:
            last = max(column.at for column in self.layout.columns) + 1
            kept["cells"] = [kept_cell(cell) for cell in self.cells[:last]]
        return kept

    @property
    def content(self) -> dict[str, Any]:
        """The same as a staged row tells it."""
        kept = self.kept
        warnings = [*kept.get("warnings", ()), *kept.get("likeness", ())]
        return {"values": plain(self.checked.values), **kept, "warnings": warnings}

    def staged(self, batch_id: int, home: access.Place) -> tuple[Any, ...]:
        """Return the row as it is stored, in the order of `staging.COLUMNS`; `home` is the office it would belong to."""
        kept = self.kept
        return (
            batch_id, self.position, self.layout.sheet, self.row, self.outcome.value, self.warned,
            encrypt_json(kept) if kept else None, *(_NOT_PREPARED if self.claim is None else self._record(self.claim, home)),
        )  # fmt: skip

    def _record(self, claim: Claim, home: access.Place) -> tuple[Any, ...]:
        document = self.checked.document
        assert document is not None
        values = [*self.checked.plain, claim.digest, document.kind.value, claim.body_key]
        values += (home.office_id, home.city_office_id, home.region_office_id)
        values[_ID_NUMBER_AT] = keyring.encrypt(document.number.encode())
        prepared: tuple[Any, ...] = _in_order(values)
        return prepared


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
        judged: list[Judged] = []
        for layout, group in _by_layout(rows):
            judged += self._checked(layout, group)
        classify(judged, self._earlier, self._importer.place)
        return judged

    def _checked(self, layout: SheetLayout, rows: Sequence[Row]) -> Iterable[Judged]:
        checked = self._checker(layout).check_all([row.cells for row in rows])
        before, self._position = self._position, self._position + len(rows)
        return [
            Judged(before + at, layout, row.number, row.cells, found)
            for at, (row, found) in enumerate(zip(rows, checked, strict=True), 1)
        ]

    def _checker(self, layout: SheetLayout) -> RowChecker:
        checker = self._checkers.get(layout.sheet)
        if checker is None:
            checker = self._checkers[layout.sheet] = RowChecker(layout.fields, self._dictionaries, self._importer)
        return checker


def _by_layout(rows: Sequence[tuple[SheetLayout, Row]]) -> list[tuple[SheetLayout, list[Row]]]:
    groups: list[tuple[SheetLayout, list[Row]]] = []
    for layout, row in rows:
        if not groups or groups[-1][0] is not layout:
            groups.append((layout, []))
        groups[-1][1].append(row)
    return groups


class Standing(Protocol):
    """A row while it is told what it is against the record and the rows before it."""

    position: int
    outcome: Outcome
    said: dict[str, Any]

    @property
    def claim(self) -> Claim | None: ...
    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def compared(self) -> Sequence[str]: ...


def classify(rows: Sequence[Standing], earlier: EarlierRows, place: access.Place) -> None:
    """Tell for faultless rows, in the order of the file, what they are against the record and the rows before them."""
    on_record = OnRecord([row.claim for row in rows if row.claim is not None])
    for row in rows:
        if row.claim is not None:
            row.outcome, row.said = _standing(row, row.claim, on_record, earlier, place)


def _standing(
    row: Standing, claim: Claim, on_record: OnRecord, earlier: EarlierRows, place: access.Place
) -> tuple[Outcome, dict[str, Any]]:
    if on_record.is_blank(claim):
        return Outcome.IN_STOCK, {"errors": [blank_remark()]}
    record = on_record.record(claim)
    if record is not None:
        return conflict_content(record, claim, row.compared, place)
    before = earlier.same_number(claim)
    if before is not None:
        return Outcome.REPEATED, {"errors": [repeated_remark(before.seen_from(row.sheet))]}
    number, other = on_record.same_award(claim), earlier.same_award_before(claim, row.sheet, row.row)
    if number is None and other is None:
        return Outcome.NEW, {}
    where = f"证书编号 {number}" if number is not None or other is None else other.seen_from(row.sheet)
    return Outcome.LIKELY_DUPLICATE, {"likeness": [likeness(where)]}


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
