"""What happened to one thing, oldest first: events as sentences, with the values that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.access import Role
from domain.certificate_fields import BY_KEY
from domain.identifiers import mask_id
from models import Event


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as it is read: who did what, when, with which words, and what differed."""

    at: datetime
    who: str
    what: str
    reply: str
    changes: list[tuple[str, str, str]]


History = list[Happening]


def happening(event: Event) -> Happening:
    role = Role(event.actor_role)
    who = event.actor_name if role.is_office or event.actor_id is None else f"{event.actor_name}（{role.label}）"
    return Happening(event.at, who, event.summary, event.reply or "", changes_of(event))


def changes_of(event: Event) -> list[tuple[str, str, str]]:
    """Return (label, before, after); an ID number stays masked, as everywhere it is listed."""
    return [(label, *(_shown(label, value) for value in _pair(values))) for label, values in event.changed.items()]


def _pair(values: Any) -> tuple[Any, Any]:
    before, after = values if isinstance(values, list) and len(values) == 2 else ("", values)
    return before, after


def _shown(label: str, value: Any) -> str:
    return mask_id(str(value)) if value and label == BY_KEY["id_number"].header else str(value or "")


def history_of(subject_type: str, subject_id: int) -> History:
    return [happening(event) for event in Event.about(subject_type, subject_id)]
