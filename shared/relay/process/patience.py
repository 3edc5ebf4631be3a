"""How to meet the errors of a server that is away: with pauses, without end, without noise."""

import random

import structlog
from pymongo.errors import PyMongoError

from shared.relay.ledger.tuning import Tuning

_log = structlog.get_logger(__name__)


class Patience:
    """Pauses after errors of a server: doubling, with jitter, bounded; one line a kind of error."""

    def __init__(self, tuning: Tuning) -> None:
        self._first_s = tuning.backoff_s
        self._most_s = tuning.backoff_most_s
        self._pause_s = tuning.backoff_s
        self._last = ""

    def after(self, error: PyMongoError, loop: str) -> float:
        """How long to wait now, in seconds."""
        kind = type(error).__name__
        if kind != self._last:
            _log.warning("log_unavailable", loop=loop, error=kind)
            self._last = kind
        pause = self._pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
        self._pause_s = min(self._pause_s * 2, self._most_s)
        return pause

    def reset(self) -> None:
        """It answered."""
        if self._last:
            _log.info("log_available")
        self._last, self._pause_s = "", self._first_s
