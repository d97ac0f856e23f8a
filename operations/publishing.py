"""Putting the rows of a batch on record: copied in bulk, looked up once more, conflicts settled as was chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select, text

from domain import normalizing
from domain.access import Actor
from domain.certificate_fields import BY_KEY, Kind
from domain.certificate_rows import Importer
from domain.errors import DomainError
from domain.identifiers import mask_id
from domain.vocabulary import Outcome
from extensions import db
from models import Certificate, ImportBatch, StagedRow, id_digest, now
from operations import bulk, certificates, conflicts, events, staging, undoing
from operations.bodies import BodyDirectory
from operations.matching import Claim, OnRecord, differences
from operations.staged import blank_remark, conflict_content, repeated_remark
from tables import kept_apart

COPIED_AT_ONCE = 20_000
_ONE_IMPORT_AT_A_TIME = 20_101
_INCOMPLETE = "这一批检查的结果已经不完整，请放弃这一批，重新上传表格"

Watch = Callable[[int, int | None], None]
"""Told how many rows are done, and of how many where that is known; what it raises stops the work, and nothing is kept."""


def unwatched(done: int, total: int | None) -> None:
    """Watch nothing."""


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


def publish(actor: Actor, batch: ImportBatch, on_conflict: OnConflict, watch: Watch) -> Published:
    """Insert what goes in; a row that has become a duplicate meanwhile is counted as one and says so."""
    _wait_for_other_imports()
    kept_apart.attach(db.session())
    if sum(staging.counts(batch.id).values()) != batch.total:
        raise DomainError(_INCOMPLETE)
    publisher = _Publisher(actor, batch, watch)
    publisher.insert_new()
    if on_conflict is OnConflict.WORKBOOK:
        conflicts.choose_all(batch.id, workbook=True)
    if conflicts.how_many_chosen(batch.id):
        publisher.take_workbook()
    return publisher.finished()


def _wait_for_other_imports() -> None:
    """Two imports of the same numbers would wait for each other; on SQLite there is one writer anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_IMPORT_AT_A_TIME})


class _Publisher:
    def __init__(self, actor: Actor, batch: ImportBatch, watch: Watch) -> None:
        self._actor, self._batch, self._watch = actor, batch, watch
        self._place = batch.office.place
        self._compared = compared_fields(batch)
        self._published = Published()

    def finished(self) -> Published:
        self._published.counts.update(staging.counts(self._batch.id))
        return self._published

    def insert_new(self) -> None:
        """The one way by which imported records come into being."""
        staging.follow_dictionary(self._batch.id, _Homes(self._batch).of)
        self._judge_again(staging.perhaps_in_stock(self._batch.id))
        counts = staging.counts(self._batch.id)
        last = staging.last_position(self._batch.id)
        for after in range(0, last, COPIED_AT_ONCE):
            self._published.inserted += staging.copy_to_register(self._batch, after, after + COPIED_AT_ONCE)
            self._watch(min(after + COPIED_AT_ONCE, last), last)
        if self._published.inserted < sum(counts.get(outcome, 0) for outcome in staging.GOING_IN):
            self._judge_again(staging.passed_over(self._batch.id))

    def _judge_again(self, positions: Sequence[int]) -> None:
        for group in bulk.in_groups(positions):
            late = StagedRow.batch_id == self._batch.id, StagedRow.position.in_(group)
            rows = db.session.scalars(select(StagedRow).where(*late).order_by(StagedRow.position)).all()
            on_record = OnRecord([claim_of(row) for row in rows])
            for row in rows:
                self._judge_late(row, on_record)
            db.session.flush()

    def _judge_late(self, row: StagedRow, on_record: OnRecord) -> None:
        """Somebody else was faster, the number came into stock, or the dictionary has made two rows one certificate."""
        claim = claim_of(row)
        record = on_record.record(claim)
        outcome, said = row.outcome, dict[str, Any]()
        if on_record.is_blank(claim):
            outcome, said = Outcome.IN_STOCK, {"errors": [blank_remark()]}
        elif record is not None and record.batch_id == self._batch.id:
            outcome, said = Outcome.REPEATED, {"errors": [repeated_remark(_place_of(record))]}
        elif record is not None:
            outcome, said = conflict_content(record, claim, self._compared[row.sheet], self._place)
        if outcome is not row.outcome:
            row.outcome, row.kept, row.warned = outcome, {**(row.kept or {}), **said}, False

    def take_workbook(self) -> None:
        """Let the workbook's values replace the record's, unless the holder has confirmed it or a case is open.

        Every record is locked before one is looked at, in one order; the events come last: whoever writes one holds
        up all others who do.
        """
        self._lock_conflicts()
        changes: dict[int, dict[str, list[str]]] = {}
        for group in conflicts.chosen(self._batch.id):
            on_record = OnRecord([claim_of(row) for row in group])
            in_cases = conflicts.with_open_case(
                [record.id for record in map(on_record.record, map(claim_of, group)) if record]
            )
            for row in group:
                self._overwrite(row, on_record, in_cases, changes)
        for record_id, change in changes.items():
            events.record(
                self._actor, "change_certificate", ("certificate", record_id),
                f"导入批次 {self._batch.number} 按表格更新", changes=_masked(change),
            )  # fmt: skip
        self._published.overwritten = len(changes)

    def _lock_conflicts(self) -> None:
        ids: set[int] = set()
        for group in conflicts.chosen(self._batch.id):
            on_record = OnRecord([claim_of(row) for row in group])
            ids |= {record.id for record in map(on_record.record, map(claim_of, group)) if record is not None}
        for some in bulk.in_groups(sorted(ids)):
            query = select(Certificate.id).where(Certificate.id.in_(some)).order_by(Certificate.id)
            db.session.execute(query.with_for_update())

    def _overwrite(
        self, row: StagedRow, on_record: OnRecord, in_cases: set[int], changes: dict[int, dict[str, list[str]]]
    ) -> None:
        claim = claim_of(row)
        record = on_record.record(claim)
        if record is None:
            return
        differs = differences(record, claim, self._compared[row.sheet])
        kept = dict(row.kept or {})
        reason = self._why_kept(record, in_cases, changes)
        if reason:
            row.kept = kept | {"errors": [[key, reason] for key in differs or ["cert_no"]]}
            return
        changes[record.id] = _write_over(self._batch.id, record.id, row, differs)
        told = [[key, f"系统里的“{ours}”已改成表里的“{theirs}”"] for key, ours, theirs in kept.get("conflict", [])]
        row.kept = {**kept, "errors": [], "overwritten": True, "warnings": [*kept.get("warnings", []), *told]}

    def _why_kept(self, record: Any, in_cases: set[int], changes: Mapping[int, object]) -> str:
        if record.id in changes:
            return "前面已有一行改过这本证书，保留前一行的内容，请删去多余的一行"
        return conflicts.why_kept(record, self._place, in_cases)


