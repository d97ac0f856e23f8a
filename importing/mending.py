"""Mending rows of a checked batch: new cells are judged as an upload would judge them, and so is every row they touch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from domain.cell_reading import Dictionaries
from domain.cells import CellValue
from domain.certificate_rows import Importer, RowChecker, shown
from domain.stored_values import revived
from domain.vocabulary import Outcome
from importing.earlier_rows import EarlierRows
from importing.examining import layouts_told
from importing.judging import Judged, Standing, classify
from importing.layout import SheetLayout
from models import ImportBatch, StagedRow
from operations import staging
from operations.matching import Claim
from operations.publishing import claim_of

Edits = Mapping[int, Mapping[str, str]]
"""What was typed anew, by the position of the row and the field."""
_OF_THE_VERDICT = ("errors", "likeness", "record", "conflict")


class _Untouched:
    """A faultless row that shares a number or a person with a mended one."""

    def __init__(self, staged: StagedRow, compared: Sequence[str]) -> None:
        self.staged, self.compared = staged, compared
        self.claim: Claim | None = claim_of(staged)
        self.sheet, self.row, self.position = staged.sheet, staged.row, staged.position
        self.outcome, self.said = staged.outcome, dict[str, Any]()

    def write(self) -> None:
        own = {key: value for key, value in (self.staged.kept or {}).items() if key not in _OF_THE_VERDICT}
        self.staged.outcome, self.staged.kept = self.outcome, {**own, **self.said} or None
        self.staged.warned = self.outcome.goes_in and bool(own.get("warnings") or "likeness" in self.said)


def mend(batch: ImportBatch, edits: Edits, importer: Importer, dictionaries: Dictionaries) -> None:
    """Take over what was typed, and judge again: these rows, and those whose number or person they had or have."""
    layouts = {layout.sheet: layout for layout in layouts_told(batch.columns)}
    before = staging.rows_at(batch.id, edits)
    mended = _checked(before, edits, layouts, importer, dictionaries)
    claims = [claim for claim in [*map(_claimed, before), *(row.claim for row in mended)] if claim is not None]
    others = staging.sharing(
        batch.id, {one.number for one in claims}, {digest for one in claims for digest in one.digests}
    )
    untouched = [_Untouched(row, layouts[row.sheet].compared) for at, row in others.items() if at not in edits]
    standing: list[Standing] = sorted([*mended, *untouched], key=lambda row: row.position)
    classify(standing, EarlierRows(), importer.place)
    for row in untouched:
        row.write()
    staging.replace(batch.id, [row.staged(batch.id, importer.home_of(row.checked.body)) for row in mended])
    counts = staging.counts(batch.id)
    batch.counts = {outcome.value: counts[outcome] for outcome in Outcome if counts.get(outcome)}
    batch.attention = staging.attention(batch.id)


def _checked(
    rows: Iterable[StagedRow],
    edits: Edits,
    layouts: Mapping[str, SheetLayout],
    importer: Importer,
    dictionaries: Dictionaries,
) -> list[Judged]:
    judged = []
    for sheet, of_sheet in groupby(rows, key=attrgetter("sheet")):
        layout, some = layouts[sheet], list(of_sheet)
        cells = [_cells(row, layout, edits[row.position]) for row in some]
        checked = RowChecker(layout.fields, dictionaries, importer).check_all(cells)
        judged += [
            Judged(row.position, layout, row.row, typed, found)
            for row, typed, found in zip(some, cells, checked, strict=True)
        ]
    return judged


def _claimed(row: StagedRow) -> Claim | None:
    return claim_of(row) if row.is_faultless else None


def _cells(row: StagedRow, layout: SheetLayout, typed: Mapping[str, str]) -> list[CellValue]:
    """Return the row as it was typed, as far as that was kept, with what is typed anew in its place."""
    content = row.content
    kept = content.get("cells")
    if kept is None:
        values = {key: shown(value) for key, value in revived(content["values"]).items()}
        was = {at: values.get(field.key) for at, field in layout.fields.items()}
    else:
        was = dict(enumerate(kept))
    cells: list[CellValue] = [None] * (max(column.at for column in layout.columns) + 1)
    for at, field in layout.fields.items():
        cells[at] = typed.get(field.key, was.get(at)) or None
    return cells
