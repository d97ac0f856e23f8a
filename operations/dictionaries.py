"""The dictionaries as the rules want them, read from the database, and the changes to them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from domain.cell_reading import Dictionaries
from domain.titles import TitleCatalogue, TitleRow
from extensions import db
from models import ObtainedByReading, TitleEntry, local_date, now
from operations.bodies import BodyDirectory, KnownBody, known_body

if TYPE_CHECKING:
    from domain.cell_reading import Bodies


class BodiesOneByOne:
    """Looks bodies up as they are asked for: right for a form, where BodyDirectory is right for a workbook."""

    def find(self, name: str) -> KnownBody | None:
        return known_body(name)

    def suggest(self, name: str) -> list[str]:
        return []


def dictionaries(bodies: Bodies | None = None) -> Dictionaries:
    """Return today's dictionaries; by default awarding bodies are looked up one by one."""
    readings = {reading.word: reading.obtained_by for reading in db.session.scalars(select(ObtainedByReading))}
    return Dictionaries(titles(), bodies or BodiesOneByOne(), readings, today())


def for_workbook() -> Dictionaries:
    return dictionaries(BodyDirectory.load())


def today() -> date:
    """Return the date of the offices' clocks, not the server's."""
    return local_date(now())


def titles() -> TitleCatalogue:
    rows = db.session.scalars(select(TitleEntry).order_by(TitleEntry.id))
    return TitleCatalogue(
        TitleRow(row.series, row.level, row.title, row.track, row.era, row.guangxi_series) for row in rows
    )
