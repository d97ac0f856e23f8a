"""Which column is which, where a workbook's header does not say it: the questions, and reading the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.certificate_fields import BY_KEY, FIELDS, STORED, Field, Kind
from importers import NOT_IMPORTED
from models import ImportBatch

OPTIONS = ((NOT_IMPORTED, "不导入这一列"), *((field.key, field.starred) for field in FIELDS))


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """One header: the control that asks what it means, what is taken for its meaning, and what stands below it."""

    name: str
    header: str
    chosen: str
    example: str = ""
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class SheetQuestions:
    """The columns of one table: those that were not recognised, and those that were."""

    name: str
    title: str
    header_row: int
    unknown: Sequence[ColumnQuestion]
    known: Sequence[ColumnQuestion]
    missing: Sequence[Field]
    is_skipped: bool


class ColumnAnswers:
    """What was answered so far: at first what was recognised, then what somebody has chosen."""

    def __init__(self, batch: ImportBatch, form: Mapping[str, str] | None = None) -> None:
        self._sheets: list[dict[str, Any]] = batch.columns["sheets"]
        self._recognised: dict[str, str] = {}
        self._guessed: dict[str, str] = {}
        self._examples: dict[str, str] = {}
        for sheet in self._sheets:
            for _, header, key in sheet["columns"]:
                self._recognised.setdefault(header, key)
            self._guessed |= sheet.get("likely", {})
            self._examples |= sheet.get("examples", {})
        self._names = {header: f"column-{at}" for at, header in enumerate(self._recognised)}
        self.by_header = self._recognised | self._guessed if form is None else self._chosen(form)
        self.skipped = [sheet["name"] for at, sheet in enumerate(self._sheets) if f"skip-{at}" in (form or {})]

    def _chosen(self, form: Mapping[str, str]) -> dict[str, str]:
        """Return the answers; one that is no field leaves its column out."""
        given = {header: form.get(self._names[header], key) for header, key in self._recognised.items()}
        return {header: key if key in BY_KEY else NOT_IMPORTED for header, key in given.items()}

    def questions(self) -> Iterator[SheetQuestions]:
        """Yield the tables; a header that several have is asked about once."""
        asked: set[str] = set()
        for at, sheet in enumerate(self._sheets):
            headers = [header for header in self._headers(sheet) if header not in asked]
            asked.update(headers)
            questions = [self._question(one) for one in headers]
            yield SheetQuestions(
                f"skip-{at}", sheet["name"], sheet["header_row"],
                [one for one in questions if not self._recognised[one.header]],
                [one for one in questions if self._recognised[one.header]],
                self._missing(sheet), sheet["name"] in self.skipped,
            )  # fmt: skip

    def _question(self, header: str) -> ColumnQuestion:
        chosen, guess = self.by_header[header], self._guessed.get(header)
        is_guess = chosen == guess and not self._recognised[header]
        return ColumnQuestion(self._names[header], header, chosen, self._examples.get(header, ""), is_guess)

    def problems(self) -> Iterator[str]:
        """Yield what still keeps the workbook from being read."""
        if len(self.skipped) == len(self._sheets):
            yield "每张工作表都勾了不导入，请至少留一张，或者放弃这一批"
        for sheet in self._sheets:
            if sheet["name"] not in self.skipped:
                yield from self._problems_of(sheet)

    def _problems_of(self, sheet: dict[str, Any]) -> Iterator[str]:
        missing = "”“".join(field.header for field in self._missing(sheet))
        if missing:
            yield f"工作表“{sheet['name']}”还没有指明哪一列是“{missing}”"
        for field in STORED:
            twice = [header for header in self._headers(sheet) if self.by_header[header] == field.key]
            if len(twice) > 1:
                yield f"工作表“{sheet['name']}”的“{'”“'.join(twice)}”都对应到了“{field.header}”，请只留一列"

    def _missing(self, sheet: dict[str, Any]) -> list[Field]:
        there = {self.by_header[header] for header in self._headers(sheet)}
        return [field for field in STORED if field.required and field.key not in there]

    def _headers(self, sheet: dict[str, Any]) -> list[str]:
        return list(dict.fromkeys(header for _, header, _ in sheet["columns"]))


@dataclass(frozen=True, slots=True)
class SheetSummary:
    """How the columns of a table that was read were understood."""

    title: str
    taken: int
    total: int
    renamed: Sequence[tuple[str, str]]
    left: Sequence[tuple[str, str]]
    """Headers of which nothing is imported, and what one of them may mean nevertheless."""

    @property
    def doubtful(self) -> int:
        return sum(bool(likely) for _, likely in self.left)


def summaries(batch: ImportBatch) -> list[SheetSummary]:
    return [_summary(sheet) for sheet in batch.columns.get("sheets", ())]


def _summary(sheet: Mapping[str, Any]) -> SheetSummary:
    fields = [(header, BY_KEY.get(key)) for _, header, key in sheet["columns"]]
    renamed = [
        (header, field.header)
        for header, field in fields
        if field and field.kind is not Kind.SERIAL and header.strip("*＊") != field.header
    ]
    likely = {header: BY_KEY[key].header for header, key in sheet.get("likely", {}).items()}
    left = [(header, likely.get(header, "")) for header, field in fields if field is None]
    return SheetSummary(sheet["name"], len(fields) - len(left), len(fields), renamed, left)
