"""Name in every event from which address and device it came, and which columns its seal covers.

On the way down what the seals cover is kept aside, and taken back on the way up: without it they would not hold.

Revision: 0030, after 0029.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ASIDE = "event_source"
NAMES = ("address", "device", "seal_version")
GUARD = {
    "postgresql": (
        "ALTER TABLE event DISABLE TRIGGER event_append_only",
        "ALTER TABLE event ENABLE TRIGGER event_append_only",
    ),
    "sqlite": (
        "DROP TRIGGER event_no_update",
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event "
        "BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END",
    ),
}
"""How the trigger that refuses changes is taken away and set again."""


def upgrade() -> None:
    op.add_column("background_job", sa.Column("address", sa.String(45), nullable=True))
    op.add_column("event", sa.Column("address", sa.String(45), nullable=True))
    op.add_column("event", sa.Column("device", sa.String(50), nullable=True))
    op.add_column("event", sa.Column("seal_version", sa.SmallInteger(), nullable=False, server_default="1"))
    if sa.inspect(op.get_bind()).has_table(ASIDE):
        _take_back()
    op.create_index("ix_event_address", "event", ["address", "id"])


def downgrade() -> None:
    op.execute(f"CREATE TABLE {ASIDE} AS SELECT id, {', '.join(NAMES)} FROM event WHERE seal_version > 1")
    op.drop_index("ix_event_address", "event")
    for name in reversed(NAMES):
        op.drop_column("event", name)
    op.drop_column("background_job", "address")


def _take_back() -> None:
    """The trigger that refuses changes steps aside for the one statement that brings nothing new."""
    values = ", ".join(f"{name} = (SELECT {name} FROM {ASIDE} WHERE {ASIDE}.id = event.id)" for name in NAMES)
    step_aside, come_back = GUARD[op.get_bind().dialect.name]
    op.execute(step_aside)
    op.execute(f"UPDATE event SET {values} WHERE id IN (SELECT id FROM {ASIDE})")
    op.execute(come_back)
    op.drop_table(ASIDE)
