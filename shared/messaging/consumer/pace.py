"""A consumer's pacing and its reported health, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Intervals and amounts.

    `compare_after_s`: how long a lane's mark stands still (architecture). A moved mark is stored
    `mark_every_s` after it moved first, and before `mark_every` positions are handled above the
    stored one: so much is handled again after a crash, at most.

    Records of which the group wants none wait for one that it wants, `unwanted_wait_s` at most; one
    that it wants waits for others, `gather_s` at most, since a batch costs what one of it does. A
    consumer without a broker looks at the noted heads of its lanes each `look_every_s`.
    """

    compare_after_s: float = 60.0
    slice_s: float = 5.0
    span: int = 500
    commit_every_s: float = 1.0
    mark_every_s: float = 1.0
    mark_every: int = 200
    unwanted_wait_s: float = 1.0
    gather_s: float = 0.0
    look_every_s: float | None = None

    @property
    def in_flight(self) -> int:
        """How far above its stored mark a process may have been when it died."""
        return self.mark_every + self.span


@dataclass(frozen=True)
class Health:
    """A consumer's reported state.

    `halted` is the sentence with the reason for halting, or None.
    """

    group: str
    reachable: bool
    lanes: tuple[int, ...]
    behind: tuple[int, ...]
    halted: str | None


PACE = Pace()
