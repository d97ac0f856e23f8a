"""What happened to one thing, oldest first: events as sentences, with the values that changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.access import Role
from domain.certificate_fields import BY_KEY
from domain.differences import Parts, marked
from domain.identifiers import mask_id, mask_id_numbers
from models import Event

Change = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that was done: by whom, when, with which words, and what differed."""

    at: datetime | None
    who: str
    what: str
    reply: str = ""
    changes: tuple[Change, ...] = ()
    only_proposed: bool = False

    @property
    def changes_told(self) -> str:
        return "；".join(change_told(*change) for change in self.changes)

    @property
    def compared(self) -> list[tuple[str, Parts, Parts]]:
        """Return the changes with the signs marked in which the two values differ; what was only proposed changed nothing."""
        changes = () if self.only_proposed else self.changes
        return [(label, *marked(before, after)) for label, before, after in changes]


History = list[Happening]


def change_told(label: str, before: str, after: str) -> str:
    """Return one change in words: 获取方式由“转正定职”改为“评审”."""
    if not before:
        return f"{label}填为“{after}”"
    return f"{label}由“{before}”改为“{after}”" if after else f"{label}“{before}”去掉"


def happening(event: Event, changes: Iterable[Change] | None = None, *, only_proposed: bool = False) -> Happening:
    told = tuple(changes_of(event) if changes is None else changes)
    return Happening(event.at, doer(event), event.summary, event.reply or "", told, only_proposed)


def doer(event: Event) -> str:
    role = Role(event.actor_role)
    return event.actor_name if role.is_office or event.actor_id is None else f"{event.actor_name}（{role.label}）"


def changes_of(event: Event) -> list[Change]:
    """Return (label, before, after); an ID number stays masked, as everywhere it is listed."""
    return [(label, *(_shown(label, value) for value in _pair(values))) for label, values in event.changed.items()]


def _pair(values: Any) -> tuple[Any, Any]:
    before, after = values if isinstance(values, list) and len(values) == 2 else ("", values)
    return before, after


def _shown(label: str, value: Any) -> str:
    return mask_id(str(value)) if value and label == BY_KEY["id_number"].header else mask_id_numbers(str(value or ""))


def history_of(subject_type: str, subject_id: int) -> History:
    return [happening(event) for event in Event.about(subject_type, subject_id)]
