"""Tells an unreachable server from an event that cannot be handled: only the latter is parked."""

from dataclasses import dataclass

from pymongo.errors import AutoReconnect, PyMongoError

from shared.config.backoff import backoff
from shared.eventlog.errors import Contended, LogUnavailable, OutcomeUnknown

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class ServerAway(Exception):
    """Raised by a handler whose own server cannot be reached: the consumer retries, never parks."""


_AWAY = (ServerAway, LogUnavailable, OutcomeUnknown, Contended, AutoReconnect, ConnectionError)


def is_away(error: BaseException) -> bool:
    """Whether an error, or any of its causes, says that a server is unreachable for now."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, _AWAY):
            return True
        if isinstance(seen, PyMongoError) and (
            seen.timeout or seen.has_error_label("RetryableWriteError")
        ):
            return True
        seen = seen.__cause__
    return False


def pause_s(failures: int) -> float:
    """The back-off after that many failures in a row: doubling, bounded."""
    return backoff(failures, first=FIRST_PAUSE_S, longest=LONGEST_PAUSE_S)


@dataclass(frozen=True)
class Limits:
    """Bounds of tries and of parked streams (architecture, "Parking")."""

    tries: int = 5
    parked_streams: int = 20
    parked_share: float = 0.01


LIMITS = Limits()
