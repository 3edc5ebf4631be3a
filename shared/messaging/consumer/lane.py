"""The consumer's state of one lane while it holds the lane."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.kafka.headers import Arrived
from shared.messaging.consumer.pace import Pace

SHORTEST_POLL_S = 0.01


@dataclass(slots=True)
class Lane:
    """The state of one lane. Times are of the monotonic clock, in seconds.

    `mark` is handled, `saved` is stored, `known` is the highest position claimed by a record or the
    ledger's head. `parked` was read after the mark, so it includes streams that another process
    parked before. Later parking on this lane is this process's own, and order requires no more.

    Up to `careful` each try is counted before it begins, and the mark is stored after it: a process
    that died may have died there. `moved_from_saved` is when the mark left the stored one.
    `waiting` are records that wait for others since `waiting_since`, `wanted` whether the group
    seems to want one of them; the record after them is `next_offset`. `offset` is the one after
    what was taken to be handled, and `saved_offset` the same when the mark was stored last.
    """

    number: int
    mark: int
    moved_at: float
    parked: set[str] = field(default_factory=set)
    saved: int = 0
    known: int = 0
    offset: int | None = None
    saved_offset: int | None = None
    next_offset: int | None = None
    waiting: list[Arrived] = field(default_factory=list)
    waiting_since: float = 0.0
    wanted: bool = False
    tried: bool = False
    careful: int = 0
    moved_from_saved: float | None = None
    blocked_until: float = 0.0
    failures: int = 0
    compared_at: float = 0.0

    def take_offset(self) -> int | None:
        """The offset that may be committed: all records before it are at or below the stored mark.

        None: nothing new since the last call.
        """
        if not self.behind and self.saved == self.mark:
            self.saved_offset = self.offset if self.offset is not None else self.saved_offset
            self.offset = None
        taken, self.saved_offset = self.saved_offset, None
        return taken

    def take_waiting(self) -> list[Arrived]:
        """The records that wait; with them their offset becomes the lane's."""
        records, self.waiting, self.wanted = self.waiting, [], False
        if self.next_offset is not None:
            self.offset, self.next_offset = self.next_offset, None
        return records

    def waits_until(self, pace: Pace) -> float:
        """When what waits is taken, whatever comes."""
        return self.waiting_since + (pace.gather_s if self.wanted else pace.unwanted_wait_s)

    @property
    def behind(self) -> bool:
        """Whether the ledger probably holds more than the handled positions."""
        return self.known > self.mark


def patience(lanes: Iterable[Lane], timeout_s: float, now: float, pace: Pace) -> float:
    """How long to wait for the broker. Almost no time if a lane already has ledger rows to handle.

    And no longer than until records that are wanted are to be taken. Never zero, because only
    polling completes a rebalance.
    """
    for lane in lanes:
        if lane.behind:
            timeout_s = min(timeout_s, max(SHORTEST_POLL_S, lane.blocked_until - now))
        elif lane.waiting and lane.wanted:
            timeout_s = min(timeout_s, max(SHORTEST_POLL_S, lane.waits_until(pace) - now))
    return timeout_s
