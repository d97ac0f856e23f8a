"""Measures writing at once: sixteen who decide cases while four look certificates up, all through the real operations.

    python -m bench.writers.run [--rounds 3] [--seconds 5] [--work 5] [--url postgresql://…] [--plainly]

Everybody is a process of their own, as in a server with as many workers. Each decision is read, worked on for some
milliseconds, and written with its event, its message and the version that was seen. `--plainly` writes as SQLAlchemy
does by itself on SQLite: no turn is waited for, and a transaction becomes a writer's when it first writes.
Every line is JSON; what is acknowledged and missing is counted as lost.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from bench.grid import apps
from bench.grid.run import fill_once, folder_of
from domain.access import Actor
from domain.errors import StaleVersion
from domain.verification import CaseState
from extensions import Busy, db, writing
from models import Certificate, Event, StaffUser, VerificationCase
from operations import cases, events, lookups

WRITERS, READERS = 16, 4
ROWS = 20_000
PAUSE = 0.002
"""Between two look-ups of one reader."""

forking = multiprocessing.get_context("fork")


def main() -> None:
    asked = _asked()
    with folder_of("") as folder:
        app = apps.ours(folder, asked.url)
        fill_once(app, ROWS)
        bench = Bench(app, asked)
        rounds = [(bench.run(0), bench.run(WRITERS)) for _ in range(asked.rounds)]
        print(json.dumps({"engine": bench.engine, "work_ms": asked.work, "plainly": asked.plainly, **_told(rounds)}))
        print(json.dumps({"faults of the trail": len(bench.faults())}))


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--seconds", type=float, default=5)
    reader.add_argument("--work", type=float, default=5, help="milliseconds of work for each decision")
    reader.add_argument("--url", default="")
    reader.add_argument("--plainly", action="store_true")
    return reader.parse_args()


@dataclass
class Told:
    """What one process did: how its tries ended, how long each took, its seconds of CPU and of its own.

    Its own are those in which neither it nor its PostgreSQL backend waited for a CPU that others had.
    """

    ended: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0
    own: float = 0.0


@dataclass
class Round:
    """What all did together, and how many acknowledged decisions are missing."""

    writers: list[Told]
    readers: list[Told]
    lost: int

    def ended(self, how: str) -> int:
        return sum(one.ended[how] for one in self.writers)

    @property
    def own_of_a_read(self) -> float:
        return sum(one.own for one in self.readers) / sum(one.ended["done"] for one in self.readers)

    @property
    def cpu_of_a_read(self) -> float:
        return sum(one.cpu for one in self.readers) / sum(one.ended["done"] for one in self.readers)


class Bench:
    """One database, and the processes that are let loose on it."""

    def __init__(self, app: Flask, asked: argparse.Namespace) -> None:
        self.app, self.seconds, self.work = app, asked.seconds, asked.work / 1e3
        self.begin: Callable[[], Any] = _plainly if asked.plainly else writing
        with app.app_context():
            self.engine = db.engine.dialect.name
            self.actor: Actor = db.session.scalars(sa.select(StaffUser).filter_by(username="gx.admin")).one().actor
            self.cases: Sequence[int] = db.session.scalars(
                sa.select(VerificationCase.id).filter_by(state=CaseState.PENDING)
            ).all()
            verified = sa.select(Certificate.verify_code).where(Certificate.verify_code.is_not(None))
            self.codes: Sequence[str] = [code for code in db.session.scalars(verified) if code]

    def run(self, writers: int) -> Round:
        """Let them loose for some seconds, all from one moment on."""
        before, answers = self._written(), forking.SimpleQueue()
        start = forking.Barrier(writers + READERS)
        works = [self._decide] * writers + [self._look_up] * READERS
        processes = [
            forking.Process(target=self._repeat, args=(work, number, start, answers))
            for number, work in enumerate(works)
        ]
        for one in processes:
            one.start()
        told = dict(answers.get() for _ in processes)
        for one in processes:
            one.join()
        wrote, read = [told[at] for at in range(writers)], [told[at] for at in range(writers, len(works))]
        done = sum(one.ended["done"] for one in wrote)
        return Round(wrote, read, done - min(after - then for then, after in zip(before, self._written(), strict=True)))

    def _written(self) -> tuple[int, int]:
        """Return the sum of all versions and the number of events: each decision adds one to both."""
        with self.app.app_context():
            versions = db.session.scalar(sa.select(sa.func.sum(VerificationCase.version))) or 0
            trail = db.session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0
            db.session.remove()
            db.engine.dispose()
        return versions, trail

    def faults(self) -> list[str]:
        with self.app.app_context():
            return list(events.faults())

    def _repeat(self, work: Callable[[random.Random], str], number: int, start: Any, answers: Any) -> None:
        told, chance = Told(), random.Random(number)
        with self.app.app_context():
            told.ended[work(chance)] += 1
            mine = ("self", *self._backend())
            start.wait()
            until, used, waited = time.monotonic() + self.seconds, time.process_time(), _waited_for_cpu(mine)
            while (began := time.monotonic()) < until:
                told.ended[work(chance)] += 1
                told.seconds.append(time.monotonic() - began)
            told.cpu, told.own = time.process_time() - used, sum(told.seconds) - (_waited_for_cpu(mine) - waited)
        answers.put((number, told))

    def _backend(self) -> tuple[str, ...]:
        """Return the process that serves this one: its pool holds one connection."""
        if self.engine != "postgresql":
            return ()
        with db.engine.connect() as connection:
            return (str(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()),)

    def _decide(self, chance: random.Random) -> str:
        """Call somebody in, or take that back."""
        case_id = chance.choice(self.cases)
        case = VerificationCase
        seen = db.session.execute(sa.select(case.version, case.state).where(case.id == case_id)).one()
        db.session.rollback()
        time.sleep(self.work)
        name = "call_in" if seen.state is CaseState.PENDING else "take_back"
        try:
            with self.begin():
                cases.act(self.actor, case_id, seen.version, name, reply="请带原件")
        except StaleVersion:
            return "told"
        except (sa.exc.OperationalError, Busy):
            return "locked"
        return "done"

    def _look_up(self, chance: random.Random) -> str:
        found = lookups.by_code(chance.choice(self.codes))
        db.session.rollback()
        time.sleep(PAUSE)
        return "done" if found else "missed"


def _waited_for_cpu(processes: Sequence[str]) -> float:
    return sum(int(Path(f"/proc/{one}/schedstat").read_text().split()[1]) for one in processes) / 1e9


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    session = db.session()
    session.rollback()
    session.info["writing"] = True
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


def _told(rounds: Sequence[tuple[Round, Round]]) -> dict[str, Any]:
    together = [busy for _, busy in rounds]
    took = sorted(seconds * 1e3 for one in together for told in one.writers for seconds in told.seconds)
    each = [told.ended["done"] for one in together for told in one.writers]
    return {
        "decided": sum(one.ended("done") for one in together),
        "locked": sum(one.ended("locked") for one in together),
        "told of another's decision": sum(one.ended("told") for one in together),
        "lost": sum(one.lost for one in together),
        "least and most of one writer": [min(each), max(each)],
        "ms of a decision, middle, 99th, longest": [
            round(took[int(len(took) * at)], 1) for at in (0.5, 0.99, 1 - 1e-9)
        ],
        "reads kept": round(statistics.median(alone.own_of_a_read / busy.own_of_a_read for alone, busy in rounds), 2),
        "CPU of a read against alone": round(
            statistics.median(busy.cpu_of_a_read / alone.cpu_of_a_read for alone, busy in rounds), 2
        ),
    }


if __name__ == "__main__":
    main()
