"""Putting the rows of a batch on record: looked up once more, inserted in bulk, conflicts settled as was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.access import Actor, Place
from domain.certificate_fields import BY_KEY, STORED, Kind
from domain.certificate_rows import Remark
from domain.identifiers import mask_id
from domain.stored_values import revived
from domain.verification import OPEN_STATES
from domain.vocabulary import Outcome
from extensions import db
from models import Certificate, ImportBatch, StagedRow, VerificationCase, now
from operations import certificates, events
from operations.bodies import BodyDirectory
from operations.matching import CERTIFICATES, Claim, OnRecord, claim_of, differences, lies_within
from operations.staged import blank_remark, conflict_content, repeated_remark

STAGED = cast(Table, StagedRow.__table__)
ROWS_AT_ONCE = 500
_ONE_IMPORT_AT_A_TIME = 20_101
_KEYS = tuple(one.key for one in STORED)
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class OnConflict(StrEnum):
    """Whose values stay where a row and its record differ."""

    RECORD = "record"
    WORKBOOK = "workbook"


@dataclass(slots=True)
class Published:
    """What became of the rows."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    inserted: int = 0
    overwritten: int = 0


@dataclass(slots=True)
class _Going:
    """A staged row on its way."""

    position: int
    sheet: str
    row: int
    outcome: Outcome
    content: dict[str, Any]
    claim: Claim
    place: Place


def publish(actor: Actor, batch: ImportBatch, on_conflict: OnConflict) -> Published:
    """Insert what goes in; a row that has become a duplicate meanwhile is counted as one and says so."""
    _wait_for_other_imports()
    publisher = _Publisher(actor, batch)
    publisher.insert_new()
    if on_conflict is OnConflict.WORKBOOK:
        publisher.take_workbook()
    return publisher.finished()


