"""What was written into a form that could not be taken: shown to be copied, since without a script nothing else keeps it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import request

from web.incoming import WORDS, posted_parts


class SessionOver(Exception):
    """Somebody sent what they had written after their session had ended; `way_out` leads back through the door."""

    def __init__(self, way_out: str) -> None:
        super().__init__(way_out)
        self.way_out = way_out


class ConsentFirst(Exception):
    """Somebody sent what they had written before consenting to the new privacy notice; `way_out` leads there."""

    def __init__(self, way_out: str) -> None:
        super().__init__(way_out)
        self.way_out = way_out


def came_from() -> str | None:
    """Return the page of ours that the form stood on; what was searched for there may be an ID number and is left out."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != "search"]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path


def written() -> list[tuple[str, str]]:
    """Return the beginning of each sentence that was sent, with what each field is called; nothing that another site's page sent."""
    if request.method != "POST" or came_from() is None:
        return []
    parts = posted_parts()
    sent = [(label, parts.get(name, "").strip()) for name, label in WORDS.items()]
    return [(label, words) for label, words in sent if words]
