"""`flask seed`: the dictionaries that every installation starts with; it may be run again and adds only what is missing."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from sqlalchemy import func, select

from domain.titles import load_titles
from domain.vocabulary import ObtainedBy
from extensions import db, writing
from models import ObtainedByReading, TitleEntry

TITLES = Path(__file__).resolve().parent.parent / "data" / "title_series.csv"
READINGS = {
    "认定": ObtainedBy.PROBATION,
    "初定": ObtainedBy.PROBATION,
    "考核认定": ObtainedBy.PROBATION,
    "补办": ObtainedBy.REPLACEMENT,
    "补证": ObtainedBy.REPLACEMENT,
    "换证": ObtainedBy.REPLACEMENT,
    "职称确认": ObtainedBy.RECONFIRMATION,
}


def seed() -> None:
    """Add titles and readings to an empty database; an office's own changes are left alone."""
    with writing():
        if not db.session.scalar(select(func.count()).select_from(TitleEntry)):
            _add_titles()
        if not db.session.scalar(select(func.count()).select_from(ObtainedByReading)):
            db.session.add_all(ObtainedByReading(word=word, obtained_by=way) for word, way in READINGS.items())


def _add_titles() -> None:
    known: dict[tuple[str, str, str], TitleEntry] = {}
    for row in load_titles(TITLES):
        known.setdefault(
            (row.guangxi_series, row.level, row.title),
            TitleEntry(
                guangxi_series=row.guangxi_series, series=row.series, level=row.level, title=row.title,
                track=row.track, era=row.era,
            ),
        )  # fmt: skip
    db.session.add_all(known.values())


@click.command("seed", help="写入职称目录等基础字典（已有的不动）。")
def seed_command() -> None:
    seed()
    click.echo("基础字典已就绪。")


def register(app: Flask) -> None:
    app.cli.add_command(seed_command)
