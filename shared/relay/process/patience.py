"""Back-off for errors of an unreachable server: retried without end, logged once for each kind."""

import structlog
from pymongo.errors import PyMongoError

from shared.config.backoff import backoff, jittered
from shared.relay.ledger.tuning import Tuning

_log = structlog.get_logger(__name__)


class Patience:
    """Back-off after errors of a server: doubling, with jitter, bounded; one log line a kind."""

    def __init__(self, tuning: Tuning) -> None:
        self._first_s = tuning.backoff_s
        self._most_s = tuning.backoff_most_s
        self._failures = 0
        self._last = ""

    def after(self, error: PyMongoError, loop: str) -> float:
        """The next pause, in seconds."""
        kind = type(error).__name__
        if kind != self._last:
            _log.warning("log_unavailable", loop=loop, error=kind)
            self._last = kind
        self._failures += 1
        return jittered(backoff(self._failures, first=self._first_s, longest=self._most_s))

    def reset(self) -> None:
        """Reset the back-off: the server answered."""
        if self._last:
            _log.info("log_available")
        self._last, self._failures = "", 0
