"""Find whose avatar a stored file is, however many holders there are.

Revision: 0023, after 0022.
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_holder_avatar"), "holder", ["avatar"])


def downgrade() -> None:
    op.drop_index(op.f("ix_holder_avatar"), table_name="holder")
