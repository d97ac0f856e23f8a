"""Pages drawn once for all who are not signed in, with blanks where one visitor's page differs from another's."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping

from flask import render_template, request, session
from markupsafe import Markup, escape

from extensions import moment
from web.access import own_account

_BLANK = Markup("\0{}\0")
_BLANKS = re.compile("\0([a-z_]+)\0")


def page(template: str, blanks: Mapping[str, str | None], **told: Hashable) -> str:
    """Draw a page; of its blanks the template may only ask whether one is None, and else sets them down as they are.

    All else that it is told makes a page of its own, which everybody may see. Who is signed in reads their own name,
    and a message that waits is shown once: both get a page drawn for them.
    """
    if own_account() is not None or "_flashes" in session:
        return render_template(template, blanks=blanks, **told)
    empty = tuple(name for name, value in blanks.items() if value is None)
    key = ("page", template, request.script_root, empty, *told.items())
    pieces = list(moment.keep(key, lambda: _pieces(template, blanks, told)))
    pieces[1::2] = [escape(blanks[name]) for name in pieces[1::2]]
    return "".join(pieces)


def _pieces(template: str, blanks: Mapping[str, str | None], told: Mapping[str, Hashable]) -> list[str]:
    """Return the page as it was drawn, and between its pieces the names of the blanks."""
    marks = {name: None if value is None else _BLANK.format(name) for name, value in blanks.items()}
    return _BLANKS.split(render_template(template, blanks=marks, **told))
