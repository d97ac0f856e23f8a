"""What SQLite's planner knows of the tables. PostgreSQL keeps such knowledge by itself; here somebody has to look."""

from __future__ import annotations

from sqlalchemy import text

from extensions import db

LOOKED_AT = 1_000
"""So many entries of each index are looked at, however many there are."""
TOO_FEW = 10_000
"""A table that was small a moment ago may be large now: of those nothing is said, and every index is trusted alike."""


def renew() -> None:
    """Count anew how well each index narrows down; connections read it as they open."""
    if db.session.get_bind().dialect.name != "sqlite":
        return
    db.session.execute(text(f"PRAGMA analysis_limit={LOOKED_AT}"))
    db.session.execute(text("ANALYZE"))
    db.session.execute(text("DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < :few"), {"few": TOO_FEW})
