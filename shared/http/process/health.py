"""Is the process alive, is it ready, and how is it doing: /livez, /readyz, /metrics.

It exists so that operators can tell three states apart: a web process is ready when the log
answers; Kafka being away makes it degraded, not unready, because a command needs the log alone
(architecture, "The flow").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pymongo
import structlog
from flask import Blueprint, Flask, Response, current_app

from shared.config.wall_clock import utc_now
from shared.http.commands import answered
from shared.http.deps import deps_of
from shared.http.process.observe import exposition

READY_TIMEOUT_S = 1.0
BEAT_SILENCE = timedelta(seconds=15)

_log = structlog.get_logger(__name__)


def install(app: Flask) -> None:
    """Add the three routes."""
    blueprint = Blueprint("health", __name__)
    blueprint.add_url_rule("/livez", "livez", livez, methods=["GET"])
    blueprint.add_url_rule("/readyz", "readyz", readyz, methods=["GET"])
    blueprint.add_url_rule("/metrics", "metrics", metrics, methods=["GET"])
    app.register_blueprint(blueprint)


def livez() -> Response:
    """Say that the process answers."""
    return answered({"status": "alive"})


def readyz() -> Response:
    """Say whether commands can be taken: 503 without the log, "degraded" without Kafka.

    503 too as long as no key of the issuer was ever had: then the setting is wrong, not the issuer
    away, and nobody could be let in. Once they were had, an outage of the issuer changes nothing.
    """
    deps = deps_of(current_app)
    try:
        with pymongo.timeout(READY_TIMEOUT_S):
            deps.ping_log()
            beats = deps.beats()
    except Exception as error:  # noqa: BLE001  whatever stops the log from answering: not ready
        _log.warning("not_ready", error=type(error).__name__)
        return answered({"status": "unready", "log": "away", "kafka": "unknown"}, status=503)
    kafka = kafka_state(beats, now=utc_now())
    if not deps.verifier.knows_keys():
        _log.warning("not_ready", error="CASELEDGER_JWKS has given no usable key")
        words = {"status": "unready", "log": "ok", "kafka": kafka, "issuer": "unknown"}
        return answered(words, status=503)
    status = "ready" if kafka == "ok" else "degraded"
    return answered({"status": status, "log": "ok", "kafka": kafka, "issuer": "known"})


def kafka_state(beats: Sequence[Mapping[str, Any]], *, now: datetime) -> str:
    """The state of Kafka: "ok", "away" or "unknown" (no word from a sequencer for 15 s).

    A web process holds no Kafka client: it reads what the sequencers say in their beats
    (`{"_id": "beat/…", "kafka": "ok" | "away", "at": time}`).
    """
    fresh = [
        beat
        for beat in beats
        if isinstance(beat.get("at"), datetime) and now - beat["at"] < BEAT_SILENCE
    ]
    if not fresh:
        return "unknown"
    return "ok" if all(beat.get("kafka") == "ok" for beat in fresh) else "away"


def metrics() -> Response:
    """Give the counters in Prometheus' text form, over all workers of this service."""
    text, content_type = exposition()
    return Response(text, content_type=content_type)
