"""Response headers: one Content-Security-Policy for all pages, no sniffing, no framing, no storing of personal pages."""

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


def install(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    """Add what no page sets itself; Cache-Control is the one header that some pages know better."""
    response.headers.extend(_FIXED)
    if request.endpoint != "static" and (session or request.method != "GET" or request.path != "/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
