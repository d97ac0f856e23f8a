"""Who a request is from: what trusted proxies forward is taken, what comes from elsewhere is not, and is told once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED")


def install(app: Flask) -> None:
    hops = app.config["TRUSTED_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    else:
        app.wsgi_app = Untrusted(app.wsgi_app)  # type: ignore[method-assign]


class Untrusted:
    """Passes requests on as they are; of the first that somebody forwarded it leaves a warning."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application, self._told = application, False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[Any]:
        if not self._told and any(name in environ for name in FORWARDED):
            self._told = True
            log.warning(
                "%s forwards addresses and is not trusted: everybody behind it counts as one address."
                " If it is a proxy of yours, set TRUSTED_PROXIES (docs/deployment.md)",
                environ.get("REMOTE_ADDR"),
            )
        return self._application(environ, start_response)