def _wait_for_other_imports() -> None:
    """Two imports of the same numbers would wait for each other; on SQLite there is one writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_IMPORT_AT_A_TIME})


class _Publisher:
    def __init__(self, actor: Actor, batch: ImportBatch) -> None:
        self._actor, self._batch = actor, batch
        self._place = batch.office.place
        self._bodies = BodyDirectory.load()
        self._compared = compared_fields(batch)
        self._insert = _INSERT[db.session.get_bind().dialect.name](CERTIFICATES).on_conflict_do_nothing()
        self._moment = now()
        self._published = Published()
        self._overwritten: set[int] = set()

    def finished(self) -> Published:
        query = select(STAGED.c.outcome, func.count()).where(STAGED.c.batch_id == self._batch.id)
        for outcome, number in db.session.execute(query.group_by(STAGED.c.outcome)):
            self._published.counts[outcome] = number
        return self._published

    def insert_new(self) -> None:
        for group in self._staged((Outcome.NEW, Outcome.LIKELY_DUPLICATE)):
            on_record = OnRecord([going.claim for going in group])
            changed = [going for going in group if on_record.bars(going.claim)]
            free = [going for going in group if not on_record.bars(going.claim)]
            for going in changed:
                self._judge_again(going, on_record)
            changed += self._inserted(free)
            self._restage(changed)

    def _inserted(self, group: Sequence[_Going]) -> list[_Going]:
        """Insert, and return the rows for which somebody else was faster in between."""
        if not group:
            return []
        connection = db.session.connection()
        done = connection.execute(self._insert, [self._record(going) for going in group]).rowcount
        self._published.inserted += done
        if done == len(group):
            return []
        on_record = OnRecord([going.claim for going in group])
        late = [going for going in group if not self._is_mine(going, on_record)]
        for going in late:
            self._judge_again(going, on_record)
        return late

    def _is_mine(self, going: _Going, on_record: OnRecord) -> bool:
        record = on_record.record(going.claim)
        origin = (record.batch_id, record.batch_sheet, record.batch_row) if record is not None else None
        return origin == (self._batch.id, going.sheet, going.row)

    def _record(self, going: _Going) -> dict[str, Any]:
        body = self._bodies.find(going.claim.values["awarding_body"])
        there = body is not None and body.place.lies_within(self._place.office_id)
        place = body.place if body is not None and there else self._place
        return {
            **{key: going.claim.values.get(key) for key in _KEYS},
            "body_key": going.claim.body_key,
            "id_digest": going.claim.digest,
            "id_kind": going.content["id_kind"],
            "office_id": place.office_id,
            "city_office_id": place.city_office_id,
            "region_office_id": place.region_office_id,
            "batch_id": self._batch.id,
            "batch_sheet": going.sheet,
            "batch_row": going.row,
            "version": 1,
            "created_at": self._moment,
            "updated_at": self._moment,
        }

    def _judge_again(self, going: _Going, on_record: OnRecord) -> None:
        record = on_record.record(going.claim)
        if on_record.is_blank(going.claim):
            going.outcome, blank = Outcome.IN_STOCK, blank_remark()
            going.content["errors"] = [[blank.key, blank.sentence]]
        elif record is not None and record.batch_id == self._batch.id:
            going.outcome = Outcome.REPEATED
            remark: Remark = repeated_remark(f"工作表“{record.batch_sheet}”第 {record.batch_row} 行")
            going.content["errors"] = [[remark.key, remark.sentence]]
        elif record is not None:
            compared = self._compared[going.sheet]
            going.outcome, more = conflict_content(record, going.claim, compared, self._place)
            going.content |= more

    def take_workbook(self) -> None:
        """Let the workbook's values replace the record's, unless the holder has confirmed it or a case is open."""
        for group in self._staged((Outcome.CONFLICT,)):
            on_record = OnRecord([going.claim for going in group])
            for going in group:
                self._overwrite(going, on_record)
            self._restage(group)

    def _overwrite(self, going: _Going, on_record: OnRecord) -> None:
        record = on_record.record(going.claim)
        if record is None:
            return
        differs = differences(record, going.claim, self._compared[going.sheet])
        reason = self._why_kept(record)
        if reason:
            going.content["errors"] = [[key, reason] for key in differs or ["cert_no"]]
            return
        self._write_over(record.id, going, differs)
        going.content["overwritten"] = True
        going.content["warnings"] = [
            *going.content.get("warnings", []),
            *(
                [key, f"系统里的“{ours}”已改成表里的“{theirs}”"]
                for key, ours, theirs in going.content.get("conflict", [])
            ),
        ]
        going.content.pop("errors", None)

    def _why_kept(self, record: Any) -> str:
        open_case = select(VerificationCase.id).where(
            VerificationCase.certificate_id == record.id,
            VerificationCase.deleted_at.is_(None),
            VerificationCase.state.in_(OPEN_STATES),
        )
        if not lies_within(record, self._place):
            return "这本证书归别的职改办，保留系统里的记录"
        if record.id in self._overwritten:
            return "前面已有一行改过这本证书，保留前一行的内容，请删去多余的一行"
        if record.verified_at is not None:
            return "持证人已经确认过这本证书，保留系统里的记录"
        return "这本证书正在审验，保留系统里的记录" if db.session.scalar(open_case.limit(1)) else ""

    def _write_over(self, record_id: int, going: _Going, differs: Iterable[str]) -> None:
        certificate = db.session.get_one(
            Certificate, record_id, with_for_update={"key_share": True}, populate_existing=True
        )
        before = certificates.values_of(certificate)
        for key in differs:
            setattr(certificate, key, going.claim.values[key])
        if "id_number" in differs:
            certificate.id_digest, certificate.id_kind = going.claim.digest, going.content["id_kind"]
        certificate.version += 1
        certificate.updated_at = self._moment
        db.session.flush()
        changes = certificates.differences(before, certificates.values_of(certificate))
        events.record(
            self._actor, "change_certificate", ("certificate", record_id), f"导入批次 {self._batch.number} 按表格更新",
            changes=_masked(changes),
        )  # fmt: skip
        self._published.overwritten += 1
        self._overwritten.add(record_id)

    def _staged(self, outcomes: Sequence[Outcome]) -> Iterator[list[_Going]]:
        after = 0
        while True:
            query = select(STAGED).where(STAGED.c.batch_id == self._batch.id, STAGED.c.position > after)
            query = query.where(STAGED.c.outcome.in_(outcomes)).order_by(STAGED.c.position).limit(ROWS_AT_ONCE)
            rows = db.session.execute(query).all()
            if not rows:
                return
            yield [self._going(row) for row in rows]
            after = rows[-1].position

    def _going(self, row: Any) -> _Going:
        values = revived(row.content["values"])
        claim = claim_of(values, self._bodies.find(values["awarding_body"]))
        return _Going(row.position, row.sheet, row.row, row.outcome, row.content, claim, self._place)

    def _restage(self, group: Sequence[_Going]) -> None:
        if not group:
            return
        statement = update(STAGED).where(STAGED.c.batch_id == self._batch.id, STAGED.c.position == bindparam("at"))
        statement = statement.values(outcome=bindparam("became"), content=bindparam("says"))
        changes = [{"at": going.position, "became": going.outcome, "says": going.content} for going in group]
        db.session.connection().execute(statement, changes)


def compared_fields(batch: ImportBatch) -> dict[str, list[str]]:
    """Return, by sheet, the fields that the workbook has: only they are held against a record."""
    return {
        told["name"]: [key for _, _, key in told["columns"] if key and BY_KEY[key].kind is not Kind.SERIAL]
        for told in batch.columns.get("sheets", ())
    }


def _masked(changes: Mapping[str, list[str]]) -> dict[str, list[str]]:
    header = BY_KEY["id_number"].header
    return {label: [mask_id(side) for side in sides] if label == header else sides for label, sides in changes.items()}
