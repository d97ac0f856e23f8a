"""Reads a workbook once, from the first event to the last: finds the tables in it and has their rows judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from domain.cell_reading import Dictionaries
from domain.certificate_fields import BY_KEY
from domain.certificate_rows import Importer
from domain.errors import DomainError, WorkbookRefused
from domain.vocabulary import Outcome
from importing.earlier_rows import EarlierRows
from importing.judging import Judge, Judged
from importing.layout import HEADER_WITHIN, Answers, Column, SheetLayout, find_layout, with_examples
from importing.table_rows import RowFilter, is_numbering
from importing.template import LISTS_SHEET
from models import StagedRow
from workbooks import Event, LeftOut, Part, Row, SheetStarted

ROWS_AT_ONCE = 2000
LONGEST_SHEET_NAME = 100
MOST_REMARKS = 200
NO_HEADER = "没有找到表头，请确认第一行或标题下面一行是“证书编号、姓名、身份证号”等列名，可以下载模板对照"
NO_ROWS = "表头下面没有数据，请确认选对了文件再上传"


class ColumnsUnclear(DomainError):
    """A required column was not recognised in one of the tables; somebody has to say which column is which."""

    def __init__(self, layouts: list[SheetLayout]) -> None:
        super().__init__("；".join(_what_is_missing(layout) for layout in layouts))
        self.layouts = layouts


def _what_is_missing(layout: SheetLayout) -> str:
    headers = "”“".join(field.header for field in layout.missing)
    return f"工作表“{layout.sheet}”（表头在第 {layout.header_row} 行）里没有认出“{headers}”，请改好列名再导入"


class SheetNames:
    """Sheets by the names that are kept of them."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def own(self, name: str) -> str:
        """Return a sheet's name cut to what is kept of it; a second sheet of that name is told apart by its number."""
        name = name[:LONGEST_SHEET_NAME]
        self._times[name] += 1
        return name if self._times[name] == 1 else f"{name[: LONGEST_SHEET_NAME - 8]}（{self._times[name]}）"


class Examination:
    """One reading. `groups` gives the judged rows; the rest is complete once it has been read to its end."""

    def __init__(
        self, importer: Importer, dictionaries: Dictionaries, answers: Answers, skipped: Collection[str] = ()
    ) -> None:
        self._importer, self._dictionaries = importer, dictionaries
        self._answers, self._skipped = answers, skipped
        self._unclear: list[SheetLayout] = []
        self._doubtful: list[SheetLayout] = []
        self._names = SheetNames()
        self.layouts: list[SheetLayout] = []
        self.left_out: list[str] = []
        self.counts: Counter[Outcome] = Counter()
        self.attention = 0
        self._told_rows: int | None = 0

    def groups(self, events: Iterable[Event]) -> Iterator[list[Judged]]:
        """Yield the rows in groups; raises ColumnsUnclear at the end of a workbook that must be mapped by hand."""
        judge = Judge(self._importer, self._dictionaries, EarlierRows())
        rows = self._rows(events)
        while group := list(islice(rows, ROWS_AT_ONCE)):
            judged = judge.judge(group)
            self.counts.update(row.outcome for row in judged)
            self.attention += sum(row.warned for row in judged)
            yield judged
        self._refuse_unclear()

    def staged(self, batch_id: int, rows: Iterable[Judged]) -> list[tuple[Any, ...]]:
        """Return judged rows as they are stored."""
        return [row.staged(batch_id, self._importer.home_of(row.checked.body)) for row in rows]

    def _rows(self, events: Iterable[Event]) -> Iterator[tuple[SheetLayout, Row]]:
        sheet: _Sheet | None = None
        for event in events:
            if isinstance(event, Row):
                if sheet is not None:
                    yield from self._worth_judging(sheet, sheet.take(event))
                continue
            if isinstance(event, LeftOut):
                self._hear(event)
                continue
            if sheet is not None:
                yield from self._ended(sheet)
            sheet = self._begun(event)
        if sheet is not None:
            yield from self._ended(sheet)

    @property
    def expected(self) -> int | None:
        """About how many rows there will be in all, as far as the file says so."""
        known = self._told_rows is not None and self._told_rows >= sum(self.counts.values())
        return self._told_rows if known else None

    def _begun(self, event: SheetStarted) -> _Sheet | None:
        self._told_rows = None if self._told_rows is None or event.rows is None else self._told_rows + event.rows
        name = self._names.own(event.name)
        if name in self._skipped:
            self._remark(f"工作表“{name}”按您的选择没有读入")
            return None
        return _Sheet(name, self._answers)

    def _ended(self, sheet: _Sheet) -> Iterator[tuple[SheetLayout, Row]]:
        yield from self._worth_judging(sheet, sheet.end())
        for sentence in sheet.remarks():
            self._remark(sentence)
        layout = sheet.layout
        if layout is not None and layout.missing:
            (self._unclear if layout.is_certain else self._doubtful).append(layout)

    def _worth_judging(self, sheet: _Sheet, rows: Sequence[Row]) -> list[tuple[SheetLayout, Row]]:
        layout = sheet.layout
        if layout is None or layout.missing or self._unclear:
            return []
        if not self.layouts or self.layouts[-1] is not layout:
            self.layouts.append(layout)
        return [(layout, row) for row in rows]

    def _hear(self, event: LeftOut) -> None:
        ours = event.part is Part.SHEET and event.sheet == LISTS_SHEET
        if not ours:
            self._remark(event.sentence)

    def _remark(self, sentence: str) -> None:
        if len(self.left_out) < MOST_REMARKS:
            self.left_out.append(sentence)

    def _refuse_unclear(self) -> None:
        unclear = self._unclear or ([] if self.layouts else self._doubtful)
        if unclear:
            raise ColumnsUnclear(unclear)
        for layout in self._doubtful:
            self._remark(f"工作表“{layout.sheet}”不像证书明细表，没有读入")
        if not self.layouts:
            raise WorkbookRefused(NO_HEADER)
        if not self.counts:
            raise WorkbookRefused(NO_ROWS)

    def told(self) -> dict[str, Any]:
        """Return the tables and their columns as the batch keeps them."""
        return columns_told(self.layouts)


