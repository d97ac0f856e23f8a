"""The divisions of the region: which cities and counties a person can live in today, and what any code is called."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Division:
    """One line of the table; abolished divisions stay in it, because old ID numbers carry their codes."""

    code: str
    name: str
    parent_code: str
    current: bool


def load_divisions(path: Path) -> list[Division]:
    """Read the shipped table."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [
            Division(row["code"], row["name"], row["parent_code"], row["current"] == "1")
            for row in csv.DictReader(lines)
        ]


class Regions:
    """The divisions by code and by what they belong to."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._by_code = {division.code: division for division in divisions}

    def cities(self) -> tuple[Division, ...]:
        return tuple(one for one in self._by_code.values() if one.current and self._is_top(one.parent_code))

    def counties(self, city_code: str) -> tuple[Division, ...]:
        return tuple(one for one in self._by_code.values() if one.current and one.parent_code == city_code)

    def may_be_chosen(self, code: str) -> bool:
        """Whether somebody can live there today: a county, or a city without saying which county."""
        division = self._by_code.get(code)
        return division is not None and division.current and not self._is_top(code)

    def name(self, code: str) -> str:
        """Return the city and the county in one word, for abolished codes too; nothing for an unknown code."""
        division = self._by_code.get(code)
        if division is None:
            return ""
        above = self._by_code.get(division.parent_code)
        return f"{above.name}{division.name}" if above is not None and above.parent_code else division.name

    def of_id_number(self, number: str) -> str | None:
        """Return the division an 18-digit ID number began in, where it still exists."""
        code = number[:6]
        return code if len(number) == 18 and self.may_be_chosen(code) else None

    def _is_top(self, code: str) -> bool:
        division = self._by_code.get(code)
        return division is not None and not division.parent_code
