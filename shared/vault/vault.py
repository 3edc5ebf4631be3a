"""The vault as a service uses it: subjects, sealing, and reads that leave a trace."""

from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import InvalidTag

from shared.eventlog import Actor, Commit, Sealed, sealed_value
from shared.eventlog.errors import LogCorrupt
from shared.vault.access import AccessRecord
from shared.vault.keys import Keys, decrypt, encrypt
from shared.vault.subjects import Subjects


def place_of(stream: str, version: int, field: str, key_ref: str) -> bytes:
    """The place that a ciphertext is bound to: anywhere else it does not decrypt."""
    return f"{stream}|{version}|{field}|{key_ref}".encode()


class Vault:
    """Seals and reveals personal values. Implements the log's `Sealer`."""

    def __init__(
        self,
        keys: Keys,
        subjects: Subjects,
        access: AccessRecord,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self.keys = keys
        self.subjects = subjects
        self._access = access
        self._now = now

    def subject_for(self, issuer: str, subject: str) -> str:
        """The reference of a data subject (32 hex digits), created at the first request."""
        return self.subjects.find_or_register(issuer, subject)

    def make_case_key(self, case: str, *, owner: str) -> None:
        """Create the key `case/<case>` of a case that belongs to the subject `owner`, once.

        The key is stored while the caller continues; sealing with it waits until it is stored.
        """
        self.keys.begin(f"case/{case}", owner=owner, now=self._now())

    def seal_field(self, stream: str, version: int, field: str, value: Sealed) -> bytes:
        """Nonce ‖ ciphertext of one value, bound to its place.

        Raises:
            Erased: the key was destroyed; no more data of this person are recorded.
        """
        place = place_of(stream, version, field, value.key_ref)
        return encrypt(self.keys.get(value.key_ref), value.plaintext.encode(), place)

    def reveal(
        self, commit: Commit, version: int, field: str, *, reader: Actor, why: str
    ) -> str | None:
        """The plaintext of a sealed field; None if nothing is sealed under that name.

        The reading is recorded first. The key's age is checked again after decryption: an answer
        never relies on a key that may have been destroyed in the meantime.

        Raises:
            Erased, VaultUnavailable; LogCorrupt: the ciphertext is not at its own place.
        """
        found = sealed_value(commit, version, field)
        if found is None:
            return None
        key_ref, ciphertext = found
        key = self.keys.get(key_ref)
        self._access.note(
            f"{commit.stream}/{version}/{field}", reader=reader, why=why, now=self._now()
        )
        try:
            plaintext = decrypt(
                key, ciphertext, place_of(commit.stream, version, field, key_ref)
            ).decode()
        except InvalidTag as error:
            raise LogCorrupt(f"{commit.stream}/{version}/{field} does not open.") from error
        if not self.keys.fresh(key_ref):
            self.keys.get(key_ref)
        return plaintext
