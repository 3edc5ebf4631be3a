"""What follows from events, as rows of a table. Free of Kafka: web processes read it too."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.messaging.consumer.received import Received


def same_stream(received: "Received") -> str:
    """The stream that the event stands in: where most reactions append."""
    return received.stream


@dataclass(frozen=True)
class Reaction:
    """What follows from events, as a row of a table.

    `name` is on disk (`reaction:<name>:<event id>`): it never changes. `command` and `stream` are
    pure functions of the event alone, never of what the worker finds.
    """

    name: str
    types: frozenset[str]
    command: Callable[["Received"], Any]
    stream: Callable[["Received"], str] = field(default=same_stream)
