"""Many rows in one go, as the driver itself takes them: past the ORM, and past SQLAlchemy's reading of each value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Row, Select, Table

T = TypeVar("T")
KEYS_AT_ONCE = 500
"""So many keys are asked for at once: more gain nothing."""


def in_groups(things: Sequence[T], size: int = KEYS_AT_ONCE) -> Iterator[Sequence[T]]:
    for at in range(0, len(things), size):
        yield things[at : at + size]


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows whose values are as the database stores them, in the order of `columns`."""
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        holes = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({holes})", rows)  # noqa: S608 - our names


def rows_with(connection: Connection, query: Select[Any], column: Column[Any], values: Sequence[Any]) -> list[Row[Any]]:
    """Return the rows of `query` in which `column` has one of the values; that most have none costs next to nothing."""
    key = column.table.primary_key.columns[0]
    found: list[Row[Any]] = []
    for group in in_groups(values):
        ids = _ids(connection, column, key.name, group)
        if ids:
            found += connection.execute(query.where(key.in_(ids))).all()
    return found


def _ids(connection: Connection, column: Column[Any], key: str, values: Sequence[Any]) -> list[int]:
    asked = f"SELECT {key} FROM {column.table.name} WHERE {column.name}"  # noqa: S608 - our names
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(f"{asked} = ANY(%s)", (list(values),))
    else:
        found = connection.exec_driver_sql(f"{asked} IN ({','.join('?' * len(values))})", tuple(values))
    return list(found.scalars())
