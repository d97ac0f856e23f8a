"""身份信息更正 and 解除占用, asked for with both sides of the ID card.

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID_KINDS = (
    "resident",
    "hmt_residence",
    "foreign_permanent",
    "hk_macau_permit",
    "taiwan_permit",
    "passport",
    "foreign_passport",
)


def upgrade() -> None:
    op.create_table(
        "identity_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("id_kind", sa.String(32), nullable=False),
        sa.Column("mobile", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("front", sa.String(64), nullable=False),
        sa.Column("back", sa.String(64), nullable=False),
        sa.Column("statement", sa.String(64), nullable=True),
        sa.Column("reply", sa.String(1000), nullable=True),
        sa.Column("decided_by", sa.String(50), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('correction', 'release')", name=op.f("ck_identity_request_kind")),
        sa.CheckConstraint("state IN ('waiting', 'granted', 'refused')", name=op.f("ck_identity_request_state")),
        sa.CheckConstraint(f"id_kind IN {ID_KINDS!r}", name=op.f("ck_identity_request_id_kind")),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_identity_request_holder_id_holder")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_identity_request_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_request")),
    )
    op.create_index(op.f("ix_identity_request_holder_id"), "identity_request", ["holder_id"])
    op.create_index(op.f("ix_identity_request_id_digest"), "identity_request", ["id_digest"])
    for level in ("office", "city_office", "region_office"):
        op.create_index(f"ix_identity_request_{level}", "identity_request", [f"{level}_id", "kind", "id"])


def downgrade() -> None:
    op.drop_table("identity_request")
