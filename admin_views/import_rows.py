"""How the checked rows of a batch are shown: sorted by what becomes of them, every wrong cell with its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.certificate_fields import BY_KEY, STORED, Field
from domain.certificate_rows import shown
from domain.identifiers import mask_id
from domain.stored_values import revived
from domain.vocabulary import BatchState, Outcome
from importers import without_id_numbers
from models import ImportBatch, StagedRow

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
    listed = KEPT_KINDS if batch.state is BatchState.COMMITTED else KINDS
    return [kind for kind in listed if kind.count(batch)]


def kind_named(kinds: Sequence[RowKind], slug: str) -> RowKind | None:
    """Return the kind of this name, or else what most wants to be looked at."""
    return next((kind for kind in kinds if kind.slug == slug), kinds[0] if kinds else None)


@dataclass(slots=True)
class Cell:
    """What stands in a cell, and what is said of it."""

    text: str
    tone: str = ""
    remarks: list[str] = field(default_factory=list)

    def say(self, tone: str, sentence: str) -> None:
        self.remarks.append(sentence)
        self.tone = self.tone or tone


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it is shown: its place in the workbook, what becomes of it, its cells by field."""

    where: str
    outcome: Outcome
    cells: Mapping[str, Cell]

    @property
    def others(self) -> list[tuple[Field, Cell]]:
        """The cells outside the shown columns of which something is to be said."""
        spoken = [(field, self.cells[field.key]) for field in STORED if field not in SHOWN and field.key in self.cells]
        return [(field, cell) for field, cell in spoken if cell.remarks]


def preview(batch: ImportBatch, rows: Sequence[StagedRow]) -> list[PreviewRow]:
    sheets = {told["name"]: told["columns"] for told in batch.columns.get("sheets", ())}
    return [_row(row, sheets.get(row.sheet, ()), several=len(sheets) > 1) for row in rows]


def _row(row: StagedRow, columns: Sequence[Sequence[Any]], *, several: bool) -> PreviewRow:
    cells = {key: Cell(text) for key, text in _texts(row.content, columns).items()}
    conflicts = {key: ours for key, ours, _ in row.content.get("conflict", ())}
    for name, tone in _TONES.items():
        for key, sentence in row.content.get(name, ()):
            cell = cells.setdefault(key, Cell(""))
            if key in conflicts and name == "errors":
                cell.say("warn", f"系统里是“{conflicts[key] or '空'}”，保留系统里的")
            else:
                cell.say(tone, sentence)
    return PreviewRow(f"{row.sheet} {row.row}" if several else str(row.row), row.outcome, cells)


def _texts(content: Mapping[str, Any], columns: Sequence[Sequence[Any]]) -> dict[str, str]:
    """Return what was typed where the row was refused, else what goes on record."""
    texts = {key: shown(value) for key, value in revived(content["values"]).items()}
    typed = content.get("cells")
    if typed is not None:
        texts |= {key: _typed(typed[at]) if at < len(typed) else "" for at, _, key in columns if key}
    return {key: _masked(key, text) for key, text in texts.items() if key in BY_KEY}


def _typed(cell: Any) -> str:
    if cell is None or isinstance(cell, bool):
        return {None: "", True: "TRUE", False: "FALSE"}[cell]
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _masked(key: str, text: str) -> str:
    return mask_id(text.strip()) if key == "id_number" else without_id_numbers(text)
