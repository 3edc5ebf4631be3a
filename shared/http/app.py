"""Build a service's Flask app: the same furniture for each, wrapped around its blueprints.

It exists so that authorisation, strict parsing, problem details, correlation, metrics, health and
the API document are the same everywhere, and none of them is a line in an endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import flask_smorest
import pymongo
from flask import Flask, g, request
from werkzeug.routing import BaseConverter

from shared.http import faults
from shared.http.access import UnprotectedRoute, protect, unprotected_routes
from shared.http.body import limit_body
from shared.http.deps import Deps, install
from shared.http.documents import openapi
from shared.http.headers import correlation_of, traceparent_of
from shared.http.process import health, observe
from shared.security import Permission
from shared.security.permissions import FURNITURE

# Everything one request may spend waiting for the event log, so that its 503 comes within 5 s.
LOG_DEADLINE_S = 4.0

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class _Name(BaseConverter):
    """A placeholder in an address: our ids, and nothing that could be anything else."""

    regex = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"


class _Number(BaseConverter):
    """A small whole number in an address."""

    number = True

    regex = r"(?:0|[1-9][0-9]{0,8})"

    def to_python(self, value: str) -> int:
        return int(value)


def create_app(
    service: str,
    blueprints: Iterable[flask_smorest.Blueprint],
    permissions: Sequence[Permission],
    deps: Deps,
) -> Flask:
    """Build the app of `service`; no socket is opened, no file read.

    `permissions` are the service's rows (`shared.security.permissions_of(service)`).

    Raises:
        UnprotectedRoute: when a route has no row in the table.
    """
    app = Flask(service, static_folder=None)
    app.config.update(
        PROVIDE_AUTOMATIC_OPTIONS=False,
        MAX_CONTENT_LENGTH=deps.body_bytes,
        TRUSTED_HOSTS=list(deps.trusted_hosts) or None,
        PROPAGATE_EXCEPTIONS=False,
        **openapi.config(service),
    )
    app.url_map.converters.update({"default": _Name, "string": _Name, "int": _Number})
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    install(app, deps)
    observe.install(app, service)
    app.before_request(_begin)
    protect(app, (*permissions, *FURNITURE))
    app.after_request(_add_headers)
    faults.install(app)
    api = openapi.install(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    openapi.complete(app, api, (*permissions, *FURNITURE))
    health.install(app)
    if missing := unprotected_routes(app):
        raise UnprotectedRoute(f"No permission is declared for: {', '.join(missing)}.")
    app.wsgi_app = _deadline(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _begin() -> None:
    g.correlation = correlation_of(request.headers.get("X-Correlation-Id"))
    g.traceparent = traceparent_of(request.headers.get("traceparent"))
    limit_body()


def _add_headers(response: Any) -> Any:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Correlation-Id"] = g.get("correlation", "")
    return response


def _deadline(wsgi: Callable[..., Any]) -> Callable[..., Any]:
    """Bound what all operations of one request together wait for the log."""

    def bounded(environ: Any, start_response: Any) -> Any:
        with pymongo.timeout(LOG_DEADLINE_S):
            return wsgi(environ, start_response)

    return bounded
