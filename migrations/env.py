"""Runs the revisions against the application's database, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import TypeDecorator

from extensions import db
from tables import kept_apart

context.config.set_main_option("sqlalchemy.url", "set by the application")


def render_plainly(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types as the plain types beneath them: a revision must not change when our code does."""
    if kind == "type" and isinstance(item, TypeDecorator):
        plain = item.impl if not callable(item.impl) else item.impl()
        return f"sa.{plain!r}"
    return False


def stands_here(thing: Any, name: str | None, kind: str, *_: object) -> bool:
    return kind != "table" or kept_apart.is_here(thing)


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_plainly,
            include_object=stands_here,
            render_as_batch=True,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("迁移只能连着数据库运行")
run()
