"""Lists at any size: an index for every offered order in every scope, and the pieces of names that searches ask for.

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEPT, _REMOVED = "deleted_at IS NULL", "deleted_at IS NOT NULL"
_CERTIFICATE = {
    "name": (("name", "id"), None),
    "number": (("cert_no", "id"), None),
    "awarded": (("awarded_on", "id"), None),
    "series": (("title_series", "id"), None),
    "body": (("body_key", "id"), None),
    "void": (("cert_status", "id"), "cert_status != 'normal'"),
    "public": (("id",), "verified_at IS NOT NULL"),
}
_CASE = {
    "queue": (("state", "submitted_at", "id"), _KEPT),
    "number": (("state", "cert_no", "id"), _KEPT),
    "decided": (("decided_at", "state"), _KEPT),
    "every": (("submitted_at", "id"), None),
    "every_number": (("cert_no", "id"), None),
    "removed": (("submitted_at", "id"), _REMOVED),
}
_LEVELS = {"office": "office_id", "city": "city_office_id", "region": "region_office_id"}
_PLAIN = {
    "certificate": {"name": 50, "cert_no": 50, "awarded_on": 10, "issued_on": 10},
    "verification_case": {"cert_no": 50, "awarded_on": 10, "issued_on": 10},
    "holder": {"name": 50},
}
_NAMED = ("certificate", "holder")


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        _order_by_signs('"C"')
    op.drop_index("ix_certificate_name", "certificate")
    for level in _LEVELS:
        op.drop_index(f"ix_case_{level}_queue", "verification_case")
    _index("certificate", "certificate", _CERTIFICATE)
    _index("verification_case", "case", _CASE)
    op.create_index("ix_holder_name", "holder", ["name"])
    for table in _NAMED:
        _make_pieces(table, postgresql)
    _make_settings()


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.drop_table("saved_view")
    op.drop_table("grid_setting")
    for table in _NAMED:
        _drop_pieces(table, postgresql)
    op.drop_index("ix_holder_name", "holder")
    for table, prefix, indexes in (("certificate", "certificate", _CERTIFICATE), ("verification_case", "case", _CASE)):
        for name in indexes:
            for level in _LEVELS:
                op.drop_index(f"ix_{prefix}_{level}_{name}", table)
    op.create_index("ix_certificate_name", "certificate", ["name"])
    for level, column in _LEVELS.items():
        op.create_index(f"ix_case_{level}_queue", "verification_case", [column, "state", "submitted_at", "id"])
    if postgresql:
        _order_by_signs('"default"')


def _order_by_signs(collation: str) -> None:
    for table, columns in _PLAIN.items():
        changes = (f"ALTER COLUMN {name} TYPE varchar({size}) COLLATE {collation}" for name, size in columns.items())
        op.execute(f"ALTER TABLE {table} {', '.join(changes)}")


def _index(table: str, prefix: str, indexes: dict[str, tuple[tuple[str, ...], str | None]]) -> None:
    for name, (columns, where) in indexes.items():
        condition = sa.text(where) if where else None
        for level, scope in _LEVELS.items():
            op.create_index(f"ix_{prefix}_{level}_{name}", table, [scope, *columns],
                            sqlite_where=condition, postgresql_where=condition)  # fmt: skip


def _make_pieces(table: str, postgresql: bool) -> None:
    piece = sa.String(2, collation="C") if postgresql else sa.String(2)
    op.create_table(
        f"{table}_name_piece",
        sa.Column("piece", piece, nullable=False),
        sa.Column(f"{table}_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("piece", f"{table}_id", name=op.f(f"pk_{table}_name_piece")),
        sqlite_with_rowid=False,
    )
    numbers = "generate_series(2, 49) AS place(n)" if postgresql else f"({_numbers(2)}) AS place"
    op.execute(
        f"INSERT INTO {table}_name_piece SELECT DISTINCT substr({table}.name, place.n, 2), {table}.id "
        f"FROM {table} CROSS JOIN {numbers} WHERE place.n < length({table}.name)"
    )
    for statement in _postgresql_triggers(table) if postgresql else _sqlite_triggers(table):
        op.execute(statement)


def _numbers(first: int) -> str:
    return " UNION ALL ".join(f"SELECT {n} AS n" for n in range(first, 50))


def _sqlite_triggers(table: str) -> list[str]:
    """Most names have three characters: they cost one plain insert, only longer ones are cut up."""
    pieces = f"{table}_name_piece"
    insert = (
        f"INSERT INTO {pieces} SELECT substr(NEW.name, 2, 2), NEW.id WHERE length(NEW.name) = 3; "
        f"INSERT INTO {pieces} SELECT DISTINCT substr(NEW.name, n, 2), NEW.id FROM ({_numbers(2)}) "
        "WHERE length(NEW.name) > 3 AND n < length(NEW.name)"
    )
    remove = f"DELETE FROM {pieces} WHERE piece IN (SELECT substr(OLD.name, n, 2) FROM ({_numbers(2)})) AND {table}_id = OLD.id"
    return [
        f"CREATE TRIGGER {pieces}_insert AFTER INSERT ON {table} WHEN length(NEW.name) > 2 BEGIN {insert}; END",
        f"CREATE TRIGGER {pieces}_update AFTER UPDATE OF name ON {table} WHEN OLD.name != NEW.name BEGIN {remove}; {insert}; END",
        f"CREATE TRIGGER {pieces}_delete AFTER DELETE ON {table} WHEN length(OLD.name) > 2 BEGIN {remove}; END",
    ]


def _postgresql_triggers(table: str) -> list[str]:
    """For all rows of a statement at once: an import pays for a set, not for each row."""
    pieces = f"{table}_name_piece"
    cut = (
        f"INSERT INTO {pieces} SELECT DISTINCT substr(changed.name, n, 2), changed.id "
        "FROM {source} CROSS JOIN LATERAL generate_series(2, length(changed.name) - 1) AS n"
    )
    one = "(SELECT NEW.name AS name, NEW.id AS id) AS changed"
    body = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {}; RETURN NULL; END $$"
    remove = f"DELETE FROM {pieces} USING {{}} WHERE {pieces}.{table}_id = gone.id AND piece IN (SELECT substr(gone.name, n, 2) FROM generate_series(2, length(gone.name) - 1) AS n)"
    old = "(SELECT OLD.name AS name, OLD.id AS id) AS gone"
    return [
        f"CREATE FUNCTION {pieces}_insert() " + body.format(cut.format(source="changed")),
        f"CREATE FUNCTION {pieces}_update() " + body.format(f"{remove.format(old)}; {cut.format(source=one)}"),
        f"CREATE FUNCTION {pieces}_delete() " + body.format(remove.format("gone")),
        f"CREATE TRIGGER {pieces}_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {pieces}_insert()",
        f"CREATE TRIGGER {pieces}_update AFTER UPDATE OF name ON {table} "
        f"FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION {pieces}_update()",
        f"CREATE TRIGGER {pieces}_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {pieces}_delete()",
    ]


def _drop_pieces(table: str, postgresql: bool) -> None:
    for change in ("insert", "update", "delete"):
        name = f"{table}_name_piece_{change}"
        op.execute(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
        if postgresql:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table(f"{table}_name_piece")


def _make_settings() -> None:
    op.create_table(
        "grid_setting",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("grid", sa.String(length=32), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_grid_setting_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "grid", name=op.f("pk_grid_setting")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("grid", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["staff_user.id"], name=op.f("fk_saved_view_user_id_staff_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "grid", "name", name=op.f("uq_saved_view_user_id_grid_name")),
    )
