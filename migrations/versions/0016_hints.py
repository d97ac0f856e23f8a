"""What hints at fakes ask by an index: fingerprints in bands, numbers by body and year, and the years of a body.

The stored hint goes: it is asked anew whenever the case is looked at.

Revision: 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BANDS = range(4)


def upgrade() -> None:
    for at in _BANDS:
        op.add_column("case_photo", sa.Column(f"band_{at}", sa.Integer(), nullable=False, server_default="0"))
    bands = ", ".join(f"band_{at} = (fingerprint >> {16 * at}) & 65535" for at in _BANDS)
    op.execute(f"UPDATE case_photo SET {bands}")  # noqa: S608 - made of numbers above
    with op.batch_alter_table("case_photo") as table:
        for at in _BANDS:
            table.alter_column(f"band_{at}", existing_type=sa.Integer(), server_default=None)
            table.create_index(f"ix_case_photo_band_{at}", [f"band_{at}", "id", "fingerprint"])
    op.create_index("ix_certificate_body_year", "certificate", ["body_key", "awarded_on"])
    for name in ("since_year", "until_year"):
        op.add_column("awarding_body", sa.Column(name, sa.Integer(), nullable=True))
    op.drop_column("verification_case", "hint")


def downgrade() -> None:
    op.add_column("verification_case", sa.Column("hint", sa.String(500), nullable=True))
    for name in ("until_year", "since_year"):
        op.drop_column("awarding_body", name)
    op.drop_index("ix_certificate_body_year", "certificate")
    for at in _BANDS:
        op.drop_index(f"ix_case_photo_band_{at}", "case_photo")
    with op.batch_alter_table("case_photo") as table:
        for at in _BANDS:
            table.drop_column(f"band_{at}")
