"""Who wrote a commit, proved: a service's key over the commit's hash, and its own types only."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.case.registry import WRITES
from shared.eventlog.errors import ForeignEvent


@dataclass(frozen=True)
class Writer:
    """A service as a writer: its name (a key of `WRITES`), key id and 32-byte key."""

    name: str
    key_id: str
    key: bytes = field(repr=False)

    def mac(self, commit_hash: bytes) -> str:
        """`<key id>:<hex HMAC-SHA256>` over a commit's hash."""
        return f"{self.key_id}:{_hex(self.key, commit_hash)}"

    def may_write(self, types: Iterable[str]) -> None:
        """Refuse event types of others.

        Raises:
            ForeignEvent: naming the first type that is not this writer's.
        """
        for event_type in types:
            if event_type not in WRITES[self.name]:
                raise ForeignEvent(f"{self.name} does not write {event_type}.")


def verifies(key: bytes, commit_hash: bytes, given: str) -> bool:
    """Whether `given` (hexadecimal, whatever it may be) is the mac of this hash under this key."""
    return hmac.compare_digest(given.encode(), _hex(key, commit_hash).encode())


def _hex(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, "sha256").hex()
