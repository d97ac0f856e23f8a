"""The shared objects: database, queue, sign-in, form protection, translations. No rule of the field lives here."""

from __future__ import annotations

import fcntl
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from flask import Flask, current_app
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as BoundSession
from flask_wtf import CSRFProtect
from huey import Huey
from huey.serializer import SignedSerializer
from huey.storage import MemoryStorage, RedisStorage, SqliteStorage
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import Connection, Engine, Executable, MetaData, Result, Select, Table, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Queue(Huey):  # type: ignore[misc]
    """Wakes the worker. What there is to do stands in the database: a queue that is away or emptied loses nothing.

    Messages are signed, so that nobody who reaches the file or Redis has code of theirs run.
    """

    def __init__(self) -> None:
        super().__init__("certificates", results=False, storage_class=MemoryStorage, immediate_use_memory=False)

    def init_app(self, app: Flask) -> None:
        self.app = app
        self.serializer = SignedSerializer(secret=app.config["SECRET_KEY"], salt="queue")
        self.immediate = app.config["JOBS_INLINE"]
        self.storage_class, self.storage_kwargs = _queue_storage(app.config)
        self.storage = self.create_storage()


def _queue_storage(config: Mapping[str, Any]) -> tuple[type, dict[str, Any]]:
    if config["JOBS_INLINE"]:
        return MemoryStorage, {}
    if not config["REDIS_URL"]:
        return SqliteStorage, {"filename": str(Path(config["INSTANCE_PATH"]) / "queue.db"), "fsync": False}
    # redis takes a while to import and is needed only here. No retries: a page does not wait for a Redis that is away.
    from redis import ConnectionPool
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    patience = {"socket_connect_timeout": 2, "socket_timeout": 5, "retry": Retry(NoBackoff(), 0)}
    return RedisStorage, {"connection_pool": ConnectionPool.from_url(config["REDIS_URL"], **patience)}


KEPT_APART = "kept_apart"
"""The mark of a table, and the name of the engine, for what lies beside the database where SQLite has one writer only."""

ATTACHED = "attached"

READING = "reading"
"""Under this name the application keeps the engine for what is only read, where it is another (tables.connections)."""


class RoutedSession(BoundSession):
    """Sends statements about a table that is kept apart to its own file; on PostgreSQL there is none, and no need.

    While the file is attached to the database's own connection, everything goes there and is one transaction.
    Outside `writing()` PostgreSQL is read without a transaction.
    """

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **given: Any) -> Engine | Connection:
        apart = None if self.info.get(ATTACHED) else db.engines.get(KEPT_APART)
        if bind is None and apart is not None and any(map(_is_kept_apart, _tables(mapper, clause))):
            return apart
        if bind is None and not self.info.get("writing"):
            return reading_engine()
        return super().get_bind(mapper, clause, bind, **given)


def read(query: Executable, values: Mapping[str, Any] | None = None) -> Result[Any]:
    """Run a query for columns on the session's own connection: rows without an ORM around them take half the time.

    It returns no entities, and what was changed and not flushed is not seen.
    """
    return db.session.connection().execute(query, values)


def reading_engine() -> Engine:
    engine: Engine = current_app.extensions.get(READING) or db.engine
    return engine


def _tables(mapper: Any, clause: Any) -> Iterable[Any]:
    """Return the tables a statement is about; a SELECT whose columns name none has to be compiled to know."""
    if mapper is not None:
        return (mapper.local_table,)
    if isinstance(clause, Select):
        return clause.columns_clause_froms or clause.get_final_froms()
    return (getattr(clause, "table", None),)


def _is_kept_apart(table: Any) -> bool:
    return isinstance(table, Table) and KEPT_APART in table.info


class FormProtection(CSRFProtect):  # type: ignore[misc]
    """Takes forms too that were drawn under a secret which has been replaced meanwhile (SECRET_KEY_FALLBACKS)."""

    def _get_csrf_token(self) -> str | None:
        token: str | None = super()._get_csrf_token()
        for replaced in current_app.config["SECRET_KEY_FALLBACKS"] if token else ():
            with suppress(BadData):
                inner = URLSafeTimedSerializer(replaced, salt=_FORM_SALT).loads(token)
                return str(URLSafeTimedSerializer(current_app.secret_key, salt=_FORM_SALT).dumps(inner))
        return token


_FORM_SALT = "wtf-csrf-token"


db = SQLAlchemy(model_class=Base, session_options={"autoflush": True, "class_": RoutedSession})
migrate = Migrate(render_as_batch=True, compare_type=True)
login_manager = LoginManager()
csrf = FormProtection()
babel = Babel()
queue = Queue()

