"""What a read model has to say of itself. Everything else in this room works over it.

A view has one document for each key (a case, say). Each stream belongs to one document, and a
document may have several streams. The events of a stream are applied in their order; those of
different streams of a document arrive in any interleaving, so the outcome must not depend on it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from bson.binary import Binary

from shared.eventlog import Event

Document = dict[str, Any]
S = TypeVar("S")


class View(Protocol[S]):
    """A read model whose documents are folded states of type `S` (a `msgspec.Struct`).

    `name` is on disk: collections, marks, parked streams and the consumer group are called
    `<name>.<generation>`. `format` is the number of the layout of `S` and of `document_of`: raise
    it with every change of either, and the process builds a new generation by itself. `indexes`
    are those of the list queries. `noun` names what a document is about.
    """

    name: str
    format: int
    state: type[S]
    indexes: Mapping[str, tuple[str, ...]] = {}
    noun: str = "case"

    def place_of(self, stream: str, data: Mapping[str, Any]) -> str | None:
        """The key of the document that a stream belongs to; None for a stream that it ignores.

        `data` is that of any event of the stream.

        Raises:
            KeyError: `data` was empty, and the name of the stream alone does not say it.
        """
        ...

    def nothing(self, key: str) -> S:
        """The state before any event."""
        ...

    def advance(self, state: S, stream: str, event: Event) -> S:
        """The state after the next event of one of its streams: pure.

        Raises:
            UnknownEvent, msgspec.ValidationError: this code cannot read the event.
        """
        ...

    def document_of(self, state: S) -> Document:
        """The fields that lists filter by. `_id`, `versions` and `state` are added to them."""
        ...

    def digest(self, state: S) -> str:
        """Hexadecimal SHA-256 over everything that was folded."""
        return hashlib.sha256(msgspec.json.encode(state, order="deterministic")).hexdigest()

    def guard_of(self, key: str, versions: Mapping[str, int]) -> Document:
        """How the version of each stream is stored in the document's `versions`."""
        del key
        return dict(sorted(versions.items()))

    def versions_of(self, key: str, guard: Mapping[str, Any]) -> dict[str, int]:
        """The version of each stream, from what `guard_of` gave."""
        del key
        return {stream: int(version) for stream, version in guard.items()}


@dataclass(frozen=True)
class KeptState(Generic[S]):
    """A state with its key and the version up to which each of its streams was seen."""

    key: str
    versions: Mapping[str, int]
    state: S


def nothing_of(view: View[S], key: str) -> KeptState[S]:
    """What is held of a key before any event."""
    return KeptState(key, {}, view.nothing(key))


def take(view: View[S], held: KeptState[S], stream: str, event: Event) -> KeptState[S]:
    """What is held after the next event of one stream (its version is the one seen + 1)."""
    state = view.advance(held.state, stream, event)
    return KeptState(held.key, {**held.versions, stream: event.version}, state)


def fold(view: View[S], key: str, streams: Mapping[str, Iterable[Event]]) -> KeptState[S]:
    """What these streams tell of a key: stream id to its events from the first on."""
    held = nothing_of(view, key)
    for stream, events in streams.items():
        for event in events:
            held = take(view, held, stream, event)
    return held


def stored_form(view: View[S], held: KeptState[S]) -> Document:
    """The document: the guard, what lists filter by, and the folded state itself."""
    return {
        "_id": held.key,
        "versions": view.guard_of(held.key, held.versions),
        **view.document_of(held.state),
        "state": Binary(msgspec.msgpack.encode(held.state)),
    }


def restored(view: View[S], document: Document) -> KeptState[S] | None:
    """What a stored document holds; None where this code cannot read it: fold the log then."""
    key = document["_id"]
    try:
        state = msgspec.msgpack.decode(bytes(document["state"]), type=view.state)
        return KeptState(key, view.versions_of(key, document["versions"]), state)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError):
        return None
