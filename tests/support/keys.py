"""Writers' keys for tests: derived from a name, so that a name is all that a test needs."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.config.writer_keys import ED25519, HMAC
from shared.eventlog import Door, FixedKeys, KeyEntry, Keyring, Writer


def private(seed: str) -> Ed25519PrivateKey:
    """The key of that seed."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


def writer_of(name: str = "intake", number: int = 1, *, seed: str = "") -> Writer:
    """A writer with the key `<name>-<number>`, or with another one under that id."""
    key_id = f"{name}-{number}"
    return Writer(name, key_id, private(seed or key_id))


@dataclass(frozen=True)
class OldWriter(Writer):
    """A writer as it was before the signatures: `secret` makes an HMAC."""

    secret: bytes = b""

    def mac(self, commit_hash: bytes) -> str:
        return f"{self.key_id}:{hmac.digest(self.secret, commit_hash, 'sha256').hex()}"


def old_writer(name: str = "intake", number: int = 1, *, secret: bytes = b"") -> OldWriter:
    """A writer of before the signatures."""
    key_id = f"{name}-{number}"
    return OldWriter(name, key_id, private(key_id), secret or old_secret(key_id))


def old_secret(key_id: str) -> bytes:
    """The HMAC key of an id."""
    return hashlib.sha256(f"old {key_id}".encode()).digest()


def entry(writer: Writer, /, **changes: str) -> KeyEntry:
    """A writer's entry in `writers.json`."""
    if isinstance(writer, OldWriter):
        given = {"algorithm": HMAC}
    else:
        public = writer.key.public_key().public_bytes_raw()
        given = {"algorithm": ED25519, "public": base64.b64encode(public).decode()}
    return KeyEntry(**({"id": writer.key_id, "writer": writer.name} | given | changes))  # type: ignore[arg-type]


def ring(*writers: Writer, old: Mapping[str, bytes] | None = None) -> Keyring:
    """The keyring of some writers."""
    return Keyring([entry(writer) for writer in writers], old=old)


def door(*writers: Writer) -> Door:
    """A door for some writers, without a ledger."""
    return Door(FixedKeys(ring(*writers)))
