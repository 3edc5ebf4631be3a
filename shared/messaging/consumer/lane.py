"""What a consumer remembers of one lane while it holds it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

SHORTEST_POLL_S = 0.01


@dataclass(slots=True)
class Lane:
    """One lane in hand. Times are of the monotonic clock, in seconds.

    `mark` is handled, `saved` is stored, `known` is claimed to exist (by a record or the ledger's
    head). `parked` was read after the mark, so it covers whatever another process left behind;
    from then on this process knows of its own parking, which is all that order needs.
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
        """Whether the ledger is thought to hold more than what is handled."""
        return self.known > self.mark


def patience(lanes: Iterable[Lane], timeout_s: float, now: float) -> float:
    """How long a poll may wait: hardly while a lane can go on without the broker.

    Never zero: joining a group again takes a moment that only a poll gives it.
    """
    for lane in lanes:
        if lane.behind:
            timeout_s = min(timeout_s, max(SHORTEST_POLL_S, lane.blocked_until - now))
    return timeout_s
