"""How a consumer paces itself, and what it says of itself: plain data for its surroundings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How often and how much. `compare_after_s` is a lane's mark standing still (architecture)."""

    compare_after_s: float = 60.0
    slice_s: float = 5.0
    span: int = 500
    commit_every_s: float = 1.0


@dataclass(frozen=True)
class Health:
    """What a consumer says of itself. `halted` is the sentence that stopped it, or None."""

    group: str
    reachable: bool
    lanes: tuple[int, ...]
    behind: tuple[int, ...]
    halted: str | None


PACE = Pace()
