"""Every event type that can be written today, by all writers: what is published of the log."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.case import versions
from shared.case.base import Fact
from shared.case.registry import BY_SERVICE
from shared.vault import facts as vault

BY_WRITER: Mapping[str, tuple[type[Fact], ...]] = MappingProxyType(
    {**BY_SERVICE, "vault": vault.EVENTS, "admin": versions.EVENTS}
)
TYPES: Mapping[str, type[Fact]] = MappingProxyType(
    {fact.TYPE: fact for facts in BY_WRITER.values() for fact in facts}
)
