"""Sessions are rows that can be ended one by one; a mailed link names the address it proves.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("account_kind", sa.String(16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(50), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_session")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_open_session_fingerprint")),
    )
    op.create_index("ix_open_session_account", "open_session", ["account_kind", "account_id"])
    op.create_index(op.f("ix_open_session_opened_at"), "open_session", ["opened_at"])
    op.add_column("mailed_link", sa.Column("email", sa.String(254), nullable=True))
    for table in ("staff_user", "holder"):
        op.drop_column(table, "session_epoch")


def downgrade() -> None:
    for table in ("staff_user", "holder"):
        op.add_column(table, sa.Column("session_epoch", sa.Integer(), nullable=False, server_default="1"))
    op.drop_column("mailed_link", "email")
    op.drop_table("open_session")
