"""A change of many rows on SQLite: its log is folded when others may write again, and a change that is made stays made."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

import extensions
from extensions import db, writing

UNCHANGED = "SELECT count(*) FROM office WHERE name NOT LIKE '%（改）'"

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


def write_much() -> None:
    with writing(much=True):
        db.session.execute(text("UPDATE office SET name = name || '（改）'"))


def test_the_log_is_folded_when_the_turn_is_over(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fold, turns_free = extensions._fold_log, []

    def looked_at() -> None:
        with Path(f"{db.engine.url.database}.turn").open("w") as turns:
            fcntl.flock(turns, fcntl.LOCK_EX | fcntl.LOCK_NB)
            turns_free.append(True)
        fold()

    monkeypatch.setattr(extensions, "_fold_log", looked_at)
    write_much()

    assert turns_free == [True]
    assert unchanged_in(alone(tmp_path)) == 0


def alone(folder: Path) -> Path:
    """Copy the database without its log."""
    return Path(shutil.copy(str(db.engine.url.database), folder / "alone.db"))


def unchanged_in(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute(UNCHANGED).fetchone()[0])


def test_a_log_that_cannot_be_folded_undoes_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as while_it_lasts:
        while_it_lasts.setattr(extensions, "closing", no_room)
        write_much()

    assert db.session.scalar(text(UNCHANGED)) == 0
