"""The internal port of a worker: liveness, readiness, metrics.

On the loopback address by default.
"""

import json
import sys
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

_log = structlog.get_logger(__name__)
Report = Callable[[], tuple[bool, Mapping[str, Any]]]
"""Whether it is so, and what to say about it."""


class _Server(ThreadingHTTPServer):
    """A caller that hangs up, or anything else that goes wrong with one, is one line of the log."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - its own
        _log.info("probe_broken_off", error=type(sys.exception()).__name__)


class Probes:
    """Serves /livez, /readyz and /metrics from its own thread. Port 0 picks a free port."""

    def __init__(
        self,
        *,
        live: Report,
        ready: Report,
        registry: CollectorRegistry,
        port: int,
        host: str = "127.0.0.1",
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_GET(self) -> None:
                if self.path == "/livez":
                    self._report(live)
                elif self.path == "/readyz":
                    self._report(ready)
                elif self.path == "/metrics":
                    self._answer(HTTPStatus.OK, generate_latest(registry), CONTENT_TYPE_LATEST)
                else:
                    self._answer(HTTPStatus.NOT_FOUND, b"{}", "application/json")

            def _report(self, report: Report) -> None:
                good, words = report()
                status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
                self._answer(status, json.dumps(words).encode(), "application/json")

            def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
                """Log nothing: probes come every second."""

        self._server = _Server((host, port), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="probes"
        )
        self._thread.daemon = True

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Start to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the socket."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
