"""Which certificates of a workbook stand in which of its earlier rows: two tables of whole numbers, kept small.

What tells a certificate or an award is kept as Python's own hash of it, 64 bits under a secret of the process: no file
can be made to collide, and among a million rows two meet by chance once in thirty million imports. No personal data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.partial_dates import PartialDate
from operations.matching import Claim

_ROW_BITS, _DAY_BITS, _NUMBER_BITS = 21, 5, 32
_NUMBER_MASK = (1 << _NUMBER_BITS) - 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the workbook."""

    sheet: str
    row: int

    def seen_from(self, sheet: str) -> str:
        """Return how a row of `sheet` calls this place."""
        return f"第 {self.row} 行" if self.sheet == sheet else f"工作表“{self.sheet}”第 {self.row} 行"


class EarlierRows:
    """Asked row by row in the order of the file; what goes in is added."""

    def __init__(self) -> None:
        self._sheets: list[str] = []
        self._numbers: dict[int, int] = {}
        self._awards: dict[int, int | tuple[int, ...]] = {}

    def same_number(self, claim: Claim) -> Place | None:
        """Return the earlier row with this number from this body."""
        packed = self._numbers.get(hash((claim.number, claim.body_key)))
        return None if packed is None else self._place(packed)

    def same_award_before(self, claim: Claim, sheet: str, row: int) -> Place | None:
        """Add this row, and return the earlier one that awards the person the same under another number.

        One that replaces a lost certificate is like no other.
        """
        place, number, awarded = self._packed(sheet, row), hash(claim.number) & _NUMBER_MASK, claim.values["awarded_on"]
        self._numbers[hash((claim.number, claim.body_key))] = place
        mark, packed = _award(claim), (place << _DAY_BITS | (awarded.day or 0)) << _NUMBER_BITS | number
        before = self._awards.get(mark)
        self._awards[mark] = packed if before is None else (*_all(before), packed)
        return None if before is None or claim.is_replacement else self._like(_all(before), number, awarded)

    def _like(self, before: Iterable[int], number: int, awarded: PartialDate) -> Place | None:
        for one in before:
            day = one >> _NUMBER_BITS & (1 << _DAY_BITS) - 1
            if one & _NUMBER_MASK != number and _may_be(day, awarded):
                return self._place(one >> _NUMBER_BITS + _DAY_BITS)
        return None

    def _packed(self, sheet: str, row: int) -> int:
        if not self._sheets or self._sheets[-1] != sheet:
            self._sheets.append(sheet)
        return len(self._sheets) - 1 << _ROW_BITS | row

    def _place(self, packed: int) -> Place:
        return Place(self._sheets[packed >> _ROW_BITS], packed & (1 << _ROW_BITS) - 1)


def _all(packed: int | tuple[int, ...]) -> tuple[int, ...]:
    return packed if isinstance(packed, tuple) else (packed,)


def _award(claim: Claim) -> int:
    values, awarded = claim.values, claim.values["awarded_on"]
    said = (values["title_series"], values["title_level"], values["title"], awarded.year, awarded.month)
    return hash((claim.digest, *said))


def _may_be(day: int, awarded: PartialDate) -> bool:
    """Whether a day of that month, or 0 where only the month is known, may be the day awarded."""
    return not day or awarded.day is None or day == awarded.day
