"""Addresses as other people get them: in mails and QR codes, with the host this site is known by."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import segno
from flask import current_app, request, url_for
from markupsafe import Markup

_QUIET_MODULES = 4
_LABEL = "查验二维码，内容是查验网址"


def public_address(endpoint: str, **values: Any) -> str:
    """Return the whole address; outside development the host is the configured one, never what a request claims."""
    return _site() + url_for(endpoint, **values)


def public_host() -> str:
    return urlsplit(_site()).netloc


def _site() -> str:
    return current_app.config["PUBLIC_URL"] or request.host_url.rstrip("/")


def qr_code(address: str) -> Markup:
    """Draw an address as an SVG without style attributes, with the quiet margin that scanners ask for."""
    code = segno.make(address, micro=False, error="m")
    drawn = code.svg_inline(
        scale=4, border=_QUIET_MODULES, dark="#1a2530", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    return Markup(drawn.replace("<svg ", f'<svg role="img" aria-label="{_LABEL}" ', 1))  # noqa: S704 - our own drawing
