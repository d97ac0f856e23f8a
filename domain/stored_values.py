"""Certificate values as JSON keeps them, and back: for drafts, corrections, staged rows and undo notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.certificate_fields import BY_KEY, Kind
from domain.identifiers import IdDocument
from domain.partial_dates import PartialDate


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON can hold them; what is empty is left out."""
    return {key: plain_value(value) for key, value in values.items() if value is not None}


def plain_value(value: Any) -> Any:
    """Return one value as the database and JSON hold it: a date as ISO text, a term as its slug."""
    if isinstance(value, PartialDate):
        return value.iso
    return value.number if isinstance(value, IdDocument) else getattr(value, "value", value)


def revived(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept values as they were: dates with their precision, terms of their lists."""
    return {key: _revived(key, value) for key, value in kept.items()}


def _revived(key: str, value: Any) -> Any:
    field = BY_KEY.get(key)
    if value is None or field is None:
        return value
    if field.kind is Kind.DATE:
        return PartialDate.from_iso(value)
    return field.terms(value) if field.terms else value  # type: ignore[call-arg]  # an enum is found by its value alone
