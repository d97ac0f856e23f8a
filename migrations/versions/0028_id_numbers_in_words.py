"""Encrypt the ID numbers that stand in what people wrote, where they stand; a length holds for words, not for ciphers.

Revision: 0028, after 0027.
"""

from __future__ import annotations

import base64
import re

import sqlalchemy as sa
from alembic import op

from domain.identifiers import replace_id_numbers
from encryption import keyring

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WORDS = {
    "approval_page": {"label": 120},
    "background_job": {"sentence": 500},
    "deleted_certificate": {"delete_reason": 500},
    "feedback": {"body": 2000, "answer": 2000},
    "holder": {"employer_name": 200},
    "identity_request": {"reply": 1000},
    "import_batch": {"file_name": 200, "reply": 1000, "note": 500},
    "message": {"title": 200, "body": 2000},
    "notice": {"title": 60, "body": 4000},
    "problem_person": {"reason": 1000, "evidence": 2000, "lift_reason": 1000},
    "reply_text": {"text": 1000},
    "verification_case": {"reply": 1000},
}
AT_ONCE = 2000
SEALED = re.compile(r"\{id:([A-Za-z0-9_\-]{63})\}")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _alter(
            {
                table: {name: (sa.String(length), sa.Text()) for name, length in columns.items()}
                for table, columns in WORDS.items()
            }
        )
    _rewrite(lambda words: replace_id_numbers(words, _sealed))


def downgrade() -> None:
    _rewrite(lambda words: SEALED.sub(_opened, words))
    if op.get_bind().dialect.name == "postgresql":
        _alter(
            {
                table: {name: (sa.Text(), sa.String(length)) for name, length in columns.items()}
                for table, columns in WORDS.items()
            }
        )


def _alter(tables) -> None:
    for table, columns in tables.items():
        for name, (before, after) in columns.items():
            op.alter_column(table, name, existing_type=before, type_=after)


def _sealed(number: str) -> str:
    return f"{{id:{base64.urlsafe_b64encode(keyring.encrypt(number.encode())).decode().rstrip('=')}}}"


def _opened(found: re.Match[str]) -> str:
    return keyring.decrypt(base64.urlsafe_b64decode(found.group(1) + "=")).decode()


def _rewrite(put) -> None:
    for table, columns in WORDS.items():
        _rewrite_table(sa.table(table, sa.column("id"), *map(sa.column, columns)), list(columns), put)


def _rewrite_table(table, names, put) -> None:
    last = 0
    while True:
        page = sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
        rows = op.get_bind().execute(page).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            changed = {name: new for name in names if (old := getattr(row, name)) and (new := put(old)) != old}
            if changed:
                op.get_bind().execute(sa.update(table).where(table.c.id == row.id).values(changed))
