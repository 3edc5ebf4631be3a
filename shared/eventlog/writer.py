"""Who wrote a commit, proved: a service's key over the commit's hash, and its own types only."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.case.registry import WRITES
from shared.eventlog.errors import ForeignEvent
from shared.eventlog.model import Commit


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


def foreign(commit: Commit, keys: Mapping[str, bytes]) -> str | None:
    """Why a commit is not a genuine one of ours, in one sentence; None when it is.

    `keys` are the writers' keys by id (`Secrets.verify_keys`). Architecture, "The log": a foreign
    commit is held and reported, never sequenced.
    """
    key_id, _, given = commit.mac.partition(":")
    key = keys.get(key_id)
    writer = commit.body.writer
    if key is None:
        return f"its key {key_id!r} is not known here"
    if key_id.rpartition("-")[0] != writer:
        return f"its key {key_id!r} is not one of {writer}"
    if hashlib.sha256(commit.body_bytes).digest() != commit.hash:
        return "its hash is not that of its body"
    if not hmac.compare_digest(given, _hex(key, commit.hash)):
        return "its mac does not verify"
    strangers = [e.type for e in commit.body.events if e.type not in WRITES.get(writer, ())]
    return f"{writer} does not write {strangers[0]}" if strangers else None


def _hex(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, "sha256").hex()
