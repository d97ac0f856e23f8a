"""How the checked rows of a batch are shown: sorted by what becomes of them, every wrong cell with its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import importers
from domain.certificate_fields import BY_KEY, STORED, Field
from domain.vocabulary import BatchState, Outcome
from models import ImportBatch, StagedRow
from operations import conflicts

SHOWN = tuple(BY_KEY[key] for key in ("name", "id_number", "cert_no", "awarded_on", "awarding_body"))
"""The columns by which a clerk finds a certificate; of the others only those cells of which something is to be said."""
_TONES = {"errors": "bad", "warnings": "warn", "notices": "note"}


@dataclass(frozen=True, slots=True)
class RowKind:
    """A group of rows that is looked at together; `warned` narrows it to those that should be looked at."""

    slug: str
    label: str
    outcomes: tuple[Outcome, ...]
    warned: bool = False

    def count(self, batch: ImportBatch) -> int:
        return batch.attention if self.warned else sum(map(batch.count, self.outcomes))


NEW = RowKind("new", "新增", (Outcome.NEW, Outcome.LIKELY_DUPLICATE))
SAME = RowKind("same", "相同", (Outcome.SAME,))
CONFLICT = RowKind("conflict", "冲突", (Outcome.CONFLICT,))
WRONG = RowKind("wrong", "必须改", (Outcome.WRONG, Outcome.REPEATED, Outcome.IN_STOCK))
ATTENTION = RowKind("attention", "请留意", NEW.outcomes, warned=True)
ALL = RowKind("all", "全部", tuple(Outcome))
KINDS = (WRONG, CONFLICT, ATTENTION, NEW, SAME, ALL)
KEPT_KINDS = (WRONG, CONFLICT)
"""What is kept of a batch once it was imported."""


def kinds_of(batch: ImportBatch) -> Sequence[RowKind]:
    listed = KEPT_KINDS if batch.state in (BatchState.COMMITTED, BatchState.UNDONE) else KINDS
    return [kind for kind in listed if kind.count(batch)]


def kind_named(kinds: Sequence[RowKind], slug: str) -> RowKind | None:
    """Return the kind of this name, or else what most wants to be looked at."""
    return next((kind for kind in kinds if kind.slug == slug), kinds[0] if kinds else None)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said of a cell, and how much it weighs."""

    tone: str
    sentence: str


@dataclass(slots=True)
class Cell:
    """What stands in a cell, and what is said of it; `typed` is what its box holds where it can be mended in place."""

    text: str
    tone: str = ""
    remarks: list[Said] = field(default_factory=list)
    typed: str | None = None

    def say(self, tone: str, sentence: str) -> None:
        self.remarks.append(Said(tone, sentence))
        self.tone = self.tone or tone


@dataclass(frozen=True, slots=True)
class Side:
    """One field of a conflict: what the record says and what the workbook says."""

    field: Field
    record: str
    workbook: str


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it is shown: its place in the workbook, what becomes of it, its cells by field."""

    position: int
    where: str
    place: str
    outcome: Outcome
    cells: Mapping[str, Cell]
    sides: Sequence[Side] = ()
    takes_workbook: bool = False
    kept_because: str = ""

    @property
    def others(self) -> list[tuple[Field, Cell]]:
        """The cells outside the shown columns of which something is to be said."""
        spoken = [(field, self.cells[field.key]) for field in STORED if field not in SHOWN and field.key in self.cells]
        return [(field, cell) for field, cell in spoken if cell.remarks]

    @property
    def can_be_mended(self) -> bool:
        return any(cell.typed is not None for cell in self.cells.values())

    @property
    def hides_a_number(self) -> bool:
        """Whether an ID number is to be mended that is not shown whole."""
        return "id_number" in self.cells and self.cells["id_number"].typed == "" != self.cells["id_number"].text


Typed = Mapping[int, Mapping[str, str]]


def preview(
    batch: ImportBatch, rows: Sequence[StagedRow], typed: Typed | None = None, *, revealed: bool = False
) -> list[PreviewRow]:
    """Return rows as they are shown; `typed` is what was typed and could not be taken over."""
    columns = importers.columns_by_sheet(batch.columns)
    records = [row.content.get("record") for row in rows]
    kept = conflicts.kept_records([one for one in records if one], batch.place)
    drawn = _Drawn(columns, batch.is_open, revealed, typed or {}, kept)
    return [drawn.row(row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """How the rows of one page are drawn."""

    columns: Mapping[str, importers.Columns]
    is_open: bool
    revealed: bool
    typed: Typed
    kept: Mapping[int, str]

    def row(self, row: StagedRow) -> PreviewRow:
        content = row.content
        whole = importers.texts(content, self.columns.get(row.sheet, ()))
        cells = {key: Cell(importers.masked(key, text)) for key, text in whole.items()}
        sides = [Side(BY_KEY[key], ours, theirs) for key, ours, theirs in content.get("conflict", ())]
        for name, tone in _TONES.items():
            for key, sentence in content.get(name, ()):
                cell = cells.setdefault(key, Cell(""))
                cell.say("warn" if sides and name == "errors" else tone, sentence)
                if self.is_open and name == "errors" and not sides:
                    cell.typed = self._box(row.position, key, whole.get(key, ""))
        where, place = str(row.row), f"第 {row.row} 行"
        if len(self.columns) > 1:
            where, place = f"{row.sheet} {where}", f"工作表“{row.sheet}”{place}"
        reason = self.kept.get(content.get("record") or 0, "")
        return PreviewRow(row.position, where, place, row.outcome, cells, sides, row.takes_workbook, reason)

    def _box(self, position: int, key: str, text: str) -> str:
        """A box holds what was typed last; an ID number only once it was asked for."""
        default = "" if key == "id_number" and not self.revealed else text
        return self.typed.get(position, {}).get(key, default)
