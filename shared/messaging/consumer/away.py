"""Telling "a server is away" from "this event cannot be handled": only the second ever parks."""

from dataclasses import dataclass

from pymongo.errors import AutoReconnect, PyMongoError

from shared.config.backoff import backoff
from shared.eventlog.errors import Contended, LogUnavailable, OutcomeUnknown

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class ServerAway(Exception):
    """For a handler to raise when a server of its own cannot be reached: waited out, not parked."""


_AWAY = (ServerAway, LogUnavailable, OutcomeUnknown, Contended, AutoReconnect, ConnectionError)


def is_away(error: BaseException) -> bool:
    """Whether an error, or what it was raised from, says that a server is away for now."""
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
    """How long to wait after so many failures in a row: doubling, bounded."""
    return backoff(failures, first=FIRST_PAUSE_S, longest=LONGEST_PAUSE_S)


@dataclass(frozen=True)
class Limits:
    """How much a consumer bears before it parks a stream, or stops (architecture, "Parking")."""

    tries: int = 5
    parked_streams: int = 20
    parked_share: float = 0.01


LIMITS = Limits()
