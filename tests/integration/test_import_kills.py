"""An import killed at any moment, by kill -9 of the worker that does it: all or nothing, and the next worker carries on."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.systems import Prototype, System, prototype_on
from tests.workbooks import workbook

ROUNDS = 20 if os.environ.get("SOAK") else 1
"""On each engine."""
ROWS = 2_000
WHO = """
import jobs
from pathlib import Path
from extensions import db, writing
from models import ImportBatch
from operations import import_runs
from tests.factories import staff
actor = staff("qz.staff")
"""
UPLOAD = (
    WHO
    + """
import importers
with Path({path!r}).open("rb") as file:
    job_id = importers.receive(actor, actor.place.office_id, file, "明细表.xlsx")[1]
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
    """A system whose worker dies."""

    def __init__(self, system: System, chance: random.Random) -> None:
        self.system, self.server, self._chance = system, system.server, chance

    @property
    def state(self) -> str:
        return str(self.system.asked("SELECT coalesce(max(state), '') FROM import_batch"))

    @property
    def certificates(self) -> int:
        return int(self.system.asked("SELECT count(*) FROM certificate"))

    def jobs(self, condition: str, **given: int) -> int:
        return int(self.system.asked(f"SELECT count(*) FROM background_job WHERE {condition}", **given))  # noqa: S608

    def until(self, true: Callable[[], bool]) -> None:
        self.system.until(true, lambda: self.state)

    def killed_while(self, source: str, *, ends_as: str) -> None:
        """Let the worker begin, kill it at some moment, start it anew and wait for the end."""
        before = int(self.system.asked("SELECT coalesce(max(id), 0) FROM background_job"))
        self.server.start_worker()
        self.server.run_python(source)
        self.until(lambda: self.jobs("id > :before AND state <> 'waiting'", before=before) > 0)
        time.sleep(self._chance.uniform(0, 0.2))
        self.server.kill_worker()
        assert self.certificates in (0, ROWS), "all or nothing"
        self.server.start_worker()
        self.until(lambda: self.state == ends_as)
        self.until(lambda: self.jobs("state <> 'done'") == 0)
        self.server.kill_worker()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = workbook()
    for _ in range(ROWS):
        made.row()
    return made.save(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def prototype(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prototype]:
    with prototype_on(request.param, request, tmp_path_factory.mktemp("kills")) as made:
        yield made


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_killed_worker_leaves_all_or_nothing_and_the_next_one_ends_it(
    prototype: Prototype, book: Path, tmp_path: Path, number: int
) -> None:
    watched = Watched(prototype.copy(tmp_path), random.Random(number))  # noqa: S311

    watched.killed_while(UPLOAD.format(path=str(book)), ends_as="checked")
    assert watched.certificates == 0
    watched.killed_while(STEP.format(step="begin_commit"), ends_as="committed")
    assert watched.certificates == ROWS
    watched.killed_while(STEP.format(step="begin_undo"), ends_as="undone")

    assert watched.certificates == 0
    told = watched.system.asked("SELECT count(*) FROM event WHERE action IN ('import_certificates', 'undo_import')")
    assert told == 2, "each is told once"
    assert "完整" in watched.server.run_command("audit", "verify")
