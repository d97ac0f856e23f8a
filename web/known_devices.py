"""The cookie by which a browser is known again: long-lived, signed, and worth nothing for signing in."""

from __future__ import annotations

import secrets

from flask import after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from operations.devices import KEPT_FOR


def token() -> str:
    """Return what this browser is known by; one that is not known yet gets it with the answer."""
    found = brought() or secrets.token_urlsafe(16)

    @after_this_request
    def _give(response: Response) -> Response:
        response.set_cookie(
            _name(), _signer().dumps(found), max_age=KEPT_FOR, secure=current_app.config["HTTPS"], httponly=True,
            samesite="Lax",
        )  # fmt: skip
        return response

    return found


def brought() -> str:
    """Return what this browser is known by; empty where it never signed in."""
    try:
        found: str = _signer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return ""
    return found


def _name() -> str:
    return "__Host-device" if current_app.config["HTTPS"] else "device"


def _signer() -> URLSafeSerializer:
    older = current_app.config["SECRET_KEY_FALLBACKS"] or []
    return URLSafeSerializer([*reversed(older), current_app.config["SECRET_KEY"]], salt="device")
