"""One address for pages and API: what is not a page is passed on to its service.

For the embedded system. Where a web server stands before the processes, it does this.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.http_proxy import ProxyMiddleware
from werkzeug.wrappers import Response

from services.portal.addresses import SERVICES, service_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Cookies are for pages, and what a client says of a proxy before it is believed from nobody.
NOT_PASSED = ("HTTP_COOKIE", "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")
LENGTH_REQUIRED = 411
TIMEOUT_S = 35
DOCUMENTS = {
    f"{prefix}{service}{ending}": (service, path)
    for service in SERVICES
    for prefix, ending, path in (
        ("/docs/", "/", "/docs"),
        ("/docs/", "/openapi.json", "/openapi.json"),
        ("/openapi/", ".json", "/openapi.json"),
    )
}
"""The pages and documents of the API, each service's under its name."""


class PassingOn(ProxyMiddleware):
    """Passes `/v1/…`, `/docs/<service>/` and `/openapi/<service>.json` on to the services."""

    def __init__(self, app: "WSGIApplication", addresses: Mapping[str, str]) -> None:
        targets: dict[str, dict[str, Any]] = {
            service: {"target": address} for service, address in addresses.items()
        }
        super().__init__(app, targets, timeout=TIMEOUT_S)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Pass on, or give it to the pages."""
        path = environ["PATH_INFO"]
        service, place = DOCUMENTS.get(path, (service_of(path), path))
        if not service:
            return self.app(environ, start_response)
        if environ.get("HTTP_TRANSFER_ENCODING"):  # passed on, its end would not be told
            return Response(status=LENGTH_REQUIRED)(environ, start_response)
        stripped = {name: value for name, value in environ.items() if name not in NOT_PASSED}
        passed = self.proxy_to(self.targets[f"/{service}/"], place, "/")
        return passed(stripped, start_response)
