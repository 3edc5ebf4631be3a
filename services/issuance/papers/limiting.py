"""A limit on wrong codes: who guesses is stopped, who checks a paper is not."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from shared.http import Problem

WRONG = 30
WITHIN_S = 600.0
MOST_CALLERS = 10_000


class WrongCodes:
    """Counts wrong codes by the caller's address, in one process. Safe for threads.

    Callers that are behind one address share a count. Memory is bounded: the caller who was quiet
    for longest is forgotten first.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def must_not_guess(self, caller: str) -> None:
        """Stop a caller with too many wrong codes, whatever this code is.

        Raises:
            Problem: 429 with the seconds to wait.
        """
        with self._lock:
            times = self._recent(caller)
            if len(times) >= WRONG:
                wait = max(1, int(times[0] + WITHIN_S - self._monotonic()) + 1)
                raise Problem(
                    "too-many-requests",
                    "Too many codes that are on no paper; try again later.",
                    headers={"Retry-After": str(wait)},
                )

    def note(self, caller: str) -> None:
        """The caller asked for a code that is on no paper."""
        with self._lock:
            self._recent(caller).append(self._monotonic())
            while len(self._wrong) > MOST_CALLERS:
                self._wrong.popitem(last=False)

    def _recent(self, caller: str) -> deque[float]:
        times = self._wrong.setdefault(caller, deque(maxlen=WRONG))
        self._wrong.move_to_end(caller)
        while times and times[0] <= self._monotonic() - WITHIN_S:
            times.popleft()
        return times
