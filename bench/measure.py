"""Interleaved measurements: ours and the limit take turns in one run, so drift hits both alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """Median wall time of one operation, ours and the limit's, in microseconds; our CPU time too.

    `cpu_us` is this process's CPU time for one operation of ours: it does not hide behind a slow
    server.
    """

    ours_us: float
    limit_us: float
    cpu_us: float

    @property
    def ratio(self) -> float:
        """How fast ours is in units of the limit: 1.0 is as fast."""
        return self.limit_us / self.ours_us


def interleaved(
    ours: Callable[[int], object], limit: Callable[[int], object], *, rounds: int, warm_up: int = 20
) -> Pair:
    """Time `rounds` operations of each, in turns; each is given the round's number."""
    ours_us: list[float] = []
    limit_us: list[float] = []
    cpu_us: list[float] = []
    for number in range(rounds + warm_up):
        pairs = ((limit, limit_us), (ours, ours_us))
        for action, times in pairs if number % 2 else reversed(pairs):
            cpu = time.process_time_ns()
            start = time.perf_counter_ns()
            action(number)
            elapsed = (time.perf_counter_ns() - start) / 1000
            if number >= warm_up:
                times.append(elapsed)
                if action is ours:
                    cpu_us.append((time.process_time_ns() - cpu) / 1000)
    return Pair(
        ours_us=statistics.median(ours_us),
        limit_us=statistics.median(limit_us),
        cpu_us=statistics.median(cpu_us),
    )
