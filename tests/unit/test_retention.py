"""The table of retention speaks of every table that holds something of a person, and the notice has its versions in order."""

from __future__ import annotations

import models  # noqa: F401 - all tables
from domain import privacy
from domain.retention import SPOKEN_OF
from extensions import db
from tables.columns import EncryptedJson, EncryptedText, FreeText, StorageKey

NOT_OF_PEOPLE = {
    "office": "offices", "awarding_body": "offices of the past", "employer": "employers", "campaign": "what an office gathers",
    "notice": "what an office tells everybody", "reply_text": "words that an office keeps ready",
    "saved_view": "a name for a selection; a person searched for stands in it as a token", "kept_figure": "counts",
}  # fmt: skip
"""Tables that look as if they held something of a person, and what they hold instead."""
OF_PEOPLE = {
    "email",
    "mobile",
    "device",
    "name",
    "display_name",
    "actor_name",
    "password_hash",
    "account_kind",
    "code_hash",
}


def test_whatever_table_holds_something_of_a_person_stands_in_the_table_of_retention() -> None:
    kinds = (EncryptedText, EncryptedJson, StorageKey, FreeText)
    tables = {table.name: table for table in db.metadata.sorted_tables}
    personal = {
        name
        for name, table in tables.items()
        for column in table.c
        if isinstance(column.type, kinds) or column.name in OF_PEOPLE or column.name.endswith("_digest")
        or any(key.column.table.name in ("holder", "staff_user") and column.name == "holder_id" for key in column.foreign_keys)
    }  # fmt: skip

    assert personal - set(SPOKEN_OF) == set(NOT_OF_PEOPLE), "say how long it is kept in domain/retention.py"
    assert set(SPOKEN_OF) <= set(tables)


def test_the_versions_of_the_notice_stand_in_order() -> None:
    names = [version.name for version in privacy.VERSIONS]

    assert names == sorted(set(names))
    assert not privacy.is_due(names[-1])
    assert privacy.is_due(None)
