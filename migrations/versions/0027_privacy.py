"""Keep to which privacy notice a holder consented, closed accounts, and since when a draft has lain.

Revision: 0027, after 0026.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_UNSENT = sa.text("state = 'draft' AND filled_in_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("holder", sa.Column("consent_version", sa.String(10), nullable=True))
    op.add_column("holder", sa.Column("consented_at", sa.DateTime(), nullable=True))
    op.add_column("holder", sa.Column("closed_at", sa.DateTime(), nullable=True))
    op.add_column("holder", sa.Column("former_id_digest", sa.LargeBinary(), nullable=True))
    op.create_index("ix_holder_former_id_digest", "holder", ["former_id_digest"])
    op.add_column("verification_case", sa.Column("filled_in_at", sa.DateTime(), nullable=True))
    op.add_column("verification_case", sa.Column("lapse_told_at", sa.DateTime(), nullable=True))
    # When it was last filled in was not kept: its holder is told and has a month, however old a draft is.
    op.execute("UPDATE verification_case SET filled_in_at = created_at")
    op.create_index(
        "ix_case_unsent", "verification_case", ["filled_in_at", "id"], sqlite_where=_UNSENT, postgresql_where=_UNSENT
    )


def downgrade() -> None:
    op.drop_index("ix_case_unsent", "verification_case")
    op.drop_column("verification_case", "lapse_told_at")
    op.drop_column("verification_case", "filled_in_at")
    op.drop_index("ix_holder_former_id_digest", "holder")
    op.drop_column("holder", "former_id_digest")
    op.drop_column("holder", "closed_at")
    op.drop_column("holder", "consented_at")
    op.drop_column("holder", "consent_version")
