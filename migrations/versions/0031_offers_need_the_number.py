"""Note how much of its record a holder was shown, wrong numbers that were typed, and what stands in 待抽查.

A draft that was begun under the old rules goes back to the card: what it took from its record is taken out again.

Revision: 0031, after 0030.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_OPEN = "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
_CIVIL_SERVANT = sa.text(f"entrance = 'civil_servant' AND {_OPEN}")
_NUMBERLESS = sa.text(f"(entrance = 'civil_servant' OR without_number) AND {_OPEN}")
_TO_CHECK = sa.text("to_check_since IS NOT NULL")
_LEVELS = (("office", "office_id"), ("city", "city_office_id"), ("region", "region_office_id"))
_BEYOND_THE_CARD = (
    "cert_no", "awarded_on", "issued_on", "obtained_by", "sex", "personal_status", "employer_name", "employer_kind",
)  # fmt: skip


def upgrade() -> None:
    # Spelled out, so that SQLite adds the column without copying the table.
    op.execute(
        "ALTER TABLE verification_case ADD COLUMN record_shown VARCHAR(32) NOT NULL DEFAULT 'nothing' "
        "CONSTRAINT ck_verification_case_record_shown CHECK (record_shown IN ('nothing', 'card', 'all'))"
    )
    op.add_column(
        "verification_case", sa.Column("without_number", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("verification_case", sa.Column("to_check_since", sa.DateTime(), nullable=True))
    op.create_table(
        "number_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_try")),
    )
    op.create_index("ix_number_try_certificate_id", "number_try", ["certificate_id"])
    op.create_index("ix_number_try_holder_id", "number_try", ["holder_id"])
    for level, column in _LEVELS:
        op.create_index(
            f"ix_case_{level}_check", "verification_case", [column, "to_check_since", "id"],
            sqlite_where=_TO_CHECK, postgresql_where=_TO_CHECK,
        )  # fmt: skip
    _make_numberless(_NUMBERLESS)
    op.execute(
        "UPDATE verification_case SET record_shown = CASE WHEN state IN ('draft', 'pending', 'onsite', 'needs_changes', "
        "'needs_confirmation') THEN 'card' ELSE 'all' END WHERE certificate_id IS NOT NULL"
    )
    for name in _BEYOND_THE_CARD:
        op.execute(
            f"UPDATE verification_case SET {name} = NULL WHERE state = 'draft' AND submitted IS NULL AND {name} = "  # noqa: S608 - names of our own
            f"(SELECT {name} FROM certificate WHERE certificate.id = verification_case.certificate_id)"
        )


def _make_numberless(condition: sa.TextClause) -> None:
    op.drop_index("uq_case_open_numberless", "verification_case")
    op.create_index(
        "uq_case_open_numberless", "verification_case",
        ["holder_id", "title_series", "title_level", "title", "awarded_on"], unique=True,
        sqlite_where=condition, postgresql_where=condition,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_case_open_numberless", "verification_case")
    for level, _ in _LEVELS:
        op.drop_index(f"ix_case_{level}_check", "verification_case")
    op.drop_table("number_try")
    op.drop_column("verification_case", "to_check_since")
    op.drop_column("verification_case", "without_number")
    op.execute("ALTER TABLE verification_case DROP COLUMN record_shown")
    op.create_index(
        "uq_case_open_numberless", "verification_case",
        ["holder_id", "title_series", "title_level", "title", "awarded_on"], unique=True,
        sqlite_where=_CIVIL_SERVANT, postgresql_where=_CIVIL_SERVANT,
    )  # fmt: skip
