"""Who wrote a commit, proved: a service's signature over the commit's hash, and its own types."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.case.registry import WRITES
from shared.eventlog.errors import ForeignEvent


@dataclass(frozen=True)
class Writer:
    """A service as a writer: its name (a key of `WRITES`), key id and private key."""

    name: str
    key_id: str
    key: Ed25519PrivateKey = field(repr=False)

    def mac(self, commit_hash: bytes) -> str:
        """`<key id>:<hex Ed25519 signature>` over a commit's hash: what the field `mac` holds."""
        return f"{self.key_id}:{self.key.sign(commit_hash).hex()}"

    def may_write(self, types: Iterable[str]) -> None:
        """Refuse event types of others.

        Raises:
            ForeignEvent: naming the first type that is not this writer's.
        """
        for event_type in types:
            if event_type not in WRITES[self.name]:
                raise ForeignEvent(f"{self.name} does not write {event_type}.")
