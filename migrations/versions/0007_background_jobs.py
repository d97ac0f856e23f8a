"""What runs in the background is written down with the change that asks for it.

Revision: 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATES = "'waiting', 'running', 'done', 'failed', 'cancelled'"


def upgrade() -> None:
    op.create_table(
        "background_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind_slug", sa.String(length=32), nullable=False),
        sa.Column("subject_type", sa.String(length=32), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("actor_role", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=32), nullable=True),
        sa.Column("sentence", sa.String(length=500), nullable=False),
        sa.Column("result_key", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_background_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_job")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("background_job", schema=None) as batch_op:
        batch_op.create_index("ix_background_job_due", ["state", "due_at", "id"], unique=False)
        batch_op.create_index("ix_background_job_owner", ["actor_role", "actor_id", "id"], unique=False)
        batch_op.create_index("ix_background_job_subject", ["subject_type", "subject_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("background_job")
