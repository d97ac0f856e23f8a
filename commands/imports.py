"""`flask import-certificates`: a workbook goes on record from the command line, with a report for scripts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click
from flask import Flask

import importers
from commands.operator import operator, place_above
from domain.access import Actor
from domain.errors import DomainError
from domain.vocabulary import Outcome
from extensions import db, writing, writing_apart
from models import ImportBatch, Office
from operations import imports
from operations.publishing import OnConflict

ALL_FINE, SOME_REFUSED, FILE_REFUSED = 0, 1, 2
OUT_PATH = click.Path(dir_okay=False, path_type=Path)


class Outputs:
    """The error workbook and the report as far as they were asked for, and how many rows there were of each outcome."""

    def __init__(self, errors: Path | None, report: Path | None, columns: Callable[[], Mapping[str, Any]]) -> None:
        self._errors, self._report, self._columns = errors, report, columns
        self._open = ExitStack()
        self.counts: dict[Outcome, int] = {}
        self.refused = 0

    def __enter__(self) -> Self:
        self._book = self._report_file = None
        if self._errors:
            self._errors.touch()
            self._book = self._open.enter_context(importers.ErrorWorkbook(self._errors, self._columns))
        if self._report:
            self._report_file = self._open.enter_context(importers.JsonReport(self._report))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A reading that was refused leaves no half-written files."""
        self._open.close()
        for path in (self._errors, self._report):
            if path is not None and error is not None:
                path.unlink(missing_ok=True)

    def add(self, sheet: str, row: int, outcome: Outcome, content: Mapping[str, Any], *, refused: bool) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        self.refused += refused
        if self._report_file:
            self._report_file.add(sheet, row, outcome, content)
        if self._book and refused:
            self._book.add(sheet, outcome, content)


@click.command(
    "import-certificates",
    help="把一个工作簿的证书导入到一个机构名下。退出码：0 全部办成，1 有的行没有导入，2 文件没有收下。",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--office", required=True, help="为哪个机构导入，写机构名称。")
@click.option("--dry-run", is_flag=True, help="只检查，什么也不写。")
@click.option("--errors", type=OUT_PATH, help="把没有导入的行写进这个工作簿（.xlsx）。")
@click.option("--report", type=OUT_PATH, help="把每一行的结果写进这个文件（JSON）。")
@click.option(
    "--on-conflict", type=click.Choice([one.value for one in OnConflict]), default=OnConflict.RECORD.value,
    help="表格和系统里不一样时：record 保留系统里的记录，workbook 用表格里的。",
)  # fmt: skip
def import_certificates(
    file: Path, office: str, dry_run: bool, errors: Path | None, report: Path | None, on_conflict: str
) -> None:
    choice = OnConflict(on_conflict)
    try:
        home = _office(office)
        run = _look if dry_run else _bring_in
        outputs = run(home, file, errors, report, choice)
    except DomainError as refusal:
        _leave(refusal.sentence)
    except OSError as failure:
        _leave(f"打不开文件“{failure.filename or file}”，请核对路径和权限")
    told = [f"{outcome.label} {outputs.counts[outcome]} 行" for outcome in Outcome if outcome in outputs.counts]
    click.echo("，".join(told) + ("（只检查，没有导入）" if dry_run else ""))
    sys.exit(SOME_REFUSED if outputs.refused else ALL_FINE)


def _leave(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(FILE_REFUSED)


def _office(name: str) -> Office:
    office = Office.named(name)
    if office is None:
        raise DomainError(f"没有“{name}”这个机构，请先用 create-office 新建")
    return office


def _look(office: Office, file: Path, errors: Path | None, report: Path | None, choice: OnConflict) -> Outputs:
    """Judge the rows without writing anything."""
    reading = importers.examination(office)
    with Outputs(errors, report, reading.told) as outputs:
        for row in importers.examine(reading, file):
            gives_way = choice is OnConflict.WORKBOOK and row.outcome is Outcome.CONFLICT and row.content["conflict"]
            outputs.add(row.sheet, row.row, row.outcome, row.content, refused=row.outcome.refused and not gives_way)
    return outputs


def _bring_in(office: Office, file: Path, errors: Path | None, report: Path | None, choice: OnConflict) -> Outputs:
    actor, batch_id = operator(place_above(office)), 0
    with Outputs(errors, report, lambda: db.session.get_one(ImportBatch, batch_id).columns) as outputs:
        batch_id = _checked_and_committed(actor, office, file, choice)
        for row in imports.staged_rows(batch_id):
            refused = row.outcome.refused and not row.content.get("overwritten")
            outputs.add(row.sheet, row.row, row.outcome, row.content, refused=refused)
    with writing_apart():
        imports.forget_rows(batch_id)
    return outputs


def _checked_and_committed(actor: Actor, office: Office, file: Path, choice: OnConflict) -> int:
    """Return the batch of the workbook; where it could not be committed, nothing is left of it."""
    with file.open("rb") as source:
        batch_id = importers.check(actor, office, source, file.name)
    try:
        version = db.session.get_one(ImportBatch, batch_id).version
        with writing(much=True):
            imports.commit_batch(actor, batch_id, version, choice)
    except BaseException:
        with writing():
            imports.drop(batch_id)
        raise
    return batch_id


def import_file(actor: Actor, office: Office, path: Path) -> None:
    """Check a workbook and put its rows on record, those that are refused left out."""
    batch_id = _checked_and_committed(actor, office, path, OnConflict.RECORD)
    with writing_apart():
        imports.forget_rows(batch_id)


def register(app: Flask) -> None:
    app.cli.add_command(import_certificates)
