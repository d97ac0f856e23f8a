"""A password set by the security question waits a day before it takes effect.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("holder", sa.Column("next_password_hash", sa.String(200), nullable=True))
    op.add_column("holder", sa.Column("next_password_from", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("holder", "next_password_from")
    op.drop_column("holder", "next_password_hash")
