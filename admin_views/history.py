"""What happened to one thing, oldest first: events as sentences, with the values that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.access import Role
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
    return [(label, *_pair(values)) for label, values in event.changed.items()]


def _pair(values: Any) -> tuple[str, str]:
    before, after = values if isinstance(values, list) and len(values) == 2 else ("", values)
    return str(before or ""), str(after or "")


def history_of(subject_type: str, subject_id: int) -> History:
    return [happening(event) for event in Event.about(subject_type, subject_id)]
