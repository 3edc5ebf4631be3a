"""Wait for a condition with a deadline: the only way a test may wait."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(
    condition: Callable[[], T],
    timeout_s: float = 10.0,
    *,
    poll_s: float = 0.02,
    ignoring: tuple[type[Exception], ...] = (AssertionError,),
) -> T:
    """Call `condition` until it returns something true; return that.

    An exception of `ignoring` (a failed assert, by default) counts as "not yet"; the last one is
    raised when the deadline has passed.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        problem: Exception | None = None
        value: T | None = None
        try:
            value = condition()
        except ignoring as error:
            problem = error
        if problem is None and value:
            return value
        if time.monotonic() > deadline:
            if problem is not None:
                raise problem
            raise AssertionError(f"not within {timeout_s} s: last seen {value!r}")
        time.sleep(poll_s)
