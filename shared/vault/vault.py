"""The vault as a service uses it: subjects, sealing, and reads that leave a trace."""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag

from shared.eventlog import Actor, Commit, Sealed, sealed_value
from shared.eventlog.errors import LogCorrupt
from shared.security.data_classes import SEALED_FIELDS, DataClass
from shared.vault.access import NOBODY_SAID, AccessRecord, ReadAs, RecordedReading
from shared.vault.errors import Erased, KeyMissing
from shared.vault.keys import Keys, decrypt, encrypt
from shared.vault.subjects import Subjects

DRAFT = "draft"  # the name of what is sealed about a case beside the log


def place_of(stream: str, version: int, field: str, key_ref: str) -> bytes:
    """The place that a ciphertext is bound to: anywhere else it does not decrypt."""
    return f"{stream}|{version}|{field}|{key_ref}".encode()


class SealedAt(NamedTuple):
    """Where a sealed value is: its commit, the version of its event, and the field."""

    commit: Commit
    version: int
    field: str

    @property
    def name(self) -> str:
        """Where it is in its stream: `<version>/<field>`."""
        return f"{self.version}/{self.field}"

    @property
    def place(self) -> str:
        """Where it is in the log: `<stream>/<version>/<field>`."""
        return f"{self.commit.stream}/{self.name}"

    @property
    def data_class(self) -> DataClass | None:
        """What the value is; None for a field of newer code, which nobody reads here."""
        return SEALED_FIELDS.get(self.field)


class _Found(NamedTuple):
    """A sealed value that can be opened. `bound_to`: the place that its ciphertext is bound to."""

    place: str
    name: str
    data_class: DataClass | None
    key_ref: str
    key: bytes
    ciphertext: bytes
    bound_to: bytes


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

    def draft_secret(self, ref: str) -> bytes:
        """What seals drafts of a person that are kept elsewhere: 32 bytes, the same each time.

        It is derived from a key of theirs, which an erasure destroys with all others.

        Raises:
            Erased, VaultUnavailable.
        """
        name = f"drafts/{ref}"
        try:
            key = self.keys.get(name)
        except KeyMissing:
            self.keys.make(name, owner=ref, now=self._now())
            key = self.keys.get(name)
        return hmac.digest(key, b"drafts kept elsewhere", "sha256")

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
        self,
        commit: Commit,
        version: int,
        field: str,
        *,
        reader: Actor,
        why: str,
        read_as: ReadAs = NOBODY_SAID,
    ) -> str | None:
        """The plaintext of a sealed field; None if nothing is sealed under that name.

        The reading is recorded first. The key's age is checked again after decryption: an answer
        never relies on a key that may have been destroyed in the meantime.

        Raises:
            Erased, VaultUnavailable; LogCorrupt: the ciphertext is not at its own place.
        """
        at = SealedAt(commit, version, field)
        found = self._found(at)
        if found is None:
            return None
        reading = RecordedReading(
            place=at.place,
            classes=_classes([found]),
            reader=reader,
            why=why,
            read_as=read_as,
        )
        return self._read([found], reading)[at.place]

    def reveal_together(
        self,
        values: Sequence[SealedAt],
        *,
        of: str,
        reader: Actor,
        why: str,
        read_as: ReadAs = NOBODY_SAID,
    ) -> Mapping[str, str]:
        """The plaintexts of several values by their places, with one record, written first.

        `of`: the stream that is read. A value whose key was destroyed is left out.

        Raises:
            Erased: none of the values can be opened any more.
            VaultUnavailable; LogCorrupt: as `reveal`.
        """
        found, erased = list[_Found](), False
        for value in values:
            try:
                one = self._found(value)
            except Erased:
                erased = True
            else:
                found += [] if one is None else [one]
        if not found:
            if erased:
                raise Erased
            return {}
        reading = RecordedReading(
            place=of,
            classes=_classes(found),
            fields=tuple(one.name for one in found),
            reader=reader,
            why=why,
            read_as=read_as,
        )
        return self._read(found, reading)

    def seal_beside(self, case: str, value: Sealed) -> bytes:
        """Nonce ‖ ciphertext of a draft about a case: kept beside the log, and bound to the case.

        Raises:
            Erased: the key was destroyed.
        """
        return self.seal_field(f"case/{case}", 0, DRAFT, value)

    def reveal_beside(
        self, case: str, key_ref: str, ciphertext: bytes, *, reader: Actor, read_as: ReadAs
    ) -> str:
        """The plaintext of a draft about a case; the reading is recorded first.

        Raises:
            Erased, VaultUnavailable; LogCorrupt: the ciphertext is not of this case.
        """
        stream = f"case/{case}"
        found = _Found(
            place=f"{stream}/0/{DRAFT}",
            name=f"0/{DRAFT}",
            data_class=DataClass.NOTE,
            key_ref=key_ref,
            key=self.keys.get(key_ref),
            ciphertext=ciphertext,
            bound_to=place_of(stream, 0, DRAFT, key_ref),
        )
        reading = RecordedReading(
            place=found.place,
            classes=_classes([found]),
            reader=reader,
            why=read_as.duty,
            read_as=read_as,
        )
        return self._read([found], reading)[found.place]

    def readings(
        self, streams: Iterable[str], blobs: Iterable[str], *, most: int
    ) -> Sequence[Mapping[str, Any]]:
        """The recorded readings of these streams and uploads, newest first; at most `most`.

        Raises:
            VaultUnavailable: the record cannot be read.
        """
        return self._access.of(streams, blobs, most=most)

    def _found(self, at: SealedAt) -> _Found | None:
        """The value with its key. None if nothing is sealed under that name; raises `Erased`."""
        sealed = sealed_value(*at)
        if sealed is None:
            return None
        key_ref, ciphertext = sealed
        return _Found(
            place=at.place,
            name=at.name,
            data_class=at.data_class,
            key_ref=key_ref,
            key=self.keys.get(key_ref),
            ciphertext=ciphertext,
            bound_to=place_of(at.commit.stream, at.version, at.field, key_ref),
        )

    def _read(self, found: Sequence[_Found], reading: RecordedReading) -> dict[str, str]:
        """Record the reading, then decrypt; the age of each key is checked again afterwards."""
        self._access.note(reading, now=self._now())
        plain = {one.place: _decrypted(one) for one in found}
        for key_ref in {one.key_ref for one in found}:
            if not self.keys.fresh(key_ref):
                self.keys.get(key_ref)
        return plain


def _classes(found: Iterable[_Found]) -> tuple[DataClass, ...]:
    """Of which classes the values are, in the order of their names."""
    return tuple(sorted({one.data_class for one in found if one.data_class}))


def _decrypted(one: _Found) -> str:
    try:
        return decrypt(one.key, one.ciphertext, one.bound_to).decode()
    except InvalidTag as error:
        raise LogCorrupt(f"{one.place} does not open.") from error
