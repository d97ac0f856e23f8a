"""Puts the rows of a PostgreSQL database back as they were: what a test leaves behind is seldom worth a new database."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

MOST_ROWS, MOST_TIMES = 500, 100
"""Beyond these a new copy is cheaper, and no test's plans suffer from what lay there before it."""

AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
SHAPE = """
SELECT (SELECT (count(*), max(xmin::text::bigint), sum(reltuples))::text FROM pg_class WHERE oid >= 16384),
       (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_attribute WHERE attrelid >= 16384),
       (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_proc WHERE oid >= 16384),
       (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_trigger),
       (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_statistic)
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
COUNTERS = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
NEWEST_ROW = "SELECT {}, count(*), max(xmin::text::bigint) FROM {}"


class Rows:
    """The rows that stand in a database now; `restored` makes good whatever was added, changed or removed since.

    It answers no where that would not do: somebody is still at work, the tables or what the planner knows of them are
    no longer the same, there is too much, or the user is no superuser, whom alone the triggers of the trail let pass.
    """

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address, autocommit=True, prepare_threshold=0)
        self._tables = [name for (name,) in self._all(TABLES)]
        self._newest = sql.SQL(" UNION ALL ").join(
            sql.SQL(NEWEST_ROW).format(sql.Literal(name), sql.Identifier(name)) for name in self._tables
        )
        self._kept = {name: self._copied_out(name) for name in self._tables}
        self._counts = {name: count for name, count, _ in self._all(self._newest)}
        self._counters, self._shape = dict(self._all(COUNTERS)), self._all(SHAPE)
        self._times = 0
        self._since = self._now()

    def close(self) -> None:
        self._connection.close()

    def restored(self) -> bool:
        self._times += 1
        try:
            return self._times < MOST_TIMES and self._is_worth_it() and self._restore()
        except psycopg.OperationalError:
            return False

    def _is_worth_it(self) -> bool:
        privileged = self._connection.info.parameter_status("is_superuser") == "on"
        return privileged and self._all(AT_WORK) == [(0,)] and self._all(SHAPE) == self._shape

    def _restore(self) -> bool:
        found = self._all(self._newest)
        if sum(count for _, count, _ in found) > sum(self._counts.values()) + MOST_ROWS:
            return False
        with self._connection.transaction():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            for name, count, newest in found:
                if count != self._counts[name] or (newest or 0) > self._since:
                    self._refill(name)
            for name, last in self._all(COUNTERS):
                if last != self._counters[name]:
                    self._turn_back(name)
        self._since = self._now()
        return True

    def _refill(self, name: str) -> None:
        self._connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        if self._counts[name]:
            into = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))
            with self._connection.cursor() as cursor, cursor.copy(into) as copy:
                copy.write(self._kept[name])

    def _copied_out(self, name: str) -> bytes:
        out_of = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))
        with self._connection.cursor() as cursor, cursor.copy(out_of) as copy:
            return b"".join(map(bytes, copy))

    def _turn_back(self, name: str) -> None:
        last = self._counters[name]
        self._connection.execute("SELECT setval(%s::regclass, %s, %s)", [name, last or 1, last is not None])

    def _now(self) -> int:
        """Return the number of a transaction that comes after all that was done and before all that will be."""
        return int(self._all("SELECT pg_current_xact_id()::text")[0][0])

    def _all(self, question: Any) -> list[Any]:
        return self._connection.execute(question).fetchall()