def columns_told(layouts: Iterable[SheetLayout]) -> dict[str, Any]:
    """Return layouts as JSON: per sheet its name, the row of its header, and [position, header, field] of its columns.

    What helps to ask about a column goes beside it: by header, what it is likely to mean and what stands in it.
    """
    return {"sheets": [_told(layout) for layout in layouts]}


def _told(layout: SheetLayout) -> dict[str, Any]:
    return {
        "name": layout.sheet,
        "header_row": layout.header_row,
        "columns": [[one.at, one.header, one.field.key if one.field else ""] for one in layout.columns],
        "likely": {one.header: one.likely.key for one in layout.columns if one.likely},
        "examples": {one.header: one.example for one in layout.columns if one.example},
    }


def layouts_told(told: Mapping[str, Any]) -> list[SheetLayout]:
    """Return the layouts that a batch keeps."""
    return [
        SheetLayout(
            sheet["name"],
            sheet["header_row"],
            tuple(Column(at, header, BY_KEY.get(key)) for at, header, key in sheet["columns"]),
        )
        for sheet in told["sheets"]
    ]


class _Sheet:
    """One sheet while its rows come in: the first ones are held back until the header is found among them."""

    def __init__(self, name: str, answers: Answers) -> None:
        self._name, self._answers = name, answers
        self._held: list[Row] = []
        self._searching = True
        self._filter: RowFilter | None = None
        self.layout: SheetLayout | None = None

    def take(self, row: Row) -> list[Row]:
        """Return the rows that are now known to be data."""
        if self._searching:
            self._held.append(row)
            return self._settled() if len(self._held) == HEADER_WITHIN else []
        return [row] if self._filter is not None and self._filter.holds_data(row) else []

    def end(self) -> list[Row]:
        return self._settled() if self._searching else []

    def remarks(self) -> Iterator[str]:
        if self.layout is None and self._held:
            yield f"工作表“{self._name}”里没有证书表的表头，没有读入"
        elif self._filter is not None:
            yield from self._filter.remarks(self._name)

    def _settled(self) -> list[Row]:
        self._searching = False
        layout = find_layout(self._name, self._held, self._answers)
        if layout is None:
            self._held = self._held[:1]
            return []
        below = [row for row in self._held if row.number > layout.header_row]
        self._held, self._filter = [], RowFilter(layout)
        if below and is_numbering(below[0].cells):
            self._filter.pass_over(below.pop(0).number)
        rows = [row for row in below if self._filter.holds_data(row)]
        self.layout = with_examples(layout, (rows or below)[0].cells) if below else layout
        return rows


def matched(staged: Iterable[StagedRow], events: Iterable[Event]) -> Iterator[tuple[StagedRow, Sequence[Any]]]:
    """Yield the checked rows with their cells as they came, both in the order of the file."""
    names, sheet, waiting = SheetNames(), "", iter(staged)
    row = next(waiting, None)
    for event in events:
        if isinstance(event, SheetStarted):
            sheet = names.own(event.name)
        elif isinstance(event, Row) and row is not None and (row.sheet, row.row) == (sheet, event.number):
            yield row, event.cells
            row = next(waiting, None)
