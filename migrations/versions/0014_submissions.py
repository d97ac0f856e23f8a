"""Batches are submitted with scans of their 批文, sent back or committed by the office above.

Revision: 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BEFORE = "state IN ('reading', 'unmapped', 'checked', 'committed', 'abandoned')"
_AFTER = "state IN ('reading', 'unmapped', 'checked', 'submitted', 'returned', 'committed', 'abandoned')"
_COLUMNS = {
    "submitted_by": sa.String(100), "submitted_at": sa.DateTime(), "reply": sa.String(1000),
    "committed_by": sa.String(100), "committed_office_id": sa.Integer(),
}  # fmt: skip


def upgrade() -> None:
    for name, kind in _COLUMNS.items():
        op.add_column("import_batch", sa.Column(name, kind, nullable=True))
    _allow(_BEFORE, _AFTER)
    if op.get_bind().dialect.name == "postgresql":
        op.add_column(
            "staged_row", sa.Column("takes_workbook", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "approval_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_approval_page_batch_id_import_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_page")),
        sa.UniqueConstraint("batch_id", "sha256", name=op.f("uq_approval_page_batch_id_sha256")),
        sa.UniqueConstraint("key", name=op.f("uq_approval_page_key")),
    )
    op.create_index(op.f("ix_approval_page_batch_id"), "approval_page", ["batch_id"])


def downgrade() -> None:
    op.drop_table("approval_page")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("staged_row", "takes_workbook")
    op.execute("UPDATE import_batch SET state = 'checked' WHERE state IN ('submitted', 'returned')")
    _allow(_AFTER, _BEFORE)
    for name in _COLUMNS:
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
