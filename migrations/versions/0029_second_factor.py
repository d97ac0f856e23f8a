"""A second factor for staff, what is known of devices, what an account is told, and when it was enabled again.

Revision: 0029, after 0028.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATE = (
    "ALTER TABLE staff_user ADD COLUMN factor_state VARCHAR(32) DEFAULT 'none' NOT NULL"
    " CONSTRAINT ck_staff_user_factor_state CHECK (factor_state IN ('none', 'unnoted', 'set_up'))"
)
"""Both engines take the check together with its column and drop it so; SQLite need not copy a table others point to."""


def upgrade() -> None:
    op.execute(STATE)
    op.add_column("staff_user", sa.Column("enabled_at", sa.DateTime(), nullable=True))
    op.add_column("open_session", sa.Column("address", sa.String(45), nullable=False, server_default=sa.text("''")))
    op.add_column("open_session", sa.Column("used_at", sa.DateTime(), nullable=True))
    _factor_tables()
    _account_tables()


def _factor_tables() -> None:
    op.create_table(
        "second_factor",
        sa.Column("staff_user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("set_up_at", sa.DateTime(), nullable=True),
        sa.Column("next_secret", sa.LargeBinary(), nullable=True),
        sa.Column("next_drawn_at", sa.DateTime(), nullable=True),
        _owner("second_factor"),
        sa.PrimaryKeyConstraint("staff_user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(200), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        _owner("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("staff_user_id", "place", name=op.f("uq_recovery_code_staff_user_id_place")),
    )


def _owner(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_staff_user_id_staff_user")
    return sa.ForeignKeyConstraint(["staff_user_id"], ["staff_user.id"], name=name, ondelete="CASCADE")


def _account_tables() -> None:
    op.create_table(
        "known_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_kind", sa.String(16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("device", sa.String(50), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_device")),
        sa.UniqueConstraint(
            "account_kind",
            "account_id",
            "fingerprint",
            name=op.f("uq_known_device_account_kind_account_id_fingerprint"),
        ),
    )
    op.create_index(op.f("ix_known_device_last_at"), "known_device", ["last_at"])
    op.create_table(
        "account_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_kind", sa.String(16), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("words", sa.String(300), nullable=False),
        sa.Column("caused_by", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_news")),
    )
    op.create_index("ix_account_news_account", "account_news", ["account_kind", "account_id"])


def downgrade() -> None:
    for table in ("account_news", "known_device", "recovery_code", "second_factor"):
        op.drop_table(table)
    for name in ("used_at", "address"):
        op.drop_column("open_session", name)
    for name in ("enabled_at", "factor_state"):
        op.drop_column("staff_user", name)
