"""Keep of a 验证码 only that it was answered; what it asks travels in the form.

Revision: 0033, after 0032.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ANSWERS = ("digits", "sum_answer")


def upgrade() -> None:
    op.execute("DELETE FROM challenge")  # those that are on somebody's screen are asked anew
    for name in ANSWERS:
        op.drop_column("challenge", name)


def downgrade() -> None:
    op.execute("DELETE FROM challenge")
    for name in ANSWERS:
        op.add_column("challenge", sa.Column(name, sa.String(8), nullable=False, server_default=""))
    with op.batch_alter_table("challenge") as table:
        for name in ANSWERS:
            table.alter_column(name, server_default=None)
