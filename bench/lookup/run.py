"""Measures the public look-up against an empty page of the same application and against a bare Flask.

    python -m bench.lookup.run [--rows 20000] [--rounds 5] [--seconds 4] [--url postgresql://…]

Needs wrk. Every server is waitress with as many threads as script/server gives it; the rounds take turns, and what is printed
are medians of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.lookup.filling import fill

SERVERS = {
    "bare": ("bench.lookup.serving:bare", {}),
    "counting": ("bench.lookup.serving:application", {}),
    "not counting": ("bench.lookup.serving:application", {"COUNT": "0"}),
}
TICKS = os.sysconf("SC_CLK_TCK")
PICK = """
local codes = {}
for line in io.lines("%s") do codes[#codes + 1] = line end
math.randomseed(os.time())
request = function() return wrk.format("GET", "/v/" .. codes[math.random(#codes)]) end
"""


def main() -> None:
    asked = _asked()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="bench-lookup-") as folder:
        script = _prepare(Path(folder), asked)
        with _servers(Path(folder)) as ports:
            rounds = [_round(ports, script, asked.seconds) for _ in range(asked.rounds)]
    for name, ratio in _ratios(rounds).items():
        print(json.dumps({"what": name, "median": round(ratio, 3)}, ensure_ascii=False))


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rows", type=int, default=20_000)
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--seconds", type=int, default=4)
    reader.add_argument("--url", default="")
    return reader.parse_args()


def _prepare(folder: Path, asked: argparse.Namespace) -> Path:
    (folder / "codes").write_text("\n".join(fill(asked.url, folder, asked.rows)))
    script = folder / "pick.lua"
    script.write_text(PICK % (folder / "codes"))
    return script


@contextmanager
def _servers(folder: Path) -> Iterator[dict[str, tuple[int, int]]]:
    """Yield the port and the process of each server, all of them started and answering."""
    started = {name: _start(application, more, folder) for name, (application, more) in SERVERS.items()}
    try:
        for port, _ in started.values():
            _wait_for(port)
        yield {name: (port, process.pid) for name, (port, process) in started.items()}
    finally:
        for _, process in started.values():
            process.send_signal(signal.SIGTERM)
            process.wait()


def _start(application: str, more: dict[str, str], folder: Path) -> tuple[int, subprocess.Popen[bytes]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "waitress",
        "--threads",
        "8",
        "--listen",
        f"127.0.0.1:{port}",
        "--call",
        application,
    ]
    return port, subprocess.Popen(command, env={**os.environ, **more})


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/empty", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("a server did not start")


def _round(ports: dict[str, tuple[int, int]], script: Path, seconds: int) -> dict[str, tuple[float, float]]:
    return {
        "hello": _measured(*ports["bare"], None, seconds),
        "empty page": _measured(*ports["counting"], None, seconds),
        "counting": _measured(*ports["counting"], script, seconds),
        "not counting": _measured(*ports["not counting"], script, seconds),
    }


def _measured(port: int, server: int, script: Path | None, seconds: int) -> tuple[float, float]:
    """Return requests a second and the server's CPU seconds a request."""
    command = ["wrk", "--threads", "1", "--connections", "16", "--duration", f"{seconds}s"]
    command += ["--script", str(script)] if script else []
    before = _cpu(server)
    told = subprocess.run([*command, f"http://127.0.0.1:{port}/empty"], capture_output=True, text=True, check=True)
    requests = re.search(r"(\d+) requests in", told.stdout)
    if requests is None or "Non-2xx" in told.stdout:
        sys.exit(f"wrk: {told.stdout}")
    return int(requests[1]) / seconds, (_cpu(server) - before) / int(requests[1])


def _cpu(server: int) -> float:
    """Return the CPU seconds of a server and its workers so far."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return sum(_ticks(process) for process in (str(server), *children)) / TICKS


def _ticks(process: str) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _ratios(rounds: list[dict[str, tuple[float, float]]]) -> dict[str, float]:
    def median(one: Any) -> float:
        return statistics.median(one(taken) for taken in rounds)

    return {
        "counting against the same page without counting, CPU a request": median(
            lambda taken: taken["not counting"][1] / taken["counting"][1]
        ),
        "counting against an empty page of the application, requests a second": median(
            lambda taken: taken["counting"][0] / taken["empty page"][0]
        ),
        "counting against a bare Flask, requests a second": median(
            lambda taken: taken["counting"][0] / taken["hello"][0]
        ),
    }


if __name__ == "__main__":
    main()
