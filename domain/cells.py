"""What a workbook cell can hold once it has been read: plain Python values and two marks for what is no value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value such as #N/A, as the workbook shows it."""

    code: str


class Formula(Enum):
    """A formula that was saved without its result: there is nothing to read."""

    WITHOUT_VALUE = "formula"


CellValue = str | int | float | bool | date | datetime | CellError | Formula | None
"""Text stays text, a number stays a number, a date-formatted number is a date (or a datetime), None is empty."""
