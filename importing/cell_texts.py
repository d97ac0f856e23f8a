"""What stands in the cells of a checked row, as people read it and as it may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.certificate_fields import BY_KEY
from domain.certificate_rows import shown
from domain.identifiers import mask_id
from domain.stored_values import revived
from importing.judging import without_id_numbers

Columns = Sequence[Sequence[Any]]
"""(position, header, field) as a batch keeps them."""


def columns_by_sheet(told: Mapping[str, Any]) -> dict[str, Columns]:
    return {sheet["name"]: sheet["columns"] for sheet in told.get("sheets", ())}


def texts(content: Mapping[str, Any], columns: Columns) -> dict[str, str]:
    """Return what was typed where that was kept, else what goes on record: whole, for those who mend it."""
    found = {key: shown(value) for key, value in revived(content["values"]).items()}
    typed = content.get("cells")
    if typed is not None:
        found |= {key: typed_text(typed[at]) if at < len(typed) else "" for at, _, key in columns if key}
    return {key: text for key, text in found.items() if key in BY_KEY}


def text_of(content: Mapping[str, Any], columns: Columns, wanted: str) -> str:
    """Return what `texts` says of one field."""
    of_field = [column for column in columns if column[2] == wanted]
    return texts({**content, "values": {wanted: content["values"].get(wanted)}}, of_field).get(wanted, "")


def typed_text(cell: Any) -> str:
    if cell is None or isinstance(cell, bool):
        return {None: "", True: "TRUE", False: "FALSE"}[cell]
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def masked(key: str, text: str) -> str:
    """Return a cell as lists show it: no ID number stands whole, in whichever column."""
    return mask_id(text.strip()) if key == "id_number" else without_id_numbers(text)
