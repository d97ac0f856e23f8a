"""The least that an import can do: read the file, put its rows into the certificates' table and indexes, commit.

    python -m bench.import.floor FOLDER BOOK [--url postgresql://…] [--reader calamine|own] [--start N --rows N]

Nothing is checked, looked up or encrypted: the ID number goes in as bytes of the length it would have. `--rows` makes
rows up instead of reading a book, to fill a table. One JSON line comes out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, cast

from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, Table

import workbooks
from domain.certificate_fields import FIELDS, Kind
from domain.certificate_rows import KEYS
from extensions import db, writing
from models import Certificate, now
from operations import bulk

from . import measuring, workbook

AT_ONCE = 1000
TERMS = {
    field.column - 1: {term.label: term.value for term in field.terms} for field in FIELDS if field.terms is not None
}
DATES = tuple(field.column - 1 for field in FIELDS if field.kind is Kind.DATE)
NAMES = (*KEYS, "id_digest", "id_kind", "body_key", "office_id", "city_office_id", "region_office_id", "version",
         "created_at", "updated_at")  # fmt: skip
ID_NUMBER = KEYS.index("id_number")


def read(book: Path, reader: str) -> Iterator[list[Any]]:
    if reader == "calamine":
        return islice(CalamineWorkbook.from_path(book).get_sheet_by_index(0).iter_rows(), 1, None)
    rows = (event.cells for event in workbooks.read(book) if isinstance(event, workbooks.Row))
    return islice(rows, 1, None)


def stored(rows: Iterable[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Bring rows into the form of the table, unchecked."""
    place, moment = measuring.city()[1].place, str(now().replace(tzinfo=None))
    tail = (place.office_id, place.city_office_id, place.region_office_id, 1, moment, moment)
    for row in rows:
        for at, terms in TERMS.items():
            row[at] = terms[row[at]]
        for at in DATES:
            row[at] = str(row[at])
        person = row[ID_NUMBER + 1].encode()
        row[ID_NUMBER + 1] = bytes(29) + person
        yield (*row[1:], person[::-1][:16], "resident", row[13], *tail)


def insert(rows: Iterator[tuple[Any, ...]]) -> int:
    """Insert as fast as each database takes rows: by COPY, or on SQLite in statements of many rows.

    SQLite keeps a journal for each statement that fires a trigger: one row a statement would cost it three times as much.
    """
    done = 0
    with writing():
        connection = db.session.connection()
        put = _in_wide_statements if connection.dialect.name == "sqlite" else _copied
        while group := list(islice(rows, AT_ONCE)):
            put(connection, group)
            done += len(group)
    return done


def _copied(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    bulk.insert(connection, cast(Table, Certificate.__table__), NAMES, rows)


def _in_wide_statements(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    line = f"({', '.join('?' * len(NAMES))})"
    statement = f"INSERT INTO certificate ({', '.join(NAMES)}) VALUES {', '.join([line] * len(rows))}"  # noqa: S608
    connection.exec_driver_sql(statement, tuple(chain.from_iterable(rows)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("book", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--reader", choices=("calamine", "own"), default="calamine")
    parser.add_argument("--start", type=int, default=500_000_000)
    parser.add_argument("--rows", type=int, default=0)
    asked = parser.parse_args()
    with measuring.application(asked.folder, asked.url).app_context():
        cost = measuring.Cost(measuring.own_backend())
        made = workbook.rows(asked.rows, seed=9, start=asked.start) if asked.rows else read(asked.book, asked.reader)
        with cost.watching_the_lock():
            done = insert(stored(made))
        print(json.dumps(cost.told(what="floor", reader=asked.reader, rows=done)))


if __name__ == "__main__":
    main()
