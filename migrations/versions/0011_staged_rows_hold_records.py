"""Staged rows hold the columns of the record they would become; what waited in the old form has to be sent again.

On SQLite they lie in a file of their own from here on (tables/kept_apart.py), which makes its table itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OUTCOME = "outcome IN ('new', 'same', 'conflict', 'likely_duplicate', 'repeated', 'wrong', 'in_stock')"
WAITING = "UPDATE import_batch SET state = 'abandoned', version = version + 1 WHERE state IN ('reading', 'checked')"


def _key() -> list[sa.Column]:
    return [
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
    ]


def _record() -> list[sa.Column]:
    lengths = {
        "name": 50, "id_kind": 32, "manage_no": 200, "review_body": 200, "approval_doc_no": 200, "cert_status": 32,
        "cert_no": 50, "title_series": 200, "title_level": 32, "title": 200, "specialty": 200, "awarding_body": 200,
        "awarded_on": 10, "issued_on": 10, "obtained_by": 32, "sex": 32, "personal_status": 200, "employer_name": 200,
        "employer_kind": 200, "body_key": 210,
    }  # fmt: skip
    columns = [sa.Column(name, sa.String(length=length), nullable=True) for name, length in lengths.items()]
    columns += [sa.Column(name, sa.LargeBinary(), nullable=True) for name in ("id_number", "id_digest")]
    return columns + [
        sa.Column(name, sa.Integer(), nullable=True) for name in ("office_id", "city_office_id", "region_office_id")
    ]


def upgrade() -> None:
    op.execute(WAITING)
    op.drop_table("staged_row")
    if op.get_bind().dialect.name == "sqlite":
        return
    op.create_table(
        "staged_row",
        *_key(),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        *_record(),
        sa.CheckConstraint(OUTCOME, name=op.f("ck_staged_row_outcome")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_staged_row")),
    )
    op.create_index("ix_staged_row_outcome", "staged_row", ["batch_id", "outcome", "position"])


def downgrade() -> None:
    op.execute(WAITING)
    if op.get_bind().dialect.name != "sqlite":
        op.drop_table("staged_row")
    op.create_table(
        "staged_row",
        *_key(),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(OUTCOME, name=op.f("ck_staged_row_outcome")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_staged_row_batch_id_import_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_staged_row")),
    )
    op.create_index("ix_staged_row_outcome", "staged_row", ["batch_id", "outcome", "position"])
