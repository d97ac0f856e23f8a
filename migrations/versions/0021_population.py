"""How many professionals are registered where and how old: the year of birth beside the number, and kept figures.

Revision: 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from encryption import keyring

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("holder", sa.Column("birth_year", sa.Integer(), nullable=True))
    op.create_table(
        "kept_figure",
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("counted_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kept_figure")),
    )
    _note_birth_years()


def _note_birth_years() -> None:
    """The numbers of eighteen characters tell it; they are read once, a thousand at a time."""
    holder = sa.table("holder", sa.column("id"), sa.column("id_number", sa.LargeBinary()), sa.column("birth_year"))
    asked = sa.select(holder.c.id, holder.c.id_number).order_by(holder.c.id).limit(_AT_ONCE)
    noted = holder.update().where(holder.c.id == sa.bindparam("at")).values(birth_year=sa.bindparam("born"))
    last = 0
    while rows := op.get_bind().execute(asked.where(holder.c.id > last)).all():
        numbers = {row.id: keyring.decrypt(bytes(row.id_number)).decode() for row in rows}
        years = [{"at": at, "born": int(number[6:10])} for at, number in numbers.items() if len(number) == 18]
        if years:
            op.get_bind().execute(noted, years)
        last = rows[-1].id


def downgrade() -> None:
    op.drop_table("kept_figure")
    op.drop_column("holder", "birth_year")
