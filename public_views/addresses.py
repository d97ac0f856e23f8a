"""Addresses as other people get them: in mails and QR codes, with the host this site is known by."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import segno
from flask import current_app, request, url_for

_QUIET_MODULES = 4


def public_address(endpoint: str, **values: Any) -> str:
    """Return the whole address; outside development the host is the configured one, never what a request claims."""
    return site() + url_for(endpoint, **values)


def site() -> str:
    """Return what stands before every path of ours."""
    return current_app.config["PUBLIC_URL"] or f"{request.scheme}://{request.host}"


def path_of_code(code: str) -> str:
    """Return the path at which a verify code is checked; every look-up shows one, and a code is never quoted in it."""
    return _path_before_codes(request.script_root) + code


@lru_cache(maxsize=64)
def _path_before_codes(root: str) -> str:
    return url_for("lookup.verified", code="")


@lru_cache(maxsize=1024)
def qr_code(address: str) -> bytes:
    """Draw an address as an SVG picture, with the quiet margin that scanners ask for."""
    picture = io.BytesIO()
    segno.make(address, micro=False, error="m").save(
        picture, kind="svg", scale=4, border=_QUIET_MODULES, dark="#1a2530", light="#fff", omitsize=True
    )
    return picture.getvalue()
