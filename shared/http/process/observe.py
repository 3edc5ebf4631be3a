"""Count and log each request: its route's template, status and duration, never its content.

It exists so that no address, query, body or person's id can reach a log or a label: only the
route's template does (architecture, "Personal data").
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import structlog
from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_EXTENSION = "caseledger-metrics"
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Metrics:
    """The instruments of one app."""

    service: str
    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram


def install(app: Flask, service: str) -> None:
    """Measure every request of the app."""
    registry = CollectorRegistry()
    labels = ("service", "method", "route")
    app.extensions[_EXTENSION] = Metrics(
        service=service,
        registry=registry,
        requests=Counter(
            "caseledger_http_requests",
            "HTTP requests answered",
            (*labels, "status"),
            registry=registry,
        ),
        seconds=Histogram(
            "caseledger_http_request_seconds",
            "Seconds from the first look at a request to its answer",
            labels,
            registry=registry,
            buckets=_BUCKETS_S,
        ),
    )
    app.before_request(_start)
    app.after_request(_finish)


def exposition() -> tuple[bytes, str]:
    """The metrics of this service: of all its workers if they share a folder."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # prometheus-client itself reads it there
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
    found: Metrics = current_app.extensions[_EXTENSION]
    return generate_latest(found.registry), CONTENT_TYPE_LATEST


def _start() -> None:
    g.started_s = time.perf_counter()


def _finish(response: Response) -> Response:
    metrics: Metrics = current_app.extensions[_EXTENSION]
    seconds = time.perf_counter() - g.get("started_s", time.perf_counter())
    route = request.url_rule.rule if request.url_rule else "(none)"
    method = request.method if request.method in {"GET", "HEAD", "POST"} else "(other)"
    metrics.requests.labels(metrics.service, method, route, str(response.status_code)).inc()
    metrics.seconds.labels(metrics.service, method, route).observe(seconds)
    if route not in _QUIET:
        _log.info(
            "request",
            method=method,
            route=route,
            status=response.status_code,
            duration_ms=round(seconds * 1000, 1),
            correlation=g.get("correlation"),
        )
    return response
