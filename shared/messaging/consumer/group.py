"""A consumer group's work as data: the worker runs it, and so does a redrive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.case.registry import KNOWN
from shared.messaging.consumer.received import (
    BatchHandler,
    Handler,
    Received,
    Unreadable,
    decode,
    standing_at,
    type_of,
)
from shared.messaging.consumer.sorting import Position

NEWEST_SCHEMA = 1


@dataclass(frozen=True)
class Group:
    """A consumer group: its name (stored in marks, tries and parked rows) and its handlers.

    Either `handlers` by event type, each in order, or `batch`, which gets the wanted events of a
    run of positions in order (`types`, or all of them). `schemas` is the newest schema known of
    each wanted type, 1 where it is not named: a newer one parks the stream. None: any will do.

    A type that is not among `known` parks the stream too, though nothing here handles it: newer
    code wrote it, and the newer form of this group may have to do something about it.

    Where `streams` is given, only streams are followed whose names begin with one of it; what
    others hold is neither read nor looked at. Where `reads` is false the batch is told of places
    alone, stream and version: it reads the streams itself, and no event is read for it.
    """

    name: str
    handlers: Mapping[str, Sequence[Handler]] = field(default_factory=dict)
    batch: BatchHandler | None = None
    types: frozenset[str] | None = None
    schemas: Mapping[str, int] | None = field(default_factory=dict)
    known: frozenset[str] = KNOWN
    streams: tuple[str, ...] = ()
    reads: bool = True

    def __post_init__(self) -> None:
        if self.batch is not None and self.handlers:
            raise ValueError(f"Group {self.name} has handlers and a batch: one of them.")
        if not self.reads and (self.batch is None or self.types is not None):
            raise ValueError(f"Group {self.name} wants some events, and reads none.")

    def follows(self, stream: str) -> bool:
        """Whether the events of a stream are looked at."""
        return not self.streams or stream.startswith(self.streams)

    def wants(self, event_type: str) -> bool:
        """Whether anything is done with this type.

        Raises:
            Unreadable: a type that is not known here yet.
        """
        if self.batch is not None and (self.types is None or event_type in self.types):
            return True
        if event_type in self.handlers:
            return True
        if event_type not in self.known:
            raise Unreadable(f"the type {event_type} is not known here")
        return False

    def seems_to_want(self, value: bytes | None) -> bool:
        """Whether a record that nobody vouches for yet may be wanted: the ledger decides later."""
        if self.batch is not None and self.types is None:
            return True
        event_type = None if value is None else type_of(value)
        try:
            return event_type is None or self.wants(event_type)
        except Unreadable:
            return True

    def wanted(self, position: Position, index: int, value: bytes, *, lane: int) -> Received | None:
        """The decoded event; None if the group does not handle its type.

        Raises:
            Unreadable: bytes that do not decode, or a type or schema that is not known here yet.
        """
        if not self.reads:
            version = position.first_version + index - 1
            return standing_at(
                position.stream, version, lane=lane, position=position.number, index=index
            )
        if self.batch is None or self.types is not None:
            event_type = type_of(value)
            if event_type is not None and not self.wants(event_type):
                return None
        count = len(position.values or ())
        received = decode(value, lane=lane, position=position.number, index=index, count=count)
        self.check_schema(received)
        return received

    def check_schema(self, received: Received) -> None:
        """Refuse a schema newer than the newest known schema.

        Raises:
            Unreadable: naming type and schema.
        """
        event = received.event
        if self.schemas is None:
            return
        if event.schema > self.schemas.get(event.type, NEWEST_SCHEMA):
            raise Unreadable(f"schema {event.schema} of {event.type} is not known here")

    def run(self, received: Received) -> None:
        """Run the group's handlers for one event."""
        if self.batch is not None:
            self.batch([received])
            return
        for handler in self.handlers.get(received.event.type, ()):
            handler(received)
