"""Actions on the ticked rows: what a button is, and the page that asks once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from domain.access import Permission
from tables.batch_result import Named

MOST = 1000
"""More rows than a page holds, and few enough for one transaction."""


@dataclass(frozen=True, slots=True)
class BatchAction:
    """A button above the grid; `tone` bad marks what is hard to take back, `permission` what the screen's own does not cover,
    `for_all` what may be done to all that match.
    """

    name: str
    label: str
    tone: str = "none"
    permission: Permission | None = None
    for_all: bool = False


@dataclass(slots=True)
class Plan:
    """What an action would do: the rows that can take it, and why the others cannot."""

    action: BatchAction
    able: list[tuple[int, str]] = field(default_factory=list)
    skipped: list[tuple[Named, str]] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        able, skipped = len(self.able), len(self.skipped)
        return {"selected": able + skipped, "able": able, "skipped": skipped}

    @property
    def hidden(self) -> list[tuple[str, Any]]:
        """What the confirm page sends along: the action, that it was confirmed, and the rows it named."""
        return [("action", self.action.name), ("confirmed", "1"), *(("rowid", row) for row, _ in self.able)]


def ticked() -> list[int]:
    """Return the ids that were sent, without repeats and without what is no id."""
    return list(dict.fromkeys(row_id for row_id in map(as_id, request.form.getlist("rowid")) if row_id))[:MOST]


def confirmed() -> bool:
    """Whether this is the confirm page coming back."""
    return request.form.get("confirmed") == "1"


def keep_key(slug: str, name: str, seen: Sequence[str]) -> str:
    """Return under what the browser keeps what is typed for these rows: once one has moved on, it is another page."""
    rows = hashlib.sha256(" ".join(seen).encode()).hexdigest()[:16]
    return f"{slug}-{name}/{rows}/words"


def as_id(given: Any) -> int | None:
    """Return an id as it was written in an address, or None for anything that is none."""
    digits = str(given)
    fits = len(digits) <= 9 and digits.isascii() and digits.isdigit()
    return int(digits) if fits and int(digits) else None


def confirm_context(plan: Plan, *, extra_hidden: Iterable[tuple[str, Any]] = ()) -> dict[str, Any]:
    """Return what admin/confirm.html wants to know about a plan."""
    return {
        "title": plan.action.label,
        "counts": plan.counts,
        "skipped": plan.skipped,
        "sample": [label for _, label in plan.able],
        "hidden": [*plan.hidden, *extra_hidden],
        "submit_label": f"确认{plan.action.label}",
        "tone": plan.action.tone,
    }
