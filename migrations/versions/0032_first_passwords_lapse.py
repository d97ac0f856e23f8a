"""Let a password that was handed out lapse: those that wait for their first use have fourteen days from now.

Revision: 0032, after 0031.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

LASTS = timedelta(days=14)
TABLES = ("staff_user", "employer_user")


def upgrade() -> None:
    for name in TABLES:
        op.add_column(name, sa.Column("password_expires_at", sa.DateTime(), nullable=True))
        if sa.inspect(op.get_bind()).has_table(_aside(name)):
            _take_back(name)
        else:
            _begin_now(name)


def _begin_now(name: str) -> None:
    table = sa.table(
        name, sa.column("password_expires_at", sa.DateTime()), sa.column("must_change_password", sa.Boolean())
    )
    ends = datetime.now(UTC).replace(tzinfo=None) + LASTS
    op.execute(table.update().where(table.c.must_change_password).values(password_expires_at=ends))


def downgrade() -> None:
    """Keep aside until when each lasts: coming up again gives nobody fourteen more days."""
    for name in TABLES:
        op.execute(f"CREATE TABLE {_aside(name)} AS SELECT id, password_expires_at FROM {name}")
        op.drop_column(name, "password_expires_at")


def _aside(name: str) -> str:
    return f"{name}_password_end"


def _take_back(name: str) -> None:
    kept = f"SELECT password_expires_at FROM {_aside(name)} AS kept WHERE kept.id = {name}.id"
    op.execute(f"UPDATE {name} SET password_expires_at = ({kept})")
    op.drop_table(_aside(name))
