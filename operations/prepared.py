"""A query compiled once and put to the driver itself, for the few that are asked far more often than anything else."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Select

from extensions import db


class Prepared:
    """Reads rows past the session and most of SQLAlchemy, whose way from a statement to its rows costs ten times the read.

    What SQLAlchemy knows is kept: the SQL it writes, the types on their way in and out, its pool. A single statement
    needs no transaction, and SQLite opens none for it. Where the driver refuses, the statement is put again the usual
    way, which knows what to make of a database that is away.
    """

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self.query = query
        self._forms: dict[str, _Form] = {}

    def all(self, asked: Mapping[str, Any]) -> Sequence[Any]:
        """Return the rows, their columns by name."""
        engine = db.engine
        try:
            return self._form(engine).rows(engine, asked)
        except engine.dialect.loaded_dbapi.Error:
            with engine.connect() as connection:
                return connection.execute(self.query, asked).all()

    def seen(self, asked: Mapping[str, Any]) -> Sequence[Any]:
        """Return the rows as the session sees them, on the connection it has in hand."""
        connection = db.session.connection()
        try:
            return self._form(connection).read(connection.connection.cursor(), asked)
        except connection.dialect.loaded_dbapi.Error:
            return self.usually(asked)

    def usually(self, asked: Mapping[str, Any]) -> Sequence[Any]:
        """Return what `seen` returns, the long way, on which SQLAlchemy's events tell of it."""
        return db.session.connection().execute(self.query, asked).all()

    def _form(self, at: Engine | Connection) -> _Form:
        form = self._forms.get(at.dialect.name)
        if form is None:
            form = self._forms[at.dialect.name] = _Form(self.query, at.dialect)
        return form


class _Form:
    """A query as the driver of one dialect takes it, and what turns values into the driver's and back."""

    def __init__(self, query: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        compiled = query.compile(dialect=dialect)
        self.sql, self.fixed, self.order = str(compiled), compiled.params, compiled.positiontup
        writers = {name: compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in self.fixed}
        self.writers = [(name, write) for name, write in writers.items() if write]
        columns = query.selected_columns
        self.readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self.begins = dialect.name == "postgresql"
        self.row: Any = namedtuple("Row", columns.keys())  # type: ignore[misc]  # the query names them

    def rows(self, engine: Engine, asked: Mapping[str, Any]) -> list[Any]:
        with closing(engine.raw_connection()) as connection, self._alone(connection.driver_connection):
            return self.read(connection.cursor(), asked)

    def read(self, cursor: Any, asked: Mapping[str, Any]) -> list[Any]:
        cursor.execute(self.sql, self._written(asked))
        return [self._read(found) for found in cursor.fetchall()]

    @contextmanager
    def _alone(self, driver: Any) -> Iterator[None]:
        """Keep psycopg from beginning a transaction: two more trips to the server. SQLite's driver begins none."""
        if not self.begins:
            yield
            return
        driver.autocommit = True
        try:
            yield
        finally:
            driver.autocommit = False

    def _written(self, asked: Mapping[str, Any]) -> Any:
        values = {**self.fixed, **asked}
        for name, write in self.writers:
            values[name] = write(values[name])
        return values if self.order is None else [values[name] for name in self.order]

    def _read(self, found: Sequence[Any]) -> Any:
        return self.row._make([read(value) if read else value for read, value in zip(self.readers, found, strict=True)])
