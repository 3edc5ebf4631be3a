"""The thread that tells intake what is in the books: in their order, each until it is answered."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from enum import Enum

import structlog

from deploy.embedded.gateway.books import Entry, GatewayBooks

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0
_log = structlog.get_logger(__name__)


class Went(Enum):
    """How a step went: nothing was to be told; a message came to its end; it has to be repeated."""

    IDLE = "idle"
    TOLD = "told"
    AGAIN = "again"


class Delivering:
    """Tells the messages one after another. `tell` answers as `ToIntake.told` does."""

    def __init__(self, books: GatewayBooks, tell: Callable[[Entry], int | None]) -> None:
        self._books = books
        self._tell = tell
        self._fresh = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="delivering", daemon=True)
        self._changed = threading.Condition()

    def start(self) -> None:
        """Begin, with what an earlier process did not come to; it ends with the process."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread when the message that is being sent is answered."""
        self._stopping.set()
        self._fresh.set()
        self._thread.join()

    def wake(self) -> None:
        """Something is in the books, or was let go."""
        self._fresh.set()

    def step(self) -> Went:
        """Send the next message once."""
        entry = self._books.next_to_tell()
        if entry is None:
            return Went.IDLE
        status = self._tell(entry)
        self._books.answered(entry.place, status)
        return Went.AGAIN if status is None else Went.TOLD

    def wait(self, places: Sequence[int], *, most_s: float) -> bool:
        """Wait until these messages came to their end, at most so long; whether they did."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._books.waiting(places), timeout=most_s)

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            went = self._stepped()
            with self._changed:
                self._changed.notify_all()
            if went is Went.TOLD:
                pause_s = FIRST_PAUSE_S
            elif went is Went.IDLE:
                self._fresh.wait()
                self._fresh.clear()
            else:
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _stepped(self) -> Went:
        """A step; books that cannot be written are tried again as intake is."""
        try:
            return self.step()
        except sqlite3.Error as error:
            _log.warning("gateway_books_unusable", error=type(error).__name__)
            return Went.AGAIN
