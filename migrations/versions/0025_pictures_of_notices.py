"""A notice may have a picture.

Revision: 0025, after 0024.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("picture", sa.String(64), nullable=True))
    op.add_column("notice", sa.Column("picture_words", sa.String(100), nullable=False, server_default=sa.text("''")))
    op.create_index(op.f("ix_notice_picture"), "notice", ["picture"])


def downgrade() -> None:
    op.drop_index(op.f("ix_notice_picture"), "notice")
    op.drop_column("notice", "picture_words")
    op.drop_column("notice", "picture")
