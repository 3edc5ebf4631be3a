"""The writers' public keys as a reader uses them: whose a key is, and what it can verify."""

import binascii
import hmac
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.case.registry import WRITES, WROTE
from shared.config.writer_keys import (
    ED25519,
    HMAC,
    KeyEntry,
    public_bytes,
    read_entries,
    writers_path,
)

__all__ = ["ED25519", "HMAC", "KeyEntry", "KeyFile", "Keyring"]

SIGNATURE_DIGITS: Final = 128


class Keyring:
    """Key entries by id. Nothing in it is secret, but for `old` during the cut-over.

    `old` are the HMAC keys of before the signatures, by id. Without them an HMAC verifies never:
    such a commit is believed as the ledger's own row (`open_stored`), or not at all.
    """

    def __init__(
        self, entries: Iterable[KeyEntry], *, old: Mapping[str, bytes] | None = None
    ) -> None:
        self.entries: Mapping[str, KeyEntry] = MappingProxyType({e.id: e for e in entries})
        self._public = {
            e.id: Ed25519PublicKey.from_public_bytes(public_bytes(e))
            for e in self.entries.values()
            if e.algorithm == ED25519
        }
        self._old = dict(old or {})

    @property
    def has_old(self) -> bool:
        """Whether there are keys of before the signatures, so that a cut-over is or was needed."""
        return any(entry.algorithm == HMAC for entry in self.entries.values())

    def holds_old(self, key_id: str) -> bool:
        """Whether an HMAC key itself is here: nowhere but at the cut-over."""
        return key_id in self._old

    def verifies(self, entry: KeyEntry, digest: bytes, given: str) -> bool:
        """Whether `given` (hexadecimal, whatever it may be) is this key's word on a hash.

        The entry's algorithm decides, and the material of that algorithm alone is looked at.
        """
        if entry.algorithm == ED25519:
            return self._signed(entry.id, digest, given)
        old = self._old.get(entry.id)
        if old is None:
            return False
        wanted = hmac.digest(old, digest, "sha256").hex()
        return hmac.compare_digest(given.encode(), wanted.encode())

    def _signed(self, key_id: str, digest: bytes, given: str) -> bool:
        if len(given) != SIGNATURE_DIGITS or given != given.lower():
            return False  # one form of a signature, so that a commit has one form
        try:
            self._public[key_id].verify(binascii.unhexlify(given), digest)
        except (InvalidSignature, ValueError):
            return False
        return True


def may_have_written(entry: KeyEntry, event_type: str) -> bool:
    """Whether an event type is of this key's writer, or was one when there were HMAC keys.

    A type that nobody writes here, under the writer's own name, is of newer code: who folds it says
    that it does not know it. Readers are upgraded before writers.
    """
    writer = entry.writer
    if event_type in WRITES.get(writer, ()):
        return True
    if entry.algorithm == HMAC and event_type in WROTE.get(writer, ()):
        return True
    known = any(event_type in types for types in WRITES.values())
    return not known and event_type.startswith(f"{writer}.")


class KeyFile:
    """The keyring of a folder's `writers.json`, read at first use, and again where it changed."""

    def __init__(self, folder: Path, *, old: Callable[[], Mapping[str, bytes]] = dict) -> None:
        self._folder = folder
        self._old = old
        self._ring: Keyring | None = None
        self._seen = 0

    def __call__(self) -> Keyring:
        """The keys as they were read last."""
        if self._ring is None:
            return self.again()
        return self._ring

    def again(self) -> Keyring:
        """The keys as they are now: for who met an id that is not known.

        Raises:
            SettingsError: the file is gone or is another one.
        """
        changed = writers_path(self._folder)
        seen = changed.stat().st_mtime_ns if changed.exists() else -1
        if self._ring is None or seen != self._seen:
            self._ring = Keyring(read_entries(self._folder), old=self._old())
            self._seen = seen
        return self._ring
