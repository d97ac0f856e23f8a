"""Let a case come in without a certificate number: the entrance for civil servants.

Revision: 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OPEN = "deleted_at IS NULL AND state IN ('draft', 'pending', 'onsite', 'needs_changes', 'needs_confirmation')"
_NUMBERLESS = sa.text(f"entrance = 'civil_servant' AND {_OPEN}")


def upgrade() -> None:
    # Spelled out, so that SQLite adds the column without copying the table.
    op.execute(
        "ALTER TABLE verification_case ADD COLUMN entrance VARCHAR(32) NOT NULL DEFAULT 'certificate' "
        "CONSTRAINT ck_verification_case_entrance CHECK (entrance IN ('certificate', 'civil_servant'))"
    )
    op.create_index(
        "uq_case_open_numberless", "verification_case",
        ["holder_id", "title_series", "title_level", "title", "awarded_on"], unique=True,
        sqlite_where=_NUMBERLESS, postgresql_where=_NUMBERLESS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_case_open_numberless", "verification_case")
    op.execute("ALTER TABLE verification_case DROP COLUMN entrance")
