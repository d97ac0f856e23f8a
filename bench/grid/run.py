"""Measures the register's grid, whole pages in its real shell, against stock Flask-Admin on the same database.

    python -m bench.grid.run [--rows 1000000] [--url postgresql://…] [--folder DIR]

CPU time is what is compared: this process and, on PostgreSQL, the backends that serve it. Medians of the rounds; the two
grids take turns, ten pages each. Every page is asked for once before it counts, so our counts and options are warm, as
they are for ten seconds for everybody; stock Flask-Admin counts each time. Every line is JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from bench.grid import apps
from bench.grid.fill import fill
from extensions import db
from models import Certificate

OURS, STOCK = "/admin/certificates/", "/admin/certificates/"
SCOPES = {"region": "gx.admin", "city": "qz.staff", "county": "ls.staff"}
TARGETS = {"sqlite": 5, "postgresql": 10}
A_BLOCK = 10
SEARCH_TARGET = 50


def main() -> None:
    asked = _asked()
    with folder_of(asked.folder) as folder:
        app = apps.ours(folder, asked.url)
        fill_once(app, asked.rows)
        bench = Bench(app, apps.stock(folder, asked.url), asked.rounds, asked.only)
        for line in bench.lines():
            print(json.dumps(line, ensure_ascii=False), flush=True)


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rows", type=int, default=1_000_000)
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--url", default="")
    reader.add_argument("--folder", default="")
    reader.add_argument("--only", default="", help="measure only the pages whose name begins so")
    return reader.parse_args()


@contextlib.contextmanager
def folder_of(given: str) -> Iterator[Path]:
    """A folder that was named is kept, and its database filled only once."""
    if given:
        Path(given).mkdir(parents=True, exist_ok=True)
        yield Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="bench-grid-") as folder:
        yield Path(folder)


def fill_once(app: Flask, rows: int) -> None:
    with app.app_context():
        upgrade(directory="migrations")
        filled = db.session.scalar(sa.select(sa.func.max(Certificate.id)))
        db.session.rollback()
    if not filled:
        fill(app, rows)


class Bench:
    """Both applications on one database, and what a page of each costs."""

    def __init__(self, app: Flask, stock: Flask, rounds: int, only: str = "") -> None:
        self.app, self.rounds, self.only = app, rounds, only
        self.stock = stock.test_client()
        with app.app_context():
            self.engine, self.backends = db.engine.dialect.name, apps.backends_of(db.engine)
            self.rows = db.session.scalar(sa.select(sa.func.max(Certificate.id)))
            some = db.session.get_one(Certificate, self.rows // 2 + 1)
            self.number, self.id_number = some.cert_no, some.id_number
        self.clients = {scope: self._signed_in(name) for scope, name in SCOPES.items()}

    def _signed_in(self, username: str) -> Any:
        client = self.app.test_client()
        page = client.get("/admin/sign-in").get_data(as_text=True)
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = client.post(
            "/admin/sign-in", data={"csrf_token": token, "username": username, "password": "zhengshu-2026"}
        )
        assert answer.status_code in (302, 303), f"{username} could not sign in: {answer.status_code}"
        return client

    # What is asked for.

    def pages(self) -> Iterator[tuple[str, str, str, str, int]]:
        """Yield what is measured: name, scope, our address, stock's address, and by how much we want to be faster."""
        most = TARGETS[self.engine]
        yield "first page", "region", "", "", most
        yield "page 1000", "region", self._thousandth(), "?page=999", most
        for scope in ("city", "county"):
            yield "first page", scope, "", "", most
        yield "sorted by name", "region", "?sort=name", "?sort=1", most
        yield "series", "region", "?series=工程系列", "?flt0_7=工程系列", most
        yield "series, sorted by name", "region", "?series=工程系列&sort=name", "?flt0_7=工程系列&sort=1", most
        yield "void (1 %)", "region", "?status=void", "?flt0_0=void", most
        for name, typed in (
            ("number", self.number),
            ("name", "王建国"),
            ("name's beginning", "王建"),
            ("two characters inside", "建国"),
        ):
            yield (
                f"search: {name}",
                "region",
                f"?{urlencode({'search': typed})}",
                f"?{urlencode({'search': typed})}",
                SEARCH_TARGET,
            )
        yield "search: ID number", "region", self._person(), f"?{urlencode({'search': self.number})}", SEARCH_TARGET

    def _thousandth(self) -> str:
        """Return the address to which 999 cursors lead: the rows are numbered without gaps."""
        with self.app.app_context():
            return f"?after={self.rows - 999 * 50 + 1}"

    def _person(self) -> str:
        from listing.search import arguments_for

        with self.app.app_context():
            return f"?{urlencode(arguments_for(self.id_number))}"

    # How it is measured.

    def lines(self) -> Iterator[dict[str, Any]]:
        yield {"engine": self.engine, "rows": self.rows, "rounds": self.rounds}
        for name, scope, mine, theirs, wanted in self.pages():
            if not name.startswith(self.only):
                continue
            ours, stock = self._both(lambda address=mine, who=scope: self._get(self.clients[who], OURS + address),
                                     lambda address=theirs: self._get(self.stock, STOCK + address))  # fmt: skip
            sql = self._sql(scope, OURS + mine)
            yield {
                "page": name, "scope": scope, "ours_ms": round(ours, 2), "stock_ms": round(stock, 2), "times": round(stock / ours, 1),
                "wanted": wanted, "sql_ms": round(sql[0], 2), "queries": sql[1],
            }  # fmt: skip

    def _get(self, client: Any, address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code} {answer.headers.get('Location')}"
        answer.close()

    def _both(self, ours: Callable[[], None], stock: Callable[[], None]) -> tuple[float, float]:
        """Take turns in blocks, as two servers would: a block begins with a page that is not counted."""
        spent: tuple[list[float], list[float]] = ([], [])
        for _ in range(self.rounds):
            for one, into in ((ours, spent[0]), (stock, spent[1])):
                one()
                into.append(self._spent(one, A_BLOCK))
        return statistics.median(spent[0]), statistics.median(spent[1])

    def _spent(self, work: Callable[[], object], times: int = 1) -> float:
        return apps.spent(work, self.backends, times)

    def _sql(self, scope: str, address: str) -> tuple[float, int]:
        """Run the statements of one page again, alone, and return what the database spends on them."""
        with self.app.app_context():
            with apps.statements() as asked:
                self._get(self.clients[scope], address)
            spent = [self._alone(db.engine, asked) for _ in range(self.rounds)]
        return statistics.median(spent), len(asked)

    def _alone(self, engine: Any, statements: list[tuple[str, Any]]) -> float:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            cursor = driver.cursor()
            return self._spent(lambda: [cursor.execute(*statement).fetchall() for statement in statements])


if __name__ == "__main__":
    main()
