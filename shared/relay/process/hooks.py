"""Work that runs beside the sequencer: called from time to time, on a thread of its own."""

import threading
import time
from collections.abc import Callable, Sequence

import msgspec
import structlog

_log = structlog.get_logger(__name__)


class Hook(msgspec.Struct, frozen=True):
    """`call` gets the lanes that this process holds now; its errors are logged and ignored.

    `always`: also while no lane is held.
    """

    name: str
    every_s: float
    call: Callable[[tuple[int, ...]], object]
    always: bool = False


class Hooks:
    """Calls each hook when it is due, one after another, on the thread that runs `loop`."""

    def __init__(self, hooks: Sequence[Hook], *, held: Callable[[], tuple[int, ...]]) -> None:
        self._hooks = tuple(hooks)
        self._held = held
        self._next = dict.fromkeys((hook.name for hook in hooks), float("-inf"))

    def loop(self, stop: threading.Event) -> None:
        """Call due hooks until `stop` is set."""
        pause_s = min((hook.every_s for hook in self._hooks), default=1.0) / 4
        while not stop.wait(max(0.01, pause_s)):
            self.step(time.monotonic())

    def step(self, now: float) -> None:
        """Call the due hooks."""
        lanes = self._held()
        for hook in self._hooks:
            if now >= self._next[hook.name] and (lanes or hook.always):
                self._next[hook.name] = now + hook.every_s
                try:
                    hook.call(lanes)
                except Exception:  # noqa: BLE001 - whatever it is, it must not stop the lanes
                    _log.exception("hook_failed", hook=hook.name)
