"""How the registered professionals are spread over cities and ages, and which numbers are too small to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST_TOLD = 5
AGES = ((0, 24), (25, 30), (31, 35), (36, 40), (41, 45), (46, 50), (51, 60), (61, 150))


@dataclass(frozen=True, slots=True)
class Population:
    """A count of active accounts: by the code of the city, and by year of birth where the document tells one."""

    by_city: Mapping[str, int]
    by_birth_year: Mapping[int, int]

    def of_cities(self, codes: tuple[str, ...]) -> list[int | None]:
        return [told(self.by_city.get(code, 0)) for code in codes]

    def of_ages(self, year: int) -> list[int | None]:
        """Return how many are of each group of AGES in this year."""
        return [
            told(sum(people for born, people in self.by_birth_year.items() if youngest <= year - born <= oldest))
            for youngest, oldest in AGES
        ]


def told(people: int) -> int | None:
    """Return the number, or None where it is so small that neighbours could tell whom it counts."""
    return people if people == 0 or people >= SMALLEST_TOLD else None
