"""What the database is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from extensions import db
from operations.prepared import Prepared


def asked(work: Callable[[], object]) -> list[tuple[str, Any]]:
    """Return the statements that are sent meanwhile, with their values; those prepared are sent the usual way for it."""
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with patch.object(Prepared, "seen", Prepared.usually):
            work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return sent
