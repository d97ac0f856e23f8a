"""A password set by the security question waits a day before it takes effect.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("holder", sa.Column("next_password_hash", sa.String(200), nullable=True))
    op.add_column("holder", sa.Column("next_password_from", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("holder", "next_password_from")
    op.drop_column("holder", "next_password_hash")
