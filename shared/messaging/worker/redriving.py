"""The part of a worker that carries out requests to redrive, with the worker's own handlers."""

import time
from collections.abc import Callable, Sequence

from shared.messaging.consumer.group import Group
from shared.messaging.stores.parking import Parking
from shared.messaging.stores.redrives import RedriveRequests
from shared.messaging.worker.redrive import History, redrive

SLICE_S = 1.0


class Redriving:
    """Looks for requests of the worker's groups; a tick beside the timers calls it.

    It goes on for a second at most, one stream always to its end, because timers wait meanwhile.
    """

    def __init__(
        self,
        groups: Sequence[Group],
        *,
        requests: RedriveRequests,
        parking: Parking,
        history: History,
        holder: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._groups = {group.name: group for group in groups}
        self._requests = requests
        self._parking = parking
        self._history = history
        self._holder = holder
        self._clock = clock

    def tick(self) -> None:
        """Carry out the requests that there are.

        Raises:
            Exception: the work database is unreachable; a request that was taken then has no
                outcome, and the operator asks again.
        """
        until = self._clock() + SLICE_S
        while (request := self._requests.take(self._groups, self._holder)) is not None:
            done = redrive(
                self._groups[request.group],
                request.stream,
                parking=self._parking,
                history=self._history,
            )
            self._requests.end(request, handled=done.handled, problem=done.problem)
            if self._clock() >= until:
                return
