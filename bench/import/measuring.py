"""What a run has cost: CPU of this process, of those it started and of PostgreSQL's, the peak of memory, the lock."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

import extensions
from app import create_app
from commands.seeds import seed
from domain.access import Actor, Role
from domain.vocabulary import OfficeKind
from extensions import db, writing
from models import Office
from operations import offices

TICKS = os.sysconf("SC_CLK_TCK")
COUNTIES = ("灵山县职改办", "浦北县职改办", "钦南区职改办", "钦北区职改办")


class Cost:
    """Counts from its making on. `backend` is the PostgreSQL process that serves the work, on this machine."""

    def __init__(self, backend: int | None) -> None:
        self._backend = backend
        self._began, self._cpu, self._server = time.perf_counter(), _cpu(), _server_cpu(backend)
        self.locked = 0.0
        self._before = _peak(os.getpid())
        self._peaks: dict[int, int] = {}
        threading.Thread(target=self._watch_memory, daemon=True).start()

    def _watch_memory(self) -> None:
        """Look at this process and its children: what `getrusage` says of a child counts its parent's memory too."""
        own = os.getpid()
        while True:
            for process in (own, *_children(own)):
                self._peaks[process] = max(self._peaks.get(process, 0), _peak(process))
            time.sleep(0.05)

    def told(self, **more: Any) -> dict[str, Any]:
        seconds = time.perf_counter() - self._began
        return {
            **more, "cpu": round(_cpu() - self._cpu + _server_cpu(self._backend) - self._server, 2), "seconds": round(seconds, 2),
            "locked": round(self.locked / seconds, 3), "peak_mb": sum(self._peaks.values()) >> 10, "peak_before_mb": self._before >> 10,
        }  # fmt: skip

    @contextmanager
    def watching_the_lock(self) -> Iterator[None]:
        """Add up for how long this process was the one writer."""
        turn = extensions._turn

        @contextmanager
        def timed(session: Any) -> Iterator[None]:
            with turn(session):
                began = time.perf_counter()
                yield
                self.locked += time.perf_counter() - began

        extensions._turn = timed
        try:
            yield
        finally:
            extensions._turn = turn


def _children(process: int) -> list[int]:
    """Return those that have begun their own program: until then a child is counted with its parent's memory."""
    found = [
        int(child) for one in Path(f"/proc/{process}/task").glob("*/children") for child in one.read_text().split()
    ]
    return [child for child in found if _program(child) != _program(process)]


def _program(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _peak(process: int) -> int:
    """Return the most kilobytes that a process has had; 0 of one that has ended."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM")), 0)


def _cpu() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def own_backend() -> int | None:
    """Return the process that serves the session: the pool hands the same connection out again."""
    if db.engine.dialect.name != "postgresql":
        return None
    process: int = db.session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    db.session.rollback()
    return process


def _server_cpu(process: int | None) -> float:
    if process is None:
        return 0.0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def application(folder: Path, url: str) -> Flask:
    return create_app({"APP_ENV": "development", "INSTANCE_PATH": str(folder), "DATABASE_URL": url})


def fill_empty() -> None:
    """Build the tables, with the dictionaries, a city's office and the counties below it."""
    upgrade()
    seed()
    with writing():
        root = offices.create(Actor(Role.ADMIN, name="bench"), "广西区职改办", OfficeKind.REGION, None, "-")
    region = Actor(Role.ADMIN, name="bench", place=root.place)
    with writing():
        city = offices.create(region, "钦州市职改办", OfficeKind.CITY, db.session.get_one(Office, root.id), "-")
        for name in COUNTIES:
            offices.create(region, name, OfficeKind.COUNTY, city, "-")


def city() -> tuple[Actor, Office]:
    office = Office.named("钦州市职改办")
    assert office is not None
    return Actor(Role.STAFF, name="bench", place=office.place), office