_BUSY_SECONDS = 15
_PAUSE_SECONDS = 0.002
_PAGES_IN_LOG = 1000
"""SQLite folds its log into the database when a change has left so many pages there, before the next writer's turn."""


class Moment:
    """Answers that may be a moment old: kept until this process writes, and for ten seconds where another one does.

    For what stands on every page and seldom changes, such as counts in the menu; never for what a decision rests on.
    """

    SECONDS, MOST = 10.0, 2_000

    def __init__(self) -> None:
        self.generation = 0
        self._kept: dict[Any, tuple[float, Any]] = {}

    def keep(self, key: Any, answer: Callable[[], Any]) -> Any:
        kept = self._kept
        known = kept.get(key)
        if known is None or known[0] < time.monotonic():
            known = (time.monotonic() + self.SECONDS, answer())
            if len(kept) < self.MOST or _dropped(kept):
                kept[key] = known
        return known[1]

    def forget(self) -> None:
        """Begin anew; who is reading meanwhile keeps what was read into the old memory."""
        self.generation += 1
        self._kept = {}


def _dropped(kept: dict[Any, tuple[float, Any]]) -> bool:
    """Drop what has been kept long enough, and tell whether that made room."""
    now = time.monotonic()
    old = [key for key, (until, _) in list(kept.items()) if until < now]
    for key in old:
        kept.pop(key, None)
    return bool(old)


moment = Moment()


class WroteWhileReading(RuntimeError):
    """A flush outside `writing()`: a page that only reads tried to change something."""


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    """WAL and full durability; transactions are begun by us, so that writers take their turn at once."""
    if type(connection).__module__ != "sqlite3":
        return
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        "cache_size=-32000",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """A reader begins past SQLAlchemy, in a third of the time: nothing is locked yet, and nothing can go wrong."""
    if connection.dialect.name != "sqlite":
        return
    asked = connection.get_execution_options()
    if not asked.get("immediate"):
        connection.connection.cursor().execute("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint={0 if asked.get('much') else _PAGES_IN_LOG}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@event.listens_for(Session, "before_flush")
def _refuse_writes_while_reading(session: Session, *_: Any) -> None:
    if session.info.get("writing"):
        return
    if session.deleted or any(session.is_modified(thing) for thing in (*session.new, *session.dirty)):
        raise WroteWhileReading("a change outside `with writing():`")


@contextmanager
def writing(*, much: bool = False, forgets: bool = True) -> Iterator[Session]:
    """Do one change whole: begin as a writer, commit at the end, leave nothing behind on error.

    What was read before is read again inside, so nothing is decided on an old snapshot. Slow work (hashing a
    password, decoding a photo) belongs before it: on SQLite all others who write wait meanwhile. Where `much` is
    written, SQLite's log is folded into the database only when the next writer has had its turn. Where it `forgets`
    nothing, no kept answer (`moment`) tells of what is changed.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("writing() does not nest; operations only flush")
    session.rollback()
    with _turn(session):
        session.info["writing"] = True
        try:
            session.connection(execution_options={"immediate": True, "much": much})
            yield session
            session.commit()
            if forgets:
                moment.forget()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = session.info[ATTACHED] = False
    if much:
        _fold_log()


def _fold_log() -> None:
    """Others read and write meanwhile; what cannot be folded now, a later change folds: this one is committed."""
    if db.engine.dialect.name != "sqlite":
        return
    try:
        with closing(db.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
    except (sqlite3.Error, SQLAlchemyError) as trouble:
        log.warning("the log is not folded yet: %s", type(trouble).__name__)


@contextmanager
def writing_apart() -> Iterator[Session]:
    """Change only what is kept apart: on SQLite that waits for no other writer, and none waits for it."""
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("writing() does not nest; operations only flush")
    session.rollback()
    session.info["writing"] = True
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


class Busy(RuntimeError):
    """Somebody else has been writing for too long; nothing was changed."""


def _wait_for_turn(turns: IO[str]) -> None:
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            fcntl.flock(turns, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Busy("the one writer is busy") from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return


@contextmanager
def _turn(session: Session) -> Iterator[None]:
    """Queue for SQLite's one writer at a lock file, which is fair where SQLite's own waiting is not."""
    bind = session.get_bind()
    file = bind.engine.url.database if bind.dialect.name == "sqlite" else None
    if not file or file == ":memory:":
        yield
        return
    with Path(f"{file}.turn").open("w") as turns:
        _wait_for_turn(turns)
        yield
