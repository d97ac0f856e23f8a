"""待核查数据: keeping the rows that could not be mended, finding them beside a case, and removing one with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.access import Actor, Permission
from domain.certificate_fields import STORED
from domain.errors import FieldProblem, NotFound
from domain.stored_values import revived
from encryption import keyring
from extensions import db
from models import ImportBatch, ReferenceRecord, StagedRow, id_digest, now
from operations import bodies, events

TABLE = cast(Table, ReferenceRecord.__table__)
ROWS_AT_ONCE = 500
MOST_SHOWN = 20
"""So many stand beside a case; nobody reads more."""
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_KEYS = tuple(field.key for field in STORED)


def of_person(digests: Sequence[bytes]) -> list[ReferenceRecord]:
    """Return the reference records of a person, whichever office keeps them, the newest first."""
    return _newest(ReferenceRecord.id_digest.in_(digests))


def of_number(cert_no: str | None) -> list[ReferenceRecord]:
    """Return the reference records with this certificate number."""
    return _newest(ReferenceRecord.cert_no == cert_no) if cert_no else []


def beside(digests: Sequence[bytes], cert_no: str | None) -> list[ReferenceRecord]:
    """Return what a reviewer is shown beside a case: the person's reference records, then those with its number."""
    found = [*of_person(digests), *of_number(cert_no)]
    return list({record.id: record for record in found}.values())[:MOST_SHOWN]


def _newest(condition: Any) -> list[ReferenceRecord]:
    query = select(ReferenceRecord).where(condition).order_by(ReferenceRecord.id.desc()).limit(MOST_SHOWN)
    return list(db.session.scalars(query))


def keep(batch: ImportBatch, rows: Iterable[StagedRow]) -> int:
    """Keep rows of a batch that have errors, and return how many are new; one that is kept already is left alone."""
    columns = {sheet["name"]: sheet["columns"] for sheet in batch.columns.get("sheets", ())}
    directory = bodies.BodyDirectory.load()
    insert = _INSERT[db.session.get_bind().dialect.name](TABLE).on_conflict_do_nothing()
    kept = 0
    left = iter(rows)
    while group := list(islice(left, ROWS_AT_ONCE)):
        records = [_record(batch, row, columns.get(row.sheet, ()), directory) for row in group]
        kept += db.session.connection().execute(insert, records).rowcount
    return kept


def _record(
    batch: ImportBatch, row: StagedRow, columns: Sequence[Sequence[Any]], directory: bodies.BodyDirectory
) -> dict[str, Any]:
    content = row.content
    values = revived(content["values"])
    typed = _typed(content.get("cells", ()), columns)
    body = values.get("awarding_body")
    known = directory.find(body) if body else None
    place = batch.office.place
    return {
        **{key: values.get(key) for key in _KEYS},
        "id_digest": id_digest(values["id_number"]) if values.get("id_number") else None,
        "body_key": known.key if known else body,
        "rest": {"cells": typed, "errors": content.get("errors", [])},
        "twin": twin_of(typed),
        "office_id": place.office_id, "city_office_id": place.city_office_id, "region_office_id": place.region_office_id,
        "batch_id": batch.id, "batch_sheet": row.sheet, "batch_row": row.row, "created_at": now(),
    }  # fmt: skip


def twin_of(typed: Mapping[str, str]) -> bytes:
    """Return what tells a record from another: what was typed, digested, since an ID number may be part of it."""
    return keyring.digest(json.dumps(typed, ensure_ascii=False, sort_keys=True))


def _typed(cells: Sequence[Any], columns: Sequence[Sequence[Any]]) -> dict[str, str]:
    """Return what was typed in the columns that are imported, by field."""
    there = {key: cells[at] for at, _, key in columns if key in _KEYS and at < len(cells)}
    return {key: str(cell) for key, cell in there.items() if cell not in (None, "")}


def reached(actor: Actor, record_id: int) -> ReferenceRecord:
    record = db.session.get(ReferenceRecord, record_id)
    if record is None or not actor.reaches(Permission.REFERENCE_RECORDS, record.office.place):
        raise NotFound("没有这条待核查数据，可能已删除，或不归您管理")
    return record


def remove(actor: Actor, record_id: int, reason: str) -> None:
    """Delete a reference record; why, and what it said, stays in the trail."""
    record = reached(actor, record_id)
    if not reason.strip():
        raise FieldProblem("reason", "请写明为什么删除")
    said = {"证书编号": [record.cert_no or "", ""], "姓名": [record.name or "", ""], "身份证号": [record.masked_id, ""]}
    events.record(
        actor, "remove_reference_record", ("reference_record", record.id), f"删除待核查数据“{called(record)}”",
        reply=reason.strip(), changes={label: pair for label, pair in said.items() if pair[0]},
    )  # fmt: skip
    db.session.delete(record)
    db.session.flush()


def called(record: ReferenceRecord) -> str:
    return f"{record.name or '没有姓名'}（{record.cert_no or '没有编号'}）"


def forget_batch(batch_id: int) -> None:
    """Remove what a batch left, when the batch itself is taken back."""
    db.session.execute(delete(TABLE).where(TABLE.c.batch_id == batch_id))
