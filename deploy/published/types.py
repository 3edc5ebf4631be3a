"""Every event type that can be written today, by all writers: what is published of the log."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.case.facts.fact import Fact
from shared.case.registry import BY_WRITER

TYPES: Mapping[str, type[Fact]] = MappingProxyType(
    {fact.TYPE: fact for facts in BY_WRITER.values() for fact in facts}
)
