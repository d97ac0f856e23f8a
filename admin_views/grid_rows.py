"""The rows of a grid as HTML. They are written here and not in a template: fifty rows of twelve cells are what a page of
a list costs, and joining strings takes a tenth of the time of a macro for each cell (bench/grid)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from admin_views.cells import plain

_tags = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One column: what it is called and how its cell is read from a row."""

    label: str
    read: Callable[[Any], Any]


def rows_of(
    rows: Sequence[Any], columns: Sequence[Drawn], *, ticks: bool, address: Callable[[Any], str | None]
) -> Markup:
    """Return the rows; the first cell is the head of its row and the link to what it tells of."""
    heads = [_head(column.label) for column in columns]
    drawn = [_row(row, columns, heads, ticks, address(row)) for row in rows]
    return Markup("\n".join(drawn))  # noqa: S704 - each cell is escaped in _cell


def _head(label: str) -> str:
    return f'data-label="{escape(label)}" title="'


def _row(row: Any, columns: Sequence[Drawn], heads: Sequence[str], ticks: bool, url: str | None) -> str:
    name, shown = _cell(columns[0].read(row))
    href = escape(url) if url else ""
    parts = [f'<tr data-href="{href}">' if url else "<tr>"]
    if ticks:
        parts.append(
            '<td class="zs-gridtick"><label class="zs-tick"><input type="checkbox" name="rowid" '
            f'value="{row.id}" aria-label="选中 {name}"></label></td>'
        )
    link = f'<a href="{href}">{shown}</a>' if url else shown
    parts.append(f'<th scope="row" {heads[0]}{name}"><span>{link}</span></th>')
    for column, head in zip(columns[1:], heads[1:], strict=True):
        told, shown = _cell(column.read(row))
        parts.append(f'<td {head}{told}"><span>{shown}</span></td>')
    parts.append("</tr>")
    return "".join(parts)


@lru_cache(maxsize=1024)
def _words(html: str) -> str:
    return _tags.sub("", html)


def _cell(value: Any) -> tuple[str, str]:
    """Return the words of a cell, for its tooltip, and what stands in it; both escaped."""
    if type(value) is not str:
        value = plain(value)
    if isinstance(value, Markup):
        return _words(value), value
    safe = value if value.isalnum() else str(escape(value))
    return safe, safe
