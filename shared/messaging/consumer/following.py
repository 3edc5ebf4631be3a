"""A consumer's lanes: its own and, while Kafka is away, lanes whose mark stands still."""

from shared.messaging.consumer.ports import MarkStore


class Fostering:
    """Finds lanes whose stored mark stands still while no group assignment is known.

    Without a broker there is no assignment. Each worker then watches the marks of the lanes that
    are not its own, and takes up a lane whose mark has not moved for the pause. Two workers on the
    same lane do no harm: effects are idempotent and marks only rise.
    """

    def __init__(self, group: str, lanes: int, marks: MarkStore, *, pause_s: float) -> None:
        self._group = group
        self._lanes = lanes
        self._marks = marks
        self._pause_s = pause_s
        self._watched: dict[int, tuple[int, float]] = {}
        self._fostered: set[int] = set()
        self._looked_at: float | None = None

    def reset(self) -> None:
        """Forget the lanes taken up: Kafka is back, so the assignment decides again."""
        self._watched.clear()
        self._fostered.clear()
        self._looked_at = None

    def lanes(self, own: frozenset[int], now: float) -> frozenset[int]:
        """The own lanes and those taken up so far; marks are read a few times in each pause."""
        if self._looked_at is None or now - self._looked_at >= self._pause_s / 4:
            self._looked_at = now
            for lane in range(self._lanes):
                if lane not in own and lane not in self._fostered:
                    self._watch(lane, now)
        return own | self._fostered

    def _watch(self, lane: int, now: float) -> None:
        mark = self._marks.get(self._group, lane)
        before = self._watched.get(lane)
        if before is None or before[0] != mark:
            self._watched[lane] = (mark, now)
        elif now - before[1] >= self._pause_s:
            self._fostered.add(lane)