class _Homes:
    """What certificates of a body are compared by, and whose they are, by today's dictionary."""

    def __init__(self, batch: ImportBatch) -> None:
        office = batch.office
        self._bodies = BodyDirectory.load()
        self._importer = Importer(office.name, office.kind, (), office.place)

    def of(self, words: str) -> tuple[str, int, int | None, int | None]:
        body = self._bodies.find(words)
        home = self._importer.home_of(body)
        key = body.key if body else normalizing.text(words)
        return key, home.office_id, home.city_office_id, home.region_office_id


def claim_of(row: StagedRow) -> Claim:
    """Return what a faultless row claims."""
    return Claim(row.values, id_digest(row.id_number), row.body_key)


def _place_of(record: Any) -> str:
    return f"工作表“{record.batch_sheet}”第 {record.batch_row} 行"


def _write_over(batch_id: int, record_id: int, row: StagedRow, differs: Sequence[str]) -> dict[str, list[str]]:
    certificate = db.session.get_one(Certificate, record_id, populate_existing=True)
    before, kept = certificates.values_of(certificate), certificates.snapshot(certificate)
    for key in differs:
        setattr(certificate, key, getattr(row, key))
    if "id_number" in differs:
        certificate.id_digest, certificate.id_kind = id_digest(row.id_number), row.id_kind
    certificate.version += 1
    certificate.updated_at = now()
    undoing.keep(batch_id, certificate, kept)
    db.session.flush()
    return certificates.differences(before, certificates.values_of(certificate))


def compared_fields(batch: ImportBatch) -> dict[str, list[str]]:
    """Return, by sheet, the fields that the workbook has: only they are held against a record."""
    return {
        told["name"]: [key for _, _, key in told["columns"] if key and BY_KEY[key].kind is not Kind.SERIAL]
        for told in batch.columns.get("sheets", ())
    }


def _masked(changes: Mapping[str, list[str]]) -> dict[str, list[str]]:
    header = BY_KEY["id_number"].header
    return {label: [mask_id(side) for side in sides] if label == header else sides for label, sides in changes.items()}
