"""Measures how the lists grow: every offered order and every filter alone, on a full database against a small one.

    python -m bench.grid.growth [--rows 10000000] [--small 10000] [--folder DIR] [--url postgresql://…/grown]

What is compared is the SQL of a page and of its count, CPU, medians of the rounds, the two databases in turns. On SQLite
they lie in files beside each other; on PostgreSQL they are the databases whose names are the given one's with _ and the
number of rows behind it. Every line is JSON; where the small one does not fill its page there is nothing to compare, and
the last line leaves it out.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from bench.grid import apps
from bench.grid.run import fill_once, folder_of
from encryption import keyring
from extensions import db
from listing import LISTINGS
from listing.filters import CHOICES, RANGES, GridFilter
from listing.selection import Listing, Selection
from models import StaffUser

TARGET = 2
TYPED = {"name": "王建", "holder": "王建", "cert_no": "91", "manage_no": "9"}
"""What is typed into a box; into the others the beginning of most of their values."""


def main() -> None:
    asked = _asked()
    with folder_of(asked.folder) as folder:
        small, big = (_filled(folder / str(rows), asked.url, rows) for rows in (asked.small, asked.rows))
        times = dict(_lines(small, big, asked.rounds))
    worst = max(times, key=times.__getitem__)
    over = {what: ratio for what, ratio in times.items() if ratio > TARGET}
    print(json.dumps({"tried": len(times), "worst": [worst, times[worst]], "over": over}, ensure_ascii=False))


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rows", type=int, default=10_000_000)
    reader.add_argument("--small", type=int, default=10_000)
    reader.add_argument("--rounds", type=int, default=7)
    reader.add_argument("--folder", default="")
    reader.add_argument("--url", default="")
    return reader.parse_args()


def _filled(folder: Path, url: str, rows: int) -> Flask:
    folder.mkdir(parents=True, exist_ok=True)
    app = apps.ours(folder, url and f"{url}_{rows}")
    fill_once(app, rows)
    return app


def _lines(small: Flask, big: Flask, rounds: int) -> Iterator[tuple[str, float]]:
    for listing in LISTINGS.values():
        for arguments in _addresses(small, listing):
            few, many = asked = [Asked(app, listing, arguments) for app in (small, big)]
            for _ in range(rounds):
                for one in asked:
                    one.spend()
            times = round(many.milliseconds / few.milliseconds, 2)
            what = f"{listing.name} {' '.join(f'{name}={value}' for name, value in arguments.items())}"
            line = {"what": what, "small_ms": round(few.milliseconds, 2), "big_ms": round(many.milliseconds, 2),
                    "found": [few.found, many.found], "times": times}  # fmt: skip
            print(json.dumps(line, ensure_ascii=False), flush=True)
            if few.found == many.found:
                yield what, times


def _addresses(app: Flask, listing: Listing) -> list[dict[str, str]]:
    sorts = [
        {"tab": "all", "sort": f"{sign}{name}"}
        for name, indexed in listing.sorts.items()
        if indexed
        for sign in ("", "-")
    ]
    tabs = [{"tab": tab.name} for tab in listing.tabs]
    with app.app_context():
        filters = [{"tab": "all", **_given(one)} for one in Selection(listing, {}, _place()).filters]
    return [*sorts, *tabs, *filters, {"tab": "all", "search": "建国"}, {"tab": "all", "search": "王建国"}]


def _given(one: GridFilter) -> dict[str, str]:
    if one.kind in RANGES:
        return dict(zip(one.arguments, ("2001-02", "2012-11"), strict=True))
    return {one.name: one.options()[-1][0] if one.kind in CHOICES else TYPED.get(one.name, "第")}


def _place() -> Any:
    return db.session.scalars(sa.select(StaffUser).filter_by(username="gx.admin")).one().actor.place


class Asked:
    """What a database is asked for a page and its count, how many rows the page has, and the CPU it took so far."""

    def __init__(self, app: Flask, listing: Listing, arguments: dict[str, str]) -> None:
        self.app, self.spent = app, list[float]()
        keyring.load(app.config["FIELD_KEY"])
        with app.app_context():
            selection = Selection(listing, arguments, _place())
            names = [column.name for column in listing.columns if column.shown]
            with apps.statements() as self.statements:
                ids = selection.page(names=names).ids
                selection.count()
        self.found = len(ids)

    @property
    def milliseconds(self) -> float:
        return statistics.median(self.spent)

    def spend(self) -> None:
        """Run it twice and count the second time."""
        with self.app.app_context(), db.engine.connect() as connection:
            cursor = connection.connection.driver_connection.cursor()
            self._run(cursor)
            self.spent.append(apps.spent(lambda: self._run(cursor), apps.backends_of(db.engine)))

    def _run(self, cursor: Any) -> None:
        for statement in self.statements:
            cursor.execute(*statement).fetchall()


if __name__ == "__main__":
    main()
