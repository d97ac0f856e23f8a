"""Who has a case open, the calendar of working days, and since when it is the office's turn.

Revision: 0015, after 0014.
"""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OWED = sa.text("owed_since IS NOT NULL")
_LEVELS = (("office", "office_id"), ("city", "city_office_id"), ("region", "region_office_id"))
_HOLIDAYS = (
    ("2026-01-01", 3, False, "元旦"), ("2026-01-04", 1, True, "元旦调休"), ("2026-02-14", 1, True, "春节调休"),
    ("2026-02-15", 9, False, "春节"), ("2026-02-28", 1, True, "春节调休"), ("2026-04-04", 3, False, "清明节"),
    ("2026-05-01", 5, False, "劳动节"), ("2026-05-09", 1, True, "劳动节调休"), ("2026-06-19", 3, False, "端午节"),
    ("2026-09-20", 1, True, "国庆节调休"), ("2026-09-25", 3, False, "中秋节"), ("2026-10-01", 7, False, "国庆节"),
    ("2026-10-10", 1, True, "国庆节调休"),
)  # fmt: skip
"""First day, how many days, worked or off, what for. Later years are entered on the screen as they are announced."""


def upgrade() -> None:
    calendar = op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_day"),
        sa.UniqueConstraint("day", name="uq_calendar_day_day"),
    )
    op.bulk_insert(calendar, [day for span in _HOLIDAYS for day in _days(*span)])
    op.create_table(
        "case_claim",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("staff_name", sa.String(50), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["verification_case.id"], name="fk_case_claim_case_id_verification_case", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_user.id"], name="fk_case_claim_staff_id_staff_user"),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_claim"),
    )
    op.add_column("verification_case", sa.Column("owed_since", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE verification_case SET owed_since = submitted_at "
        "WHERE state IN ('pending', 'onsite') AND deleted_at IS NULL"
    )
    for level, column in _LEVELS:
        op.create_index(
            f"ix_case_{level}_owed", "verification_case", [column, "owed_since"],
            sqlite_where=_OWED, postgresql_where=_OWED,
        )  # fmt: skip


def _days(first: str, days: int, worked: bool, note: str) -> list[dict[str, object]]:
    span = (date.fromisoformat(first) + timedelta(days=at) for at in range(days))
    return [{"day": day, "worked": worked, "note": note} for day in span]


def downgrade() -> None:
    for level, _ in _LEVELS:
        op.drop_index(f"ix_case_{level}_owed", "verification_case")
    op.drop_column("verification_case", "owed_since")
    op.drop_table("case_claim")
    op.drop_table("calendar_day")
