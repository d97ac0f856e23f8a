"""A holder's employer and avatar.

Revision: 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("holder", sa.Column("employer_name", sa.String(200), nullable=True))
    op.add_column("holder", sa.Column("avatar", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("holder", "avatar")
    op.drop_column("holder", "employer_name")
