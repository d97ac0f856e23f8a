"""An import killed at any moment, by kill -9 of the worker that does it: all or nothing, and the next worker carries on."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser import ServerProcess
from tests.workbooks import workbook

ROUNDS = 20 if os.environ.get("SOAK") else 2
ROWS, PATIENCE = 2_000, 90
OFFICE = "钦州市职改办"
WHO = """
import jobs
from pathlib import Path
from extensions import db, writing
from models import ImportBatch, Office, StaffUser
from operations import import_runs
with writing():
    clerk = db.session.query(StaffUser).filter_by(username="clerk").one()
    clerk.must_change_password = False
actor = clerk.actor
"""
UPLOAD = (
    WHO
    + """
import importers
with Path({path!r}).open("rb") as file:
    job_id = importers.receive(actor, actor.office_id, file, "明细表.xlsx")[1]
jobs.wake(job_id)
"""
)
STEP = (
    WHO
    + """
batch = db.session.query(ImportBatch).one()
batch_id, version = batch.id, batch.version
with writing():
    job_id = import_runs.{step}(actor, batch_id, version).id
jobs.wake(job_id)
"""
)


class Watched:
    """A system whose worker dies; what stands in its database is read past it."""

    def __init__(self, server: ServerProcess, chance: random.Random) -> None:
        self.server, self._chance = server, chance

    def asked(self, sql: str, *given: int) -> Any:
        with sqlite3.connect(f"file:{self.server.instance}/certificates.db?mode=ro", uri=True) as connection:
            return connection.execute(sql, given).fetchone()[0]

    @property
    def state(self) -> str:
        return str(self.asked("SELECT coalesce(max(state), '') FROM import_batch"))

    @property
    def certificates(self) -> int:
        return int(self.asked("SELECT count(*) FROM certificate"))

    def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, f"waited in vain: {self.state}"
            time.sleep(0.02)

    def killed_while(self, source: str, *, ends_as: str) -> None:
        """Let the worker begin, kill it at some moment, start it anew and wait for the end."""
        before = int(self.asked("SELECT coalesce(max(id), 0) FROM background_job"))
        self.server.start_worker()
        self.server.run_python(source)
        self.until(
            lambda: self.asked("SELECT count(*) FROM background_job WHERE id > ? AND state <> 'waiting'", before)
        )
        time.sleep(self._chance.uniform(0, 0.2))
        self.server.kill_worker()
        assert self.certificates in (0, ROWS), "all or nothing"
        self.server.start_worker()
        self.until(lambda: self.state == ends_as)
        self.until(lambda: self.asked("SELECT count(*) FROM background_job WHERE state NOT IN ('done')") == 0)
        self.server.kill_worker()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of a system with one office, and a workbook of many rows; made once."""
    folder = tmp_path_factory.mktemp("kills")
    book = workbook()
    for _ in range(ROWS):
        book.row()
    server = ServerProcess(folder / "instance")
    server.instance.mkdir()
    server.run_command("db", "upgrade")
    server.run_command("seed")
    server.run_command("create-office", OFFICE, "--kind", "city", "--region", "450700")
    server.run_command("create-user", "clerk", "--office", OFFICE, "--role", "staff")
    return server.instance, book.save(folder)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_worker_leaves_all_or_nothing_and_the_next_one_ends_it(
    prepared: tuple[Path, Path], tmp_path: Path, number: int
) -> None:
    instance, book = prepared
    watched = Watched(ServerProcess(shutil.copytree(instance, tmp_path / "instance")), random.Random(number))  # noqa: S311

    watched.killed_while(UPLOAD.format(path=str(book)), ends_as="checked")
    assert watched.certificates == 0
    watched.killed_while(STEP.format(step="begin_commit"), ends_as="committed")
    assert watched.certificates == ROWS
    watched.killed_while(STEP.format(step="begin_undo"), ends_as="undone")

    assert watched.certificates == 0
    told = watched.asked("SELECT count(*) FROM event WHERE action IN ('import_certificates', 'undo_import')")
    assert told == 2, "each is told once"
    assert "完整" in watched.server.run_command("audit", "verify")
