"""The input of a handler: one event with its place in the ledger, decoded from the exact bytes.

The bytes were checked against the ledger's digests before, so the decoded event is the log's.
"""

from collections.abc import Callable, Sequence

import msgspec

from shared.eventlog import Actor, Event

_NOBODY = Actor(kind="system", ref="")


class Received(msgspec.Struct, frozen=True, gc=False):
    """One event as a consumer passes it on. `index` counts from 1 to `count` within a commit.

    `recorded_at` is RFC 3339 UTC; `hash` is the hex SHA-256 of the commit's body.
    """

    event: Event
    stream: str
    lane: int
    position: int
    index: int
    count: int
    recorded_at: str
    authority: str
    actor: Actor
    causation: str | None
    correlation: str | None
    traceparent: str | None
    hash: str

    @property
    def event_id(self) -> str:
        """The permanent identity of the event: `<stream>/<version>`."""
        return f"{self.stream}/{self.event.version}"


def standing_at(stream: str, version: int, *, lane: int, position: int, index: int) -> Received:
    """An event of which nobody reads more than where it stands."""
    event = Event(version=version, type="", schema=0, data={}, occurred_at="")
    return Received(
        event,
        stream,
        lane,
        position,
        index,
        index,
        recorded_at="",
        authority="",
        actor=_NOBODY,
        causation=None,
        correlation=None,
        traceparent=None,
        hash="",
    )


Handler = Callable[[Received], None]
BatchHandler = Callable[[Sequence[Received]], None]


class Unreadable(Exception):
    """The ledger's own bytes do not decode as an event of a known format."""


class _Typed(msgspec.Struct):
    """The one field that the fast path reads; msgspec skips the others without building them."""

    type: str


class _Value(msgspec.Struct, gc=False):
    """The value of a record, in the log's format (`shared.eventlog.event_values`)."""

    stream: str
    version: int
    type: str
    schema: int
    data: dict[str, object]
    occurred_at: str
    recorded_at: str
    authority: str
    actor: Actor
    hash: str
    causation: str | None = None
    correlation: str | None = None
    traceparent: str | None = None


_types = msgspec.json.Decoder(_Typed)
_values = msgspec.json.Decoder(_Value)


def type_of(value: bytes) -> str | None:
    """The event's type, without decoding the rest; None if the value cannot be read."""
    try:
        return _types.decode(value).type
    except msgspec.MsgspecError:
        return None


def decode(value: bytes, *, lane: int, position: int, index: int, count: int) -> Received:
    """The received event for these bytes and this place.

    Raises:
        Unreadable: the bytes are not an event of our format.
    """
    try:
        v = _values.decode(value)
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from error
    event = Event(
        version=v.version, type=v.type, schema=v.schema, data=v.data, occurred_at=v.occurred_at
    )
    return Received(
        event,
        v.stream,
        lane,
        position,
        index,
        count,
        v.recorded_at,
        v.authority,
        v.actor,
        v.causation,
        v.correlation,
        v.traceparent,
        v.hash,
    )
