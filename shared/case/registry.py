"""From the stable type string to the class and back: everything that can be written.

The tables are derived: a writer's package under `shared/case` names its topics, and every fact
class of a topic that has a TYPE is in them.

Old schemas are upcast here, on reading, by pure functions from dict to dict. A schema number rises
only when a meaning changes: a new field that has a default needs none, because readers ignore
fields that they do not know (docs/how-to/change-an-event.md).
"""

import importlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from shared.case.facts.fact import Fact, Recorded, StoredEvent

Upcast = Callable[[dict[str, Any]], dict[str, Any]]


def _written_by(writer: str) -> tuple[type[Fact], ...]:
    """The fact classes of a writer's package, topic by topic, each in the order of its file."""
    package = importlib.import_module(f"shared.case.{writer}")
    topics = [importlib.import_module(f"shared.case.{writer}.{name}") for name in package.TOPICS]
    return tuple(
        kind
        for topic in topics
        for kind in vars(topic).values()
        if isinstance(kind, type)
        and issubclass(kind, Fact)
        and kind.TYPE
        and kind.__module__ == topic.__name__
    )


SERVICES = ("intake", "review", "issuance", "notify")
BY_WRITER: Mapping[str, tuple[type[Fact], ...]] = MappingProxyType(
    {writer: _written_by(writer) for writer in (*SERVICES, "registrar", "vault", "admin")}
)
BY_SERVICE: Mapping[str, tuple[type[Fact], ...]] = MappingProxyType(
    {service: BY_WRITER[service] for service in SERVICES}
)
EVENTS: Mapping[str, type[Fact]] = MappingProxyType(
    {fact.TYPE: fact for facts in BY_SERVICE.values() for fact in facts}
)
# What each writer may write, and nothing else: the log and every reader check it.
WRITES: Mapping[str, frozenset[str]] = MappingProxyType(
    {writer: frozenset(fact.TYPE for fact in facts) for writer, facts in BY_WRITER.items()}
)
# Every type that there is for this code: another one was written by newer code.
KNOWN: frozenset[str] = frozenset().union(*WRITES.values())
# What a writer wrote before the commits were signed, and does not write any more: believed of it
# under a key of that time alone (ADR 0015).
WROTE: Mapping[str, frozenset[str]] = MappingProxyType({"vault": WRITES["registrar"]})
# (type, schema) -> the function that makes data of schema + 1; the first second schema fills it.
UPCASTS: Mapping[tuple[str, int], Upcast] = MappingProxyType({})


class UnknownEvent(ValueError):
    """The type, or its schema number, is not in the registry: written by newer code."""


def class_of(type_: str) -> type[Fact]:
    """The class of a stable type string; raises UnknownEvent."""
    try:
        return EVENTS[type_]
    except KeyError:
        raise UnknownEvent(f"no event type {type_!r} is known") from None


def decode(event: StoredEvent) -> Recorded[Fact]:
    """A stored event as its fact, upcast to the present schema.

    Fields that this code does not know are ignored, at every depth: newer code added them without
    a change of meaning. A newer schema number is never guessed at.

    Raises UnknownEvent, and msgspec.ValidationError where the data is not what the type says.
    """
    cls = class_of(event.type)
    data = dict(event.data)
    for schema in range(event.schema, cls.SCHEMA):
        data = UPCASTS[event.type, schema](data)
    if event.schema > cls.SCHEMA:
        raise UnknownEvent(f"{event.type} of schema {event.schema} is newer than this code")
    fact = msgspec.convert(data, cls)
    return Recorded(fact=fact, version=event.version, at=datetime.fromisoformat(event.occurred_at))


def data_of(fact: Fact) -> dict[str, Any]:
    """The fact as plain JSON values: what is stored, hashed and published."""
    data: dict[str, Any] = msgspec.to_builtins(fact)
    if fact.LATER:
        for name, default in _later(type(fact)):
            if getattr(fact, name) == default:
                del data[name]
    return data


@cache
def _later(kind: type[Fact]) -> tuple[tuple[str, Any], ...]:
    """The later fields of a type with their defaults."""
    fields = [field for field in msgspec.structs.fields(kind) if field.name in kind.LATER]
    return tuple((field.name, _default(field)) for field in fields)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    made = field.default_factory
    return field.default if made is msgspec.NODEFAULT else made()


def json_schema(type_: str) -> dict[str, Any]:
    """The published JSON Schema (2020-12) of an event type's data; open to fields added later."""
    return msgspec.json.schema(class_of(type_))
