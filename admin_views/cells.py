"""What stands in the cells of a grid and the facts of a page: escaped text, tags, moments, masked numbers."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup, escape

from domain.certificate_rows import shown
from web.filters import local


@lru_cache(maxsize=1024)
def tag(label: str, tone: str = "none", icon: str | None = None) -> Markup:
    """Return a status in picture and words."""
    drawn: Markup = get_template_attribute("_macros/status.html", "status_tag")(label, tone, icon)
    return drawn


_meaning = re.compile(r"[&<>'\"]")


def escaped(text: str) -> str:
    """Return text as HTML takes it; most cells mean nothing in HTML, and looking is cheaper than escaping."""
    return text if _meaning.search(text) is None else str(escape(text))


def code(value: str | None) -> Markup | str:
    """Return a number in the typeface that tells 0 from O."""
    return Markup(f'<span class="zs-code">{escaped(value)}</span>') if value else ""  # noqa: S704 - the value is escaped


def linked(words: str, url: str | None) -> Markup | str:
    """Return words as a link where there is somewhere to go."""
    return Markup('<a href="{}">{}</a>').format(url, words) if url else words


def plain(value: Any) -> Any:
    """Return a stored value as people read it: a word, a local time, or the text itself."""
    if type(value) in (str, Markup):
        return value
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return shown(value)


def number_up_to(most: int, number: int) -> str:
    """Tell a number that was counted up to `most` and no further."""
    return f"{most:,}+" if number > most else f"{number:,}"


def letter(text: str) -> Markup:
    """Return a text of several lines as it was written."""
    return Markup('<span class="zs-letter">{}</span>').format(text)


def lines(values: list[str]) -> Markup:
    return Markup("<br>").join(values)
