"""The committed documents are what the tables say today; script/docs writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.access import Permission
from domain.certificate_fields import FIELDS
from domain.documents import DOCUMENTS
from domain.verification import TRANSITIONS, CaseState

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == DOCUMENTS[name](), f"docs/{name} is stale: run script/docs"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_line_of_a_table_has_as_many_cells_as_its_head(name: str) -> None:
    heads = 0
    wanted = None
    for line in DOCUMENTS[name]().splitlines():
        if not line.startswith("|"):
            wanted = None
            continue
        cells = line.replace("\\|", "").count("|")
        heads += wanted is None
        wanted = wanted or cells
        assert cells == wanted, line
    assert heads


def test_no_state_action_permission_or_column_is_left_out() -> None:
    verification, permissions, columns = (
        DOCUMENTS[name]() for name in ("verification.md", "permissions.md", "import-format.md")
    )

    assert not [one for one in (*CaseState, *(step.name for step in TRANSITIONS)) if f"`{one}`" not in verification]
    assert not [one.label for one in Permission if f"| {one.label} |" not in permissions]
    assert not [one.header for one in FIELDS if f"| {one.column} | {one.header} |" not in columns]
