"""What of an offered record its holder is shown, and when: knowing name and ID number is not holding the paper."""

from __future__ import annotations

from domain.certificate_fields import BY_KEY, PORTAL
from domain.identifiers import certificate_number
from domain.vocabulary import RecordShown

MOST_NUMBERS = 3
"""After so many different wrong numbers the record stays closed to the person, whatever is typed."""

CARD = tuple(BY_KEY[key] for key in ("title_series", "title_level", "title", "specialty", "awarding_body"))
"""What a card shows as it is on record; of the date of award it shows the year."""

_SHOWN_KEYS: dict[RecordShown, tuple[str, ...]] = {
    RecordShown.NOTHING: (),
    RecordShown.CARD: tuple(field.key for field in CARD),
    RecordShown.ALL: tuple(field.key for field in PORTAL),
}


def shown_keys(shown: RecordShown) -> tuple[str, ...]:
    """Return the fields of the wizard whose value on record the holder may see."""
    return _SHOWN_KEYS[shown]


def same_number(on_record: str | None, typed: str | None) -> bool:
    """Whether two numbers are one, each read as section 2 of the rules reads a number; no number equals none."""
    one, other = certificate_number(on_record or ""), certificate_number(typed or "")
    return one is not None and other is not None and one.value == other.value
