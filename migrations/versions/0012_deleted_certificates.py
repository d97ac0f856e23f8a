"""Deleted records stand apart; a listing says who lifted it and why.

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LEVELS = (("office", "office_id"), ("city", "city_office_id"), ("region", "region_office_id"))


def upgrade() -> None:
    _create_deleted_certificate()
    with op.batch_alter_table("problem_person") as batch_op:
        batch_op.add_column(sa.Column("lifted_by", sa.String(length=50), nullable=True))
        batch_op.add_column(sa.Column("lift_reason", sa.String(length=1000), nullable=True))


def _create_deleted_certificate() -> None:
    words = {
        "title_series": 200, "title_level": 32, "title": 200, "specialty": 200, "awarding_body": 200,
        "obtained_by": 32, "sex": 32, "personal_status": 200, "employer_name": 200,
        "employer_kind": 200, "body_key": 210, "manage_no": 200, "review_body": 200, "approval_doc_no": 200,
        "batch_sheet": 100,
    }  # fmt: skip
    by_signs = "C" if op.get_bind().dialect.name == "postgresql" else None
    plain = {"cert_no": 50, "awarded_on": 10, "issued_on": 10}
    op.create_table(
        "deleted_certificate",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_by", sa.String(length=100), nullable=False),
        sa.Column("delete_reason", sa.String(length=500), nullable=False),
        sa.Column("case_ids", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(length=50, collation=by_signs), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("id_kind", sa.String(length=32), nullable=False),
        sa.Column("cert_status", sa.String(length=32), nullable=False),
        *(sa.Column(name, sa.String(size, collation=by_signs), nullable=True) for name, size in plain.items()),
        *(sa.Column(name, sa.String(length=length), nullable=True) for name, length in words.items()),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("batch_row", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "cert_status IN ('normal', 'void_pending', 'void')", name=op.f("ck_deleted_certificate_cert_status")
        ),
        sa.CheckConstraint(
            "id_kind IN ('resident', 'hmt_residence', 'foreign_permanent', 'hk_macau_permit', 'taiwan_permit', "
            "'passport', 'foreign_passport')",
            name=op.f("ck_deleted_certificate_id_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_deleted_certificate_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_deleted_certificate_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_certificate")),
    )
    op.create_index(op.f("ix_deleted_certificate_batch_id"), "deleted_certificate", ["batch_id"])
    for level, column in _LEVELS:
        op.create_index(f"ix_deleted_certificate_{level}_newest", "deleted_certificate", [column, "id"])


def downgrade() -> None:
    with op.batch_alter_table("problem_person") as batch_op:
        batch_op.drop_column("lift_reason")
        batch_op.drop_column("lifted_by")
    op.drop_table("deleted_certificate")
