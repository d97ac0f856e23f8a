"""Where checked rows wait: put down many at once, counted, followed up and copied into the register in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Select, Table, delete, exists, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.vocabulary import Outcome
from extensions import db
from models import PREPARED, BlankRange, Certificate, ImportBatch, StagedRow, id_digests, now
from operations import bulk

STAGED = cast(Table, StagedRow.__table__)
CERTIFICATES = cast(Table, Certificate.__table__)
BLANKS = cast(Table, BlankRange.__table__)
COLUMNS = tuple(column.name for column in STAGED.columns if column.name != "takes_workbook")
"""What a judged row brings along; the choice between record and workbook is made later."""
GOING_IN = [outcome for outcome in Outcome if outcome.goes_in]
_ROWS_AT_ONCE = 500
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add(rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep judged rows, each as it is stored, in the order of `COLUMNS`."""
    bulk.insert(db.session.connection(bind_arguments={"mapper": StagedRow.__mapper__}), STAGED, COLUMNS, rows)


def drop(batch_id: int) -> None:
    db.session.execute(delete(STAGED).where(STAGED.c.batch_id == batch_id))


def counts(batch_id: int) -> dict[Outcome, int]:
    query = (
        select(STAGED.c.outcome, func.count().label("rows"))
        .where(STAGED.c.batch_id == batch_id)
        .group_by(STAGED.c.outcome)
    )
    return {row.outcome: row.rows for row in db.session.execute(query)}


def attention(batch_id: int) -> int:
    """Return how many rows that go in want a look."""
    query = select(func.count()).select_from(STAGED).where(STAGED.c.batch_id == batch_id, STAGED.c.warned)
    return db.session.scalar(query) or 0


def rows_at(batch_id: int, positions: Iterable[int]) -> list[StagedRow]:
    """Return the rows at these positions, in the order of the file."""
    found: list[StagedRow] = []
    for group in bulk.in_groups(sorted(positions)):
        query = select(StagedRow).where(StagedRow.batch_id == batch_id, StagedRow.position.in_(group))
        found += db.session.scalars(query.order_by(StagedRow.position))
    return found


def sharing(batch_id: int, numbers: set[str], people: set[bytes]) -> dict[int, StagedRow]:
    """Return by position the faultless rows of these numbers and people, of their people and numbers, and so on."""
    found: dict[int, StagedRow] = {}
    asked: set[str | bytes] = set()
    while more := (numbers | people) - asked:
        asked |= more
        for group in bulk.in_groups([*more]):
            query = select(StagedRow).where(StagedRow.batch_id == batch_id)
            has_number = STAGED.c.cert_no.in_([one for one in group if isinstance(one, str)])
            is_of_person = STAGED.c.id_digest.in_([one for one in group if isinstance(one, bytes)])
            found |= {row.position: row for row in db.session.scalars(query.where(has_number | is_of_person))}
        numbers = {row.cert_no for row in found.values()}
        people = {digest for row in found.values() for digest in id_digests(row.id_number)}
    return found


def replace(batch_id: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put rows, each in the order of `COLUMNS`, in the place of those at their positions."""
    for group in bulk.in_groups([row[COLUMNS.index("position")] for row in rows]):
        db.session.execute(delete(STAGED).where(STAGED.c.batch_id == batch_id, STAGED.c.position.in_(group)))
    add(rows)


def last_position(batch_id: int) -> int:
    return db.session.scalar(select(func.max(STAGED.c.position)).where(STAGED.c.batch_id == batch_id)) or 0


def groups(batch_id: int, outcomes: Iterable[Outcome]) -> Iterator[Sequence[StagedRow]]:
    """Yield the rows of these outcomes in the order of the file; what was changed of a group is written after it."""
    after, wanted = 0, list(outcomes)
    while True:
        query = select(StagedRow).where(StagedRow.batch_id == batch_id, StagedRow.outcome.in_(wanted))
        query = query.where(StagedRow.position > after).order_by(StagedRow.position).limit(_ROWS_AT_ONCE)
        rows = db.session.scalars(query).all()
        if not rows:
            return
        after = rows[-1].position
        yield rows
        db.session.flush()
        for row in rows:
            db.session.expunge(row)


def copy_to_register(batch: ImportBatch, after: int, last: int) -> int:
    """Put the waiting rows between two positions on record as they stand; return how many went in.

    One whose number and body are taken by now is passed over.
    """
    moment = literal(now(), CERTIFICATES.c.created_at.type)
    copied: dict[str, Any] = {name: STAGED.c[name] for name in PREPARED}
    copied |= {"batch_id": STAGED.c.batch_id, "batch_sheet": STAGED.c.sheet, "batch_row": STAGED.c.row}
    copied |= {"version": literal(1), "created_at": moment, "updated_at": moment}
    source = _waiting(batch.id, *copied.values()).where(STAGED.c.position > after, STAGED.c.position <= last)
    connection = db.session.connection()
    insert = _INSERT[connection.dialect.name](CERTIFICATES).on_conflict_do_nothing()
    statement = insert.from_select(list(copied), source.order_by(STAGED.c.position))
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def perhaps_in_stock(batch_id: int) -> list[int]:
    """Return the positions of waiting rows whose number may be a blank's by now: the range below it reaches it."""
    below = BLANKS.c.digits == func.length(STAGED.c.cert_no), BLANKS.c.first_no <= STAGED.c.cert_no
    reach = select(BLANKS.c.last_no).where(*below).order_by(BLANKS.c.first_no.desc()).limit(1).scalar_subquery()
    query = _waiting(batch_id, STAGED.c.position).where(STAGED.c.cert_no <= reach).order_by(STAGED.c.position)
    return list(db.session.connection().scalars(query))


def passed_over(batch_id: int) -> list[int]:
    """Return the positions of the rows that were to go in and are not on record."""
    mine = (CERTIFICATES.c.batch_id == STAGED.c.batch_id) & (CERTIFICATES.c.batch_sheet == STAGED.c.sheet)
    mine &= (CERTIFICATES.c.batch_row == STAGED.c.row) & (CERTIFICATES.c.cert_no == STAGED.c.cert_no)
    query = _waiting(batch_id, STAGED.c.position).where(~exists(select(CERTIFICATES.c.id).where(mine)))
    return list(db.session.connection().scalars(query.order_by(STAGED.c.position)))


def _waiting(batch_id: int, *columns: Any) -> Select[Any]:
    return select(*columns).where(STAGED.c.batch_id == batch_id, STAGED.c.outcome.in_(GOING_IN))


def follow_dictionary(batch_id: int, homes: Any) -> None:
    """Let rows follow what has changed of their awarding bodies since they were checked.

    `homes` returns for the words of a body what it is compared by and the three offices of its certificates.
    """
    kept = (STAGED.c.body_key, STAGED.c.office_id, STAGED.c.city_office_id, STAGED.c.region_office_id)
    query = select(STAGED.c.awarding_body, *kept).where(STAGED.c.batch_id == batch_id, STAGED.c.body_key.is_not(None))
    for words, *known in db.session.execute(query.distinct()).all():
        today = homes(words)
        if tuple(known) != today:
            of_body = update(STAGED).where(STAGED.c.batch_id == batch_id, STAGED.c.awarding_body == words)
            values = dict(zip((column.name for column in kept), today, strict=True))
            db.session.execute(of_body.values(values).where(STAGED.c.body_key.is_not(None)))
