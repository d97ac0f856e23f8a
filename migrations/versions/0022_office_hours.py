"""Keep an office's hours beside its telephone and address.

Revision: 0022, after 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("office", sa.Column("hours", sa.String(100), nullable=True))


def downgrade() -> None:
    op.drop_column("office", "hours")
