"""Applies batches of events to a stored view: read what is unknown, fold, one bulk write."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol

import structlog

from shared.eventlog import Event
from shared.eventlog.errors import Contended
from shared.projection.store import Store
from shared.projection.view import KeptState, S, fold, nothing_of, take

ROUNDS = 8
REMEMBERED = 20_000

_log = structlog.get_logger(__name__)

# The events of a stream from the log, from one version to another (both included).
ReadEvents = Callable[[str, int, int], Iterable[Event]]


class Incoming(Protocol):
    """What a projector needs of a received event."""

    @property
    def stream(self) -> str: ...
    @property
    def event(self) -> Event: ...


class Projector(Generic[S]):
    """Applies batches of events to one generation. Not shared between threads."""

    def __init__(
        self, store: Store[S], read_events: ReadEvents, *, remembered: int = REMEMBERED
    ) -> None:
        self.store = store
        self._view = store.view
        self._read_events = read_events
        self._remembered = remembered
        # What was last written, so that the next event of a key needs no read; the guard decides.
        self._known: OrderedDict[str, KeptState[S]] = OrderedDict()

    def __call__(self, batch: Sequence[Incoming]) -> None:
        """A batch handler of the consumer."""
        self.apply(batch)

    def apply(self, batch: Iterable[Incoming]) -> int:
        """Apply events, in the order of each stream; returns how many documents changed.

        Raises:
            UnknownEvent, msgspec.ValidationError: an event cannot be read by this code.
            PyMongoError: the views cannot be reached. Contended: many lost guards.
        """
        todo: dict[str, list[Incoming]] = {}
        for received in batch:
            key = self._view.place_of(received.stream, received.event.data)
            if key is not None:
                todo.setdefault(key, []).append(received)
        changed = 0
        for _ in range(ROUNDS):
            if not todo:
                return changed
            changes = self._changes(todo)
            lost = self._write(changes)
            changed += len(changes) - len(lost)
            todo = {key: todo[key] for key in lost}
        if todo:
            raise Contended(f"{len(todo)} documents were changed by others {ROUNDS} times running.")
        return changed

    def _changes(
        self, todo: Mapping[str, list[Incoming]]
    ) -> list[tuple[KeptState[S], KeptState[S]]]:
        unknown = [key for key in todo if key not in self._known]
        stored = self.store.find(unknown, refold=self._refold) if unknown else {}
        changes = []
        for key, come in todo.items():
            before = self._known.get(key) or stored.get(key) or nothing_of(self._view, key)
            after = before
            for received in come:
                after = self._take(after, received.stream, received.event)
            if after is not before:
                changes.append((before, after))
        return changes

    def _take(self, held: KeptState[S], stream: str, event: Event) -> KeptState[S]:
        """Drop what was seen, take what is next, read what is missing before it from the log."""
        have = held.versions.get(stream, 0)
        if event.version <= have:
            return held
        if event.version > have + 1:
            _log.warning(
                "view_gap_read_from_log",
                view=self._view.name,
                stream=stream,
                have=have,
                got=event.version,
            )
            for missing in self._read_events(stream, have + 1, event.version - 1):
                held = take(self._view, held, stream, missing)
        return take(self._view, held, stream, event)

    def _refold(self, key: str, guard: Mapping[str, Any]) -> KeptState[S]:
        _log.warning("view_state_unreadable", view=self._view.name, key=key)
        upto = self._view.versions_of(key, guard)
        streams = {s: self._read_events(s, 1, version) for s, version in upto.items() if version}
        return fold(self._view, key, streams)

    def _write(self, changes: list[tuple[KeptState[S], KeptState[S]]]) -> set[str]:
        if not changes:
            return set()
        for before, _ in changes:
            self._known.pop(before.key, None)  # until it is known what became of it
        lost = self.store.write(changes)
        for _, after in changes:
            if after.key not in lost:
                self._known[after.key] = after
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return lost
