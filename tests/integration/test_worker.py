"""The worker as a process of its own, its queue a SQLite file or Redis: it works, is killed, is stopped, is left alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import ROOT, ServerProcess, free_port, kill
from tests.systems import System

PATIENCE = 60
ASK = """
import jobs
from domain.access import ANYBODY
from extensions import writing
with writing():
    ids = [jobs.mail.ask_for(ANYBODY, f"wei{at}@example.com", "通知", "您好").id for at in range(5)]
"""
WAKE = "for job_id in ids: jobs.wake(job_id)\n"
LEAVE_RUNNING = """
from operations import background
for job_id in ids:
    with writing():
        background.take(job_id, "killed")
"""
STATES = "SELECT group_concat(DISTINCT state) FROM background_job"


@contextmanager
def running_redis(port: int, folder: Path) -> Iterator[None]:
    program = shutil.which("redis-server")
    assert program, "no Redis for the tests: install Debian's package redis-server"
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        kill(process)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def mails(server: ServerProcess) -> int:
    return len(list((server.instance / "outbox").glob("*.eml")))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of a system without any data, made once."""
    folder = tmp_path_factory.mktemp("empty")
    ServerProcess(folder).run_command("db", "upgrade")
    return folder


@pytest.fixture
def server(empty: Path, tmp_path: Path) -> ServerProcess:
    return ServerProcess(shutil.copytree(empty, tmp_path / "instance"))


@contextmanager
def worker_of(server: ServerProcess) -> Iterator[None]:
    server.start_worker()
    try:
        yield
    finally:
        server.kill_worker()


def test_a_worker_with_a_file_as_queue_does_what_is_asked_and_stops_when_asked(server: ServerProcess) -> None:
    with worker_of(server):
        server.run_python(ASK + WAKE)
        until(lambda: mails(server) == 5)
        server.worker.send_signal(signal.SIGTERM)

        assert server.worker.wait(PATIENCE) == 0
        assert not list((server.instance / "workers").iterdir())


def test_a_worker_with_redis_does_what_is_asked_and_outlives_it(server: ServerProcess, tmp_path: Path) -> None:
    """While Redis is away nothing is lost and nobody is turned away; once it is back, the worker goes on by itself."""
    port = free_port()
    server.environment["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    with worker_of(server):
        with running_redis(port, tmp_path):
            server.run_python(ASK + WAKE)
            until(lambda: mails(server) == 5)
        server.run_python(ASK + WAKE)
        while_away = mails(server)
        with running_redis(port, tmp_path):
            until(lambda: mails(server) == 10)

    assert while_away == 5


def test_what_a_killed_process_left_is_done_by_the_next_worker(server: ServerProcess) -> None:
    """Committed and never put into the queue, or taken up by a worker that was killed: both are begun again."""
    (server.instance / "workers").mkdir()
    (server.instance / "workers" / "killed").touch()
    server.run_python(ASK + ASK + LEAVE_RUNNING)
    with worker_of(server):
        until(lambda: mails(server) == 10)
        until(lambda: System(server.instance, "").asked(STATES) == "done")


def test_a_worker_ends_with_whoever_started_it(server: ServerProcess) -> None:
    starts_and_waits = (
        "import subprocess, sys, time\n"
        "print(subprocess.Popen([sys.executable, '-m', 'flask', '--app', 'app', 'worker', '--with-parent'],"
        " stdout=subprocess.DEVNULL).pid, flush=True)\n"
        "time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", starts_and_waits], cwd=ROOT, env=server.environment, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    with parent.stdout:
        child = int(parent.stdout.readline())
    until(lambda: works(server))
    parent.kill()
    parent.wait()

    until(lambda: not is_alive(child))


def works(server: ServerProcess) -> bool:
    folder = server.instance / "workers"
    return folder.exists() and any(folder.iterdir())


def is_alive(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("how", ["ctrl-c", "server killed"])
def test_server_and_worker_start_and_end_together(server: ServerProcess, how: str) -> None:
    environment = {**server.environment, "PORT": str(server.port), "DEMO": "0"}
    script = subprocess.Popen(
        ["script/server"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        until(lambda: works(server) and members(script.pid, "app serve"))
        first = members(script.pid, "app worker")
        os.kill(first[0], signal.SIGKILL)
        until(lambda: members(script.pid, "app worker") not in ([], first))
        if how == "ctrl-c":
            os.killpg(script.pid, signal.SIGINT)
        else:
            os.kill(members(script.pid, "app serve")[0], signal.SIGKILL)
        script.wait(PATIENCE)
        until(lambda: not members(script.pid, ""))
    finally:
        kill(script)


def members(group: int, words: str) -> list[int]:
    """Return the living processes of a group whose command holds these words."""
    told = subprocess.run(["ps", "-eo", "pid,pgid,stat,args"], capture_output=True, text=True, check=True).stdout
    lines = [line.split(None, 3) for line in told.splitlines()[1:]]
    return [int(pid) for pid, pgid, stat, args in lines if int(pgid) == group and stat[0] != "Z" and words in args]
