"""The consumer's state of one lane while it holds the lane."""

from collections.abc import Iterable
from dataclasses import dataclass, field

SHORTEST_POLL_S = 0.01


@dataclass(slots=True)
class Lane:
    """The state of one lane. Times are of the monotonic clock, in seconds.

    `mark` is handled, `saved` is stored, `known` is the highest position claimed by a record or the
    ledger's head. `parked` was read after the mark, so it includes streams that another process
    parked before. Later parking on this lane is this process's own, and order requires no more.
    """

    number: int
    mark: int
    moved_at: float
    parked: set[str] = field(default_factory=set)
    saved: int = 0
    known: int = 0
    offset: int | None = None
    tried: bool = False
    blocked_until: float = 0.0
    failures: int = 0
    compared_at: float = 0.0

    @property
    def behind(self) -> bool:
        """Whether the ledger probably holds more than the handled positions."""
        return self.known > self.mark


def patience(lanes: Iterable[Lane], timeout_s: float, now: float) -> float:
    """How long to wait for the broker. Almost no time if a lane already has ledger rows to handle.

    Never zero, because only polling completes a rebalance.
    """
    for lane in lanes:
        if lane.behind:
            timeout_s = min(timeout_s, max(SHORTEST_POLL_S, lane.blocked_until - now))
    return timeout_s
