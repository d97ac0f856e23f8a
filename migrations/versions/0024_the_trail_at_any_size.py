"""The trail at any size: indexes for an action, a person and a span of time within each scope.

Revision: 0024, after 0023.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_LEVELS = {"office": "office_id", "city": "city_office_id", "region": "region_office_id"}
_COLUMNS = {"action": "action", "actor": "actor_name"}


def upgrade() -> None:
    _order_names_by_signs('"C"')
    op.drop_index("ix_event_action", "event")
    op.create_index("ix_event_at", "event", ["at", "id"])
    for name, column in _COLUMNS.items():
        for level, scope in _LEVELS.items():
            op.create_index(f"ix_event_{level}_{name}", "event", [scope, column, "id"])


def downgrade() -> None:
    for name in _COLUMNS:
        for level in _LEVELS:
            op.drop_index(f"ix_event_{level}_{name}", "event")
    op.drop_index("ix_event_at", "event")
    op.create_index("ix_event_action", "event", ["action"])
    _order_names_by_signs('"default"')


def _order_names_by_signs(collation: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE event ALTER COLUMN actor_name TYPE varchar(100) COLLATE {collation}")
