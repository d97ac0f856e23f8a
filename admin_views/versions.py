"""Two people with the same page: what a page names as seen, and what the second is told of what the first has done.

The version of a row is the newest event that changed it.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from admin_views.batch import as_id
from admin_views.history import change_told, changes_of
from domain.access import Actor
from domain.errors import StaleVersion
from models import Event
from operations import events
from operations.bodies import one_change_at_a_time
from web.access import current_actor
from web.filters import local

_MOST_TOLD = 3
TO_SAVE = "您这次还没有保存，填的都在下面；核对以后再保存，就以您填的为准"
TO_CONFIRM = "您的操作还没有做；核对以后仍要做，请再确认一次"
TO_LEAVE = "您这次没有改动任何内容"
TO_ADD = "您这次还没有保存，填的都在下面；仍然需要，可以当作新的一条保存"


class Versioned:
    """A part of BackOfficeView: for views whose rows are changed on pages that name the version they were shown with."""

    subject = ""
    """What the audit trail calls such a row."""

    def watched(self, row_id: int) -> Sequence[tuple[str, int]]:
        """Return the subjects whose events change what the row's pages say."""
        return ((self.subject, row_id),)

    def version_of(self, row_id: int) -> int:
        newest = (events.last_change(*subject) for subject in self.watched(row_id))
        return max((event.id for event in newest if event), default=0)

    def version_shown(self, row_id: int) -> int:
        """Return the version the page was shown with: what it sent along, or as the row is now."""
        return _sent() if request.method == "POST" else self.version_of(row_id)

    def refuse_overtaken(self, row_id: int, version: int, left: str) -> None:
        """Raise if somebody else changed the row since that version; call it inside `writing()`."""
        one_change_at_a_time()
        later = [event for subject in self.watched(row_id) for event in events.later_changes(*subject, version)]
        if later:
            raise StaleVersion(_overtaken(later, current_actor(), left))

    def removal_told(self, row_id: int | None, left: str) -> str:
        """Return who removed the row since the page was shown; empty where that is not for this person to know."""
        place = current_actor().place
        if row_id is None or place is None or "version" not in request.form:
            return ""
        later = events.later_changes(self.subject, row_id, _sent())
        ours = [event for event in later[-1:] if event.place_within(place)]
        return _overtaken(ours, current_actor(), left) if ours else ""


def _sent() -> int:
    return as_id(request.form.get("version")) or 0


def _overtaken(later: Sequence[Event], actor: Actor, left: str) -> str:
    """Say who changed what since the page was shown, and what is left to do."""
    told = "；".join(dict.fromkeys(_change(event, actor) for event in later[-_MOST_TOLD:]))
    return f"您打开这一页以后，{told}。{left}"


def _change(event: Event, actor: Actor) -> str:
    mine = (event.actor_role, event.actor_id) == (actor.role.value, actor.id)
    changes = "，".join(change_told(*change) for change in changes_of(event))
    who = "您自己" if mine else event.actor_name
    return f"{who} {local(event.at)} {event.summary}" + (f"（{changes}）" if changes else "")
