"""Which lanes have stopped, as the sequencers say in their beats."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.config.wall_clock import utc_now
from shared.eventlog.errors import LogUnavailable

SILENCE: Final = timedelta(seconds=15)
KNOWN_S: Final = 1.0
_WANTED: Final = {"at": 1, "lanes.lane": 1, "lanes.problem": 1}


class StoppedLanes:
    """The lanes that give no positions until an operator has acted, read once a second at most.

    A lane that nobody holds, or whose sequencer is silent, is not among them: it may go on at any
    moment, and what is appended meanwhile gets its position then.
    """

    def __init__(
        self,
        log: Database[dict[str, Any]],
        *,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lanes = log["lanes"]
        self._now = now
        self._monotonic = monotonic
        self._read_at = float("-inf")
        self._known: frozenset[int] = frozenset()

    def __call__(self) -> frozenset[int]:
        """The numbers of the lanes.

        Raises:
            LogUnavailable: the server is away.
        """
        if self._monotonic() - self._read_at >= KNOWN_S:
            self._known = self._read()
            self._read_at = self._monotonic()
        return self._known

    def _read(self) -> frozenset[int]:
        try:
            beats = list(self._lanes.find({"_id": {"$regex": "^beat/"}}, _WANTED))
        except PyMongoError as error:
            raise LogUnavailable("The event log cannot be read.") from error
        oldest = self._now() - SILENCE
        return frozenset(
            int(lane["lane"])
            for beat in beats
            if beat["at"] > oldest
            for lane in beat.get("lanes", ())
            if lane.get("problem")
        )
