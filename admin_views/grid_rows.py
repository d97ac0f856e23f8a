"""The rows of a grid as HTML. They are written here and not in a template: fifty rows of twelve cells are what a page of
a list costs, and joining strings takes a tenth of the time of a macro for each cell (bench/grid)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from markupsafe import Markup, escape

from admin_views.cells import escaped, plain

_tags = re.compile(r"<[^<>]*+>")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One column: what it is called and how its cell is read from a row."""

    label: str
    read: Callable[[Any], Any]


def rows_of(
    rows: Sequence[Any], columns: Sequence[Drawn], *, ticks: bool, address: Callable[[Any], str | None]
) -> Markup:
    """Return the rows; the first cell is the head of its row and the link to what it tells of."""
    first, *others = columns
    reads, cells = [column.read for column in others], "".join(_cells(column.label) for column in others) + "</tr>"
    drawn = [
        _head(row, first, ticks, address(row)) + cells % tuple(chain.from_iterable(_cell(read(row)) for read in reads))
        for row in rows
    ]
    return Markup("\n".join(drawn))  # noqa: S704 - each cell is escaped in _cell


def _cells(label: str) -> str:
    """Return the pattern for the cells of a column: what one tells, and what it shows."""
    return f'<td {_labelled(label).replace("%", "%%")} title="%s"><span>%s</span></td>'


def _labelled(label: str) -> str:
    return f'data-label="{escape(label)}"'


def _head(row: Any, column: Drawn, ticks: bool, url: str | None) -> str:
    name, shown = _cell(column.read(row))
    href = escaped(url) if url else ""
    opened = f'<tr data-href="{href}">' if url else "<tr>"
    link = f'<a href="{href}">{shown}</a>' if url else shown
    tick = _TICK.format(row.id, name) if ticks else ""
    return f'{opened}{tick}<th scope="row" {_labelled(column.label)} title="{name}"><span>{link}</span></th>'


_TICK = (
    '<td class="zs-gridtick"><label class="zs-tick"><input type="checkbox" name="rowid" value="{}" '
    'aria-label="选中 {}"></label></td>'
)


@lru_cache(maxsize=1024)
def _words(html: str) -> str:
    return _tags.sub("", html)


def _cell(value: Any) -> tuple[str, str]:
    """Return the words of a cell, for its tooltip, and what stands in it; both escaped."""
    if type(value) is not str:
        value = plain(value)
        if isinstance(value, Markup):
            return _words(value), value
    safe = escaped(value)
    return safe, safe
