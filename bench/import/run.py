"""Prints what the import costs as ratios: to the floor, into a full table, and to django-import-export.

    python -m bench.import.run [--rows 100000] [--rounds 3] [--url postgresql://…] [--existing 0] [--peers] [--folder DIR]

Every part runs in a process of its own and takes turns with the others; what is printed are medians of the rounds'
ratios. The database named by `--url` is emptied. `--peers` wants bench/requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from . import workbook

ROOT = Path(__file__).resolve().parents[2]
PEER_ROWS = 10_000
"""The admin's way takes minutes for more."""


class Bench:
    """Runs the parts, each on a database as it was prepared."""

    def __init__(self, folder: Path, url: str, rows: int) -> None:
        self._folder, self._url, self._rows = folder, url, rows
        self.book = self._book("book", rows)
        self._part("empty", str(folder / "empty"))

    def _book(self, name: str, rows: int) -> Path:
        path = self._folder / f"{name}.xlsx"
        workbook.write(path, workbook.rows(rows), rows)
        return path

    def fill(self, existing: int) -> None:
        """Prepare a second database that holds so many records already."""
        shutil.copytree(self._folder / "empty", self._folder / "full")
        self._part("floor", str(self._folder / "full"), str(self.book), "--rows", str(existing))

    def run(self, part: str, *more: str, on: str = "empty") -> dict[str, Any]:
        return self._part(part, str(self._fresh(on)), str(self.book), *more)

    def peer(self, how: str, rows: int) -> dict[str, Any]:
        book = self.book if rows == self._rows else self._book(f"book{rows}", rows)
        return self._part("peers", how, str(self._fresh("empty")), str(book))

    def _fresh(self, on: str) -> Path:
        """Return the folder of a database that is as it was prepared."""
        place = self._folder / "work"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self._folder / on, place)
        if self._url and on == "empty":
            self._part("empty", str(place))
        return place

    def _part(self, part: str, *given: str) -> dict[str, Any]:
        if part == "empty" and self._url:
            _wipe(self._url)
        return self._told([part, *given, "--url", self._url])

    def _told(self, arguments: list[str]) -> dict[str, Any]:
        command = [sys.executable, "-m", f"bench.import.{arguments[0]}", *arguments[1:]]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if ended.returncode:
            sys.exit(ended.stderr)
        lines = [line for line in ended.stdout.splitlines() if line.startswith("{")]
        told: dict[str, Any] = json.loads(lines[-1]) if lines else {}
        if told:
            print(json.dumps(told, ensure_ascii=False), flush=True)
        return told


def _wipe(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def _ratios(bench: Bench, asked: argparse.Namespace) -> Iterator[tuple[str, float]]:
    rounds = [
        (bench.run("own"), bench.run("floor"), bench.run("floor", "--reader", "own")) for _ in range(asked.rounds)
    ]
    yield "cpu: import / bare read and insert", _median(own["cpu"] / floor["cpu"] for own, floor, _ in rounds)
    yield "cpu: the same, with our reader on both sides", _median(own["cpu"] / floor["cpu"] for own, _, floor in rounds)
    yield "share of the time that the database was locked", _median(own["locked"] for own, _, _ in rounds)
    yield "peak memory of all processes, MB", _median(own["peak_mb"] for own, _, _ in rounds)
    if asked.existing:
        bench.fill(asked.existing)
        full = [bench.run("own", on="full")["cpu"] / own["cpu"] for own, _, _ in rounds]
        yield f"cpu: into {asked.existing} records / into none", _median(full)
    if asked.peers:
        a_row = _median(own["cpu"] for own, _, _ in rounds) / asked.rows
        yield (
            "cpu a row: tuned django-import-export / import",
            bench.peer("tuned", asked.rows)["cpu"] / asked.rows / a_row,
        )
        admin = bench.peer("admin", min(PEER_ROWS, asked.rows))
        yield "cpu a row: django-import-export's admin / import", admin["cpu"] / admin["rows"] / a_row


def _median(values: Iterator[float]) -> float:
    return statistics.median(values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", default="")
    parser.add_argument("--existing", type=int, default=0)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-import-", dir=asked.folder) as folder:
        bench = Bench(Path(folder), asked.url, asked.rows)
        for what, ratio in _ratios(bench, asked):
            print(json.dumps({"what": what, "median": round(ratio, 2)}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
