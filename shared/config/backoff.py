"""How long to wait before the next try: longer after each failure, up to a ceiling."""

import random
from datetime import timedelta
from typing import TypeVar

MOST_STEPS = 16  # so that a long outage overflows nothing
Time = TypeVar("Time", float, timedelta)


def backoff(failures: int, *, first: Time, longest: Time, factor: int = 2) -> Time:
    """The pause after so many failures in a row, counted from 1.

    It is `first`, then `factor` times as long after each further failure, at most `longest`.
    """
    steps = min(max(failures, 1) - 1, MOST_STEPS)
    longer: Time = first * factor**steps
    return min(longest, longer)


def jittered(pause_s: float) -> float:
    """Between half of a pause and all of it, so that not everybody comes back at once."""
    return pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
