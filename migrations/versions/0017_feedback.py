"""意见反馈 and its answers.

Revision: 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(2000), nullable=False),
        sa.Column("answer", sa.String(2000), nullable=True),
        sa.Column("answered_by", sa.String(50), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_feedback_holder_id_holder")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_feedback_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_holder_id"), "feedback", ["holder_id"])
    for level in ("office", "city", "region"):
        column = "office_id" if level == "office" else f"{level}_office_id"
        op.create_index(f"ix_feedback_{level}_newest", "feedback", [column, "id"])


def downgrade() -> None:
    op.drop_table("feedback")
