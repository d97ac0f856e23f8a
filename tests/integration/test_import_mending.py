"""Cells mended in a checked batch: judged as if the workbook had come that way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import importers
from domain.errors import StaleVersion
from domain.vocabulary import Outcome
from extensions import writing
from models import ImportBatch
from operations import imports
from tests.batches import checked, commit, counted, like_the_record, outcomes, recorded, records
from tests.engines import PLAIN_SQL
from tests.factories import staff
from tests.workbooks import BODY, Workbook, good_row, person, workbook


def mended(batch: ImportBatch, edits: dict[int, dict[str, str]]) -> ImportBatch:
    actor, batch_id, version = staff("ls.staff"), batch.id, batch.version
    with writing():
        return importers.mend(actor, batch_id, version, edits)


def told(batch: ImportBatch) -> list[str]:
    return [row.outcome.label for row in imports.page_of_rows(batch.id)]


def test_a_mended_row_goes_in(app: Flask, tmp_path: Path) -> None:
    batch = checked(workbook().row(obtained_by="赠送", name="农　志远"), tmp_path)

    batch = mended(batch, {1: {"obtained_by": "评审"}})

    assert counted(batch) == {"新增": 1}
    assert [record.name for record in commit(batch) and records()] == ["农志远"]


def test_a_row_that_is_still_wrong_says_what_is_wrong_now(app: Flask, tmp_path: Path) -> None:
    batch = mended(checked(workbook().row(obtained_by="赠送"), tmp_path), {1: {"obtained_by": "", "name": "农"}})

    row = imports.page_of_rows(batch.id)[0]
    assert row.outcome is Outcome.WRONG
    assert [key for key, _ in row.content["errors"]] == ["name", "obtained_by"]
    assert row.content["cells"][3] == "农"


ONE, OTHER = person(1), person(2)
SAME = {"awarded_on": "2009-12-20"}
TABLES: list[tuple[list[dict[str, Any]], dict[int, dict[str, str]]]] = [
    ([{"cert_no": "0701"}, {"cert_no": "0701"}], {2: {"cert_no": "0702"}}),
    ([{"cert_no": "0701"}, {"cert_no": "0701"}], {1: {"cert_no": "0702"}}),
    ([{"cert_no": "0701"}, {"cert_no": "0701"}], {1: {"name": "农"}}),
    ([{"cert_no": "0701"}, {"cert_no": "0702"}, {"cert_no": "0702"}], {1: {"cert_no": "0702"}}),
    ([{"id_number": ONE} | SAME, {"id_number": ONE} | SAME], {1: {"id_number": OTHER}}),
    ([{"id_number": ONE} | SAME, {"id_number": OTHER} | SAME], {1: {"id_number": OTHER}}),
    ([like_the_record(), {"cert_no": "0703"}], {1: {"specialty": "机电工程"}, 2: {"cert_no": "0812"}}),
    ([{"cert_no": "0701", "id_number": ONE} | SAME, {"cert_no": "0701", "id_number": OTHER} | SAME,
      {"cert_no": "0704", "id_number": OTHER} | SAME], {1: {"cert_no": "0705"}}),
]  # fmt: skip


@PLAIN_SQL
@pytest.mark.parametrize(("rows", "edits"), TABLES)
def test_a_mended_batch_is_what_an_upload_of_the_mended_workbook_is(
    app: Flask, rows: list[dict[str, Any]], edits: dict[int, dict[str, str]], tmp_path: Path
) -> None:
    recorded()
    rows = [good_row(awarding_body=BODY) | row for row in rows]
    wanted = outcomes(_book([row | edits.get(at, {}) for at, row in enumerate(rows, 1)]))

    batch = mended(checked(_book(rows), tmp_path), edits)

    assert told(batch) == wanted
    assert sum(counted(batch).values()) == len(rows)
    before = len(records())
    commit(batch)
    assert len(records()) - before == sum(one in ("新增", "疑似重复") for one in wanted)


def _book(rows: list[dict[str, Any]]) -> Workbook:
    book = workbook()
    for row in rows:
        book.row(**row)
    return book


def test_a_batch_that_has_moved_on_is_not_mended(app: Flask, tmp_path: Path) -> None:
    batch = checked(workbook().row(obtained_by="赠送"), tmp_path)
    batch_id = batch.id
    mended(batch, {1: {"name": "劳燕飞"}})

    with pytest.raises(StaleVersion), writing():
        importers.mend(staff("ls.staff"), batch_id, 1, {1: {"obtained_by": "评审"}})

    assert told(batch) == ["错误"]
