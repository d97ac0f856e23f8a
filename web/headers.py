"""Response headers: one Content-Security-Policy for all pages, no sniffing, no framing, no storing of personal pages, https for good."""

from __future__ import annotations

from flask import Flask, request, session
from werkzeug.wrappers import Response

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

_ONLY_BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""For a year, and for this host alone: what else stands under its name is not ours to decide."""


def install(app: Flask) -> None:
    def add(response: Response) -> Response:
        response.headers.extend(always(app))
        return _kept_by_nobody(response)

    app.after_request(add)


def always(app: Flask) -> dict[str, str]:
    """Return what stands on every answer and no page sets itself."""
    return _FIXED | (_ONLY_BY_HTTPS if app.config["HTTPS"] else {})


def _kept_by_nobody(response: Response) -> Response:
    """Cache-Control is the one header that some pages know better."""
    if request.endpoint != "static" and (session or request.method != "GET" or request.path != "/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
