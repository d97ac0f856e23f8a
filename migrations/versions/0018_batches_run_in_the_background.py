"""Batches are checked, put on record and taken back by the worker; what they wrote over is kept.

Revision: 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BEFORE = "state IN ('reading', 'unmapped', 'checked', 'submitted', 'returned', 'committed', 'abandoned')"
_AFTER = (
    "state IN ('reading', 'refused', 'unmapped', 'checked', 'submitted', 'returned', 'committing', 'committed', "
    "'undoing', 'undone', 'abandoned')"
)


def upgrade() -> None:
    op.add_column("import_batch", sa.Column("reading_since", sa.DateTime(), nullable=True))
    op.add_column("import_batch", sa.Column("ended_at", sa.DateTime(), nullable=True))
    op.add_column("import_batch", sa.Column("note", sa.String(500), server_default=sa.text("''"), nullable=False))
    op.execute(
        "UPDATE import_batch SET ended_at = coalesce(committed_at, created_at) WHERE state IN ('committed', 'abandoned')"
    )
    op.execute("UPDATE import_batch SET reading_since = created_at WHERE state = 'reading'")
    _allow(_BEFORE, _AFTER)
    op.create_index("ix_import_batch_file", "import_batch", ["file_digest", "id"])
    op.create_table(
        "overwritten_record",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_overwritten_record_batch_id_import_batch"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_overwritten_record_certificate_id_certificate"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "certificate_id", name=op.f("pk_overwritten_record")),
    )  # fmt: skip
    op.create_index(op.f("ix_overwritten_record_certificate_id"), "overwritten_record", ["certificate_id"])


def downgrade() -> None:
    op.drop_table("overwritten_record")
    op.drop_index("ix_import_batch_file", table_name="import_batch")
    op.execute("UPDATE import_batch SET state = 'abandoned' WHERE state IN ('refused', 'undone')")
    op.execute("UPDATE import_batch SET state = 'committed' WHERE state = 'undoing'")
    op.execute("UPDATE import_batch SET state = 'checked' WHERE state = 'committing'")
    _allow(_AFTER, _BEFORE)
    for name in ("note", "ended_at", "reading_since"):
        op.drop_column("import_batch", name)


def _allow(before: str, after: str) -> None:
    """Change the list of states. SQLite would copy the table, which other tables point to: its own words are changed."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_import_batch_state"), "import_batch", type_="check")
        op.create_check_constraint(op.f("ck_import_batch_state"), "import_batch", after)
        return
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'import_batch'",
        (before, after),
    )
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
