"""What surrounds a page: alike for all who are not signed in, and so drawn once for all of them, not for each anew."""

from __future__ import annotations

from collections.abc import Hashable

from flask import render_template, request, session
from markupsafe import Markup

from extensions import moment
from web.access import own_account

_GAP = Markup("<!-- content -->")


def page(template: str, content: Markup, **told: Hashable) -> str:
    """Draw a page around `content`; what else its template is told belongs to no visitor, since others see it too.

    Who is signed in reads their own name there, and a message that waits is shown once: both get a shell of their own.
    """
    if own_account() is not None or "_flashes" in session:
        return render_template(template, content=content, **told)
    before, after = moment.keep(
        ("shell", template, request.script_root, *told.items()),
        lambda: render_template(template, content=_GAP, **told).split(_GAP),
    )
    return "".join((before, content, after))
