"""What surrounds an import: reference records, blanks in stock, campaigns, columns that offices have named.

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
    op.create_table(
        "blank_range",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("first_no", sa.String(length=15), nullable=False),
        sa.Column("last_no", sa.String(length=15), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "length(first_no) = length(last_no) AND first_no <= last_no", name=op.f("ck_blank_range_in_order")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_blank_range_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blank_range")),
    )
    with op.batch_alter_table("blank_range", schema=None) as batch_op:
        batch_op.create_index("ix_blank_range_digits", ["digits", "first_no"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("series", sa.JSON(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=True),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_campaign_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("office_id", name=op.f("uq_campaign_office_id")),
    )
    op.create_table(
        "remembered_column",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("header", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_remembered_column_office_id_office")),
        sa.PrimaryKeyConstraint("office_id", "header", name=op.f("pk_remembered_column")),
    )
    op.create_table(
        "reference_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_digest", sa.LargeBinary(), nullable=True),
        sa.Column("manage_no", sa.String(length=200), nullable=True),
        sa.Column("review_body", sa.String(length=200), nullable=True),
        sa.Column("approval_doc_no", sa.String(length=200), nullable=True),
        sa.Column("cert_status", sa.String(length=32), nullable=True),
        sa.Column("rest", sa.LargeBinary(), nullable=False),
        sa.Column("twin", sa.LargeBinary(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("batch_sheet", sa.String(length=100), nullable=False),
        sa.Column("batch_row", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("cert_no", sa.String(length=50), nullable=True),
        sa.Column("title_series", sa.String(length=200), nullable=True),
        sa.Column("title_level", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("specialty", sa.String(length=200), nullable=True),
        sa.Column("awarding_body", sa.String(length=200), nullable=True),
        sa.Column("awarded_on", sa.String(length=10), nullable=True),
        sa.Column("issued_on", sa.String(length=10), nullable=True),
        sa.Column("obtained_by", sa.String(length=32), nullable=True),
        sa.Column("sex", sa.String(length=32), nullable=True),
        sa.Column("personal_status", sa.String(length=200), nullable=True),
        sa.Column("employer_name", sa.String(length=200), nullable=True),
        sa.Column("employer_kind", sa.String(length=200), nullable=True),
        sa.Column("body_key", sa.String(length=210), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("city_office_id", sa.Integer(), nullable=True),
        sa.Column("region_office_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_reference_record_batch_id_import_batch")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_reference_record_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_record")),
        sa.UniqueConstraint("office_id", "twin", name=op.f("uq_reference_record_office_id_twin")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reference_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reference_record_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_reference_record_cert_no", ["cert_no"], unique=False)
        batch_op.create_index("ix_reference_record_city_newest", ["city_office_id", "id"], unique=False)
        batch_op.create_index("ix_reference_record_id_digest", ["id_digest"], unique=False)
        batch_op.create_index("ix_reference_record_office_newest", ["office_id", "id"], unique=False)
        batch_op.create_index("ix_reference_record_region_newest", ["region_office_id", "id"], unique=False)

    op.add_column(
        "import_batch", sa.Column("keeps_incomplete", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("import_batch", "keeps_incomplete")

    with op.batch_alter_table("reference_record", schema=None) as batch_op:
        batch_op.drop_index("ix_reference_record_region_newest")
        batch_op.drop_index("ix_reference_record_office_newest")
        batch_op.drop_index("ix_reference_record_id_digest")
        batch_op.drop_index("ix_reference_record_city_newest")
        batch_op.drop_index("ix_reference_record_cert_no")
        batch_op.drop_index(batch_op.f("ix_reference_record_batch_id"))

    op.drop_table("reference_record")
    op.drop_table("remembered_column")
    op.drop_table("campaign")
    with op.batch_alter_table("blank_range", schema=None) as batch_op:
        batch_op.drop_index("ix_blank_range_digits")

    op.drop_table("blank_range")
