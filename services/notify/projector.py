"""The stored projection: one document a case, written in batches, each write guarded.

A document is replaced only where the version of every source stream is still the one it was made
from. Whoever loses looks again: so duplicates, a zombie and two projectors do no harm.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import structlog
from bson.binary import Binary
from pymongo import ASCENDING, ReplaceOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.notify.progress import (
    Place,
    Progress,
    advance,
    fold,
    nothing,
    place_of,
    present_status,
    seen,
    streams_of,
    versions,
)
from shared.eventlog import Event
from shared.eventlog.errors import Contended

Document = dict[str, Any]
DUPLICATE_KEY = 11000
ROUNDS = 8
REMEMBERED = 20_000
INDEXES: Mapping[str, tuple[str, ...]] = {
    "subject": ("subject", "_id"),
    "department": ("department", "_id"),
    "department_status": ("department", "status", "_id"),
}

_log = structlog.get_logger(__name__)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Progress).decode

# The events of a stream from the log, from one version to another (both included).
ReadEvents = Callable[[str, int, int], Iterable[Event]]
# The progress of a case at given versions of its streams, from the log.
Refold = Callable[[str, Mapping[str, Any]], Progress]


class Incoming(Protocol):
    """What a projector needs of a received event."""

    @property
    def stream(self) -> str: ...
    @property
    def event(self) -> Event: ...


def document_of(progress: Progress) -> Document:
    """The stored form: what queries filter by, the guard, and the folded state itself."""
    case = progress.case
    return {
        "_id": case.id,
        "versions": versions(progress),
        "subject": case.subject,
        "department": case.department,
        "item": case.item,
        "status": present_status(progress) if case.exists else "",
        "state": Binary(_encode(progress)),
    }


def progress_of(document: Document) -> Progress | None:
    """The folded state of a stored document; None where other code wrote it: fold the log then."""
    try:
        return _decode(bytes(document["state"]))
    except msgspec.MsgspecError:
        return None


class ProgressStore:
    """One generation of the projection: collection `progress.<generation>` of the views."""

    def __init__(self, views: Database[Document], generation: int) -> None:
        self.generation = generation
        self.group = f"progress.{generation}"
        self.collection: Collection[Document] = views[self.group]

    def ensure_indexes(self) -> None:
        """Make the indexes of the list queries (the projection owns its collections)."""
        for name, keys in INDEXES.items():
            self.collection.create_index([(key, ASCENDING) for key in keys], name=name)

    def get(self, case_id: str) -> Progress | None:
        """The stored progress of one case."""
        found = self.collection.find_one({"_id": case_id})
        return None if found is None else progress_of(found)

    def find(self, case_ids: Sequence[str], *, refold: Refold) -> dict[str, Progress]:
        """The stored progress of those cases that are there.

        One that this code cannot read is folded again from the log, to the versions it has.
        """
        found = self.collection.find({"_id": {"$in": list(case_ids)}})
        return {
            document["_id"]: progress_of(document) or refold(document["_id"], document["versions"])
            for document in found
        }

    def write(self, changes: Sequence[tuple[Progress, Progress]]) -> set[str]:
        """Replace each (before, after) where the document is still `before`.

        Returns:
            The ids of those that somebody else had changed.
        """
        operations = [
            ReplaceOne(
                {"_id": after.id, "versions": versions(before)}, document_of(after), upsert=True
            )
            for before, after in changes
        ]
        try:
            self.collection.bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            # A guard that does not match becomes an insert, which the id refuses: the loser.
            errors = error.details["writeErrors"]
            if any(e["code"] != DUPLICATE_KEY for e in errors):
                raise
            return {changes[e["index"]][1].id for e in errors}
        return set()


class Projector:
    """Applies batches of events to one generation. Not shared between threads."""

    def __init__(
        self, store: ProgressStore, read_events: ReadEvents, *, remembered: int = REMEMBERED
    ) -> None:
        self.store = store
        self._read_events = read_events
        self._remembered = remembered
        # What was last written, so that the next event of a case needs no read; the guard decides.
        self._known: OrderedDict[str, Progress] = OrderedDict()

    def __call__(self, batch: Sequence[Incoming]) -> None:
        """A batch handler of the consumer."""
        self.apply(batch)

    def apply(self, batch: Iterable[Incoming]) -> int:
        """Apply events, in the order of each stream; returns how many documents changed.

        Raises:
            UnknownEvent, msgspec.ValidationError: an event cannot be read by this code.
            PyMongoError: the views cannot be reached. Contended: many lost guards.
        """
        todo: dict[str, list[tuple[Place, Event]]] = {}
        for received in batch:
            place = place_of(received.stream, received.event.data)
            if place is not None:
                todo.setdefault(place.case, []).append((place, received.event))
        changed = 0
        for _ in range(ROUNDS):
            if not todo:
                return changed
            changes = self._changes(todo)
            lost = self._write(changes)
            changed += len(changes) - len(lost)
            todo = {case_id: todo[case_id] for case_id in lost}
        if todo:
            raise Contended(f"{len(todo)} cases were changed by others {ROUNDS} times in a row.")
        return changed

    def _changes(
        self, todo: Mapping[str, list[tuple[Place, Event]]]
    ) -> list[tuple[Progress, Progress]]:
        unknown = [case_id for case_id in todo if case_id not in self._known]
        stored = self.store.find(unknown, refold=self._refold) if unknown else {}
        changes = []
        for case_id, events in todo.items():
            before = self._known.get(case_id) or stored.get(case_id) or nothing(case_id)
            after = before
            for place, event in events:
                after = self._take(after, place, event)
            if after is not before:
                changes.append((before, after))
        return changes

    def _take(self, progress: Progress, place: Place, event: Event) -> Progress:
        """Drop what was seen, take what is next, read what is missing before it from the log."""
        have = seen(progress, place)
        if event.version <= have:
            return progress
        if event.version > have + 1:
            stream = f"{place.kind}/{place.document or place.case}"
            _log.warning("progress_gap_read_from_log", stream=stream, have=have, got=event.version)
            for missing in self._read_events(stream, have + 1, event.version - 1):
                progress = advance(progress, place, missing)
        return advance(progress, place, event)

    def _refold(self, case_id: str, at: Mapping[str, Any]) -> Progress:
        _log.warning("progress_state_unreadable", case=case_id)
        return fold(
            case_id,
            {
                stream: self._read_events(stream, 1, version)
                for stream, version in streams_of(case_id, at).items()
                if version
            },
        )

    def _write(self, changes: list[tuple[Progress, Progress]]) -> set[str]:
        if not changes:
            return set()
        for before, _ in changes:
            self._known.pop(before.id, None)  # until it is known what became of it
        lost = self.store.write(changes)
        for _, after in changes:
            if after.id not in lost:
                self._known[after.id] = after
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return lost
